#include "service/config.h"

#include <string.h>

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const mail_schemes[] = {"smtp", "smtps", NULL};
static const char *const apns_environments[] = {"production", "sandbox", NULL};

enum { SECRET = CONFIG_SECRET, LIST = CONFIG_LIST, API = CONFIG_API };
enum { NAMED = CONFIG_NAMED, FREE = CONFIG_FREE };

const struct config_key config_keys[] = {
    {"server", "state_dir", CONFIG_PATH, NULL, 0, 0, NULL, 0,
     "folder of the database, the keys and the certificate"},
    {"server", "name", CONFIG_TEXT, NULL, 1, 60, NULL, 0,
     "what phones call this installation; the host's name where unset"},
    {"server", "listen", CONFIG_LISTEN, "127.0.0.1:8480, [::1]:8480", 0, 0, NULL, LIST,
     "addresses of plain HTTP; port 0 picks one"},
    {"server", "https_listen", CONFIG_LISTEN, "*:8443", 0, 0, NULL, LIST,
     "addresses of HTTPS; off for none"},
    {"server", "allow_plain_lan", CONFIG_BOOL, "off", 0, 0, NULL, 0,
     "allow plain HTTP beyond loopback, behind a proxy of yours"},
    {"server", "tls_certificate", CONFIG_PATH, NULL, 0, 0, NULL, 0,
     "PEM chain of the HTTPS certificate; made on first start where unset"},
    {"server", "tls_key", CONFIG_PATH, NULL, 0, 0, NULL, 0, "PEM private key of tls_certificate"},
    {"server", "allowed_hosts", CONFIG_HOST, NULL, 0, 0, NULL, LIST,
     "further names under which the daemon may be called"},
    {"server", "external_url", CONFIG_URL, NULL, 0, 0, NULL, 0,
     "where phones reach the daemon, in the QR codes of labels; name its host in allowed_hosts"},
    {"server", "ios_app_id", CONFIG_TEXT, NULL, 3, 200, NULL, 0,
     "TEAMID.bundle.id of the app that opens such links on iOS"},
    {"server", "cors_origin", CONFIG_ORIGIN, NULL, 0, 0, NULL, LIST,
     "web pages of other origins that may call the API"},
    {"server", "require_if_match", CONFIG_BOOL, "off", 0, 0, NULL, 0,
     "refuse writes to an item that come without its ETag in If-Match"},
    {"server", "log_level", CONFIG_WORD, "info", 0, 0, log_levels, 0, "error, warn, info or debug"},
    {"database", "file", CONFIG_PATH, NULL, 0, 0, NULL, 0,
     "the database; filamentd.db in state_dir where unset"},
    {"printers", "certs_dir", CONFIG_PATH, "/etc/filamentd/certs", 0, 0, NULL, 0,
     "folder of the printer CA certificates (PEM)"},
    {"printers", "fetch_sliced_file", CONFIG_BOOL, "on", 0, 0, NULL, API,
     "fetch the sliced file from a printer that starts a print"},
    {"printers", "fetch_plain_data", CONFIG_BOOL, "off", 0, 0, NULL, API,
     "fetch it in the clear where encryption fails (some A1); the access code stays encrypted"},
    {"printers", "discovery", CONFIG_BOOL, "on", 0, 0, NULL, 0,
     "listen for the announcements of printers on the LAN"},
    {"printers", "unreachable_after", CONFIG_INT, "300", 1, 86400, NULL, 0,
     "seconds that a printer is away before it is told"},
    {"printer", "serial", CONFIG_SERIAL, NULL, 0, 0, NULL, NAMED, "serial number"},
    {"printer", "host", CONFIG_HOST, NULL, 0, 0, NULL, NAMED, "address or name on the LAN"},
    {"printer", "port", CONFIG_INT, NULL, 1, 65535, NULL, NAMED, "MQTT port, 8883"},
    {"printer", "ftps_port", CONFIG_INT, NULL, 1, 65535, NULL, NAMED, "FTPS port, 990"},
    {"printer", "access_code", CONFIG_TEXT, NULL, 1, 64, NULL, NAMED | SECRET,
     "the access code of its LAN settings"},
    {"printer", "pin", CONFIG_PIN, NULL, 0, 0, NULL, NAMED,
     "SHA-256 of its public key, where no chain can be built"},
    {"printer", "model", CONFIG_MODEL, NULL, 0, 0, NULL, NAMED, "such as P1S or A1 mini"},
    {"printer", "name", CONFIG_TEXT, NULL, 1, 200, NULL, NAMED, "what people call it"},
    {"printer", "enabled", CONFIG_BOOL, NULL, 0, 0, NULL, NAMED, "off: keep it, do not connect"},
    {"printer", "fetch_sliced_file", CONFIG_BOOL, NULL, 0, 0, NULL, NAMED,
     "overrides the key of [printers]"},
    {"printer", "fetch_plain_data", CONFIG_BOOL, NULL, 0, 0, NULL, NAMED,
     "overrides the key of [printers]"},
    {"homeassistant", "url", CONFIG_URL, NULL, 0, 0, NULL, API, "such as http://ha.local:8123"},
    {"homeassistant", "token", CONFIG_TEXT, NULL, 1, 4096, NULL, SECRET, "long-lived access token"},
    {"homeassistant", "ca_file", CONFIG_PATH, NULL, 0, 0, NULL, 0,
     "PEM of the CA that its HTTPS certificate is verified by; the system's where unset"},
    {"homeassistant", "poll_seconds", CONFIG_INT, "30", 0, 3600, NULL, API,
     "time between two polls; 0: never"},
    {"homeassistant.entities", "*", CONFIG_SLOT, NULL, 0, 0, NULL, FREE,
     "entity_id = printer/unit/slot, with /color or /material behind"},
    {"webhook", "secret", CONFIG_TEXT, NULL, 16, 256, NULL, SECRET, "secret of the webhooks"},
    {"webhook", "secret2", CONFIG_TEXT, NULL, 16, 256, NULL, SECRET,
     "a second one, accepted too while you change it"},
    {"thresholds", "global_grams", CONFIG_GRAMS, "100", 0, 100000, NULL, API,
     "a roll with this much or less is low"},
    {"thresholds.materials", "*", CONFIG_GRAMS, NULL, 0, 100000, NULL, FREE | API,
     "material = grams"},
    {"push.apns", "key", CONFIG_TEXT, NULL, 1, 16384, NULL, SECRET, "the .p8 key, as file:PATH"},
    {"push.apns", "key_id", CONFIG_TEXT, NULL, 10, 10, NULL, 0, "its ten characters"},
    {"push.apns", "team_id", CONFIG_TEXT, NULL, 10, 10, NULL, 0, "the team's ten characters"},
    {"push.apns", "bundle_id", CONFIG_TEXT, NULL, 1, 155, NULL, 0, "bundle id of the app"},
    {"push.apns", "environment", CONFIG_WORD, "production", 0, 0, apns_environments, 0,
     "production or sandbox"},
    {"push.apns", "base_url", CONFIG_URL, NULL, 0, 0, NULL, 0, "another server, for tests"},
    {"push.apns", "ca_file", CONFIG_PATH, NULL, 0, 0, NULL, 0, "CA of that server"},
    {"push.webpush", "subject", CONFIG_TEXT, NULL, 8, 200, NULL, 0, "mailto: or https: contact"},
    {"push.webpush", "key", CONFIG_TEXT, NULL, 1, 16384, NULL, SECRET, "VAPID private key"},
    {"push.ntfy", "url", CONFIG_URL, "https://ntfy.sh", 0, 0, NULL, 0, "root of the server"},
    {"push.ntfy", "topic", CONFIG_TEXT, NULL, 1, 64, NULL, 0, "topic to publish to"},
    {"push.ntfy", "token", CONFIG_TEXT, NULL, 1, 256, NULL, SECRET, "access token"},
    {"push.pushover", "token", CONFIG_TEXT, NULL, 1, 64, NULL, SECRET, "application token"},
    {"push.pushover", "user", CONFIG_TEXT, NULL, 1, 64, NULL, SECRET, "user or group key"},
    {"push.pushover", "url", CONFIG_URL, "https://api.pushover.net", 0, 0, NULL, 0,
     "root of the server"},
    {"push.gotify", "url", CONFIG_URL, NULL, 0, 0, NULL, 0, "root of the server"},
    {"push.gotify", "token", CONFIG_TEXT, NULL, 1, 256, NULL, SECRET, "application token"},
    {"push.webhook", "url", CONFIG_URL, NULL, 0, 0, NULL, 0, "where alerts are posted to"},
    {"push.webhook", "secret", CONFIG_TEXT, NULL, 16, 256, NULL, SECRET, "signs what is posted"},
    {"push.smtp", "url", CONFIG_URL, NULL, 0, 0, mail_schemes, 0, "smtp:// or smtps:// server"},
    {"push.smtp", "user", CONFIG_TEXT, NULL, 1, 200, NULL, 0, "login name"},
    {"push.smtp", "password", CONFIG_TEXT, NULL, 1, 256, NULL, SECRET, "password"},
    {"push.smtp", "from", CONFIG_TEXT, NULL, 3, 254, NULL, 0, "sender address"},
    {"push.smtp", "to", CONFIG_TEXT, NULL, 3, 254, NULL, LIST, "recipients"},
    {"privacy", "keep_names_days", CONFIG_INT, "0", 0, 36500, NULL, API,
     "file names of prints are erased after this; 0: never"},
    {"currency", "code", CONFIG_CODE, "USD", 0, 0, NULL, API, "currency of all prices"},
    {0},
};

const struct config_key *config_key_find(const char *section, const char *key)
{
    for (const struct config_key *row = config_keys; row->section; row++) {
        bool free_line = row->flags & CONFIG_FREE;
        if (strcmp(row->section, section) == 0 && (free_line || strcmp(row->key, key) == 0))
            return row;
    }
    return NULL;
}
