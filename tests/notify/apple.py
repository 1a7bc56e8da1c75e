"""What an app's developer has, and what a phone would tell: for all who speak to a stand-in of APNs."""

from lib.certs import make_key, openssl

KEY_ID, TEAM, BUNDLE = "ABC123DEFG", "DEF123GHIJ", "org.example.Rolls"
TOKEN, OTHER = "0f" * 32, "ab" * 32
START, SHOWN, SHOWN_TOO = "5a" * 80, "a1" * 80, "b2" * 80  # tokens of Live Activities
NOW, SAVING = "10", "5"  # apns-priority


def make_keys(folder):
    """The .p8 of a developer, and its public half for the server."""
    key, public = make_key(folder / "key.p8"), folder / "public.pem"
    public.write_bytes(openssl("pkey", "-in", key, "-pubout"))
    return key, public


def settings(key, url, sandbox=None):
    return {"PUSH_APNS_KEY": f"file:{key}", "PUSH_APNS_KEY_ID": KEY_ID, "PUSH_APNS_TEAM_ID": TEAM, "PUSH_APNS_BUNDLE_ID": BUNDLE,
            "PUSH_APNS_BASE_URL": url, "PUSH_APNS_SANDBOX_URL": sandbox or url}
