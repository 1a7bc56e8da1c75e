"""Tokens behind the buttons of notifications, read and made apart from the C code: of other times and by other keys."""

import base64
import hashlib
import hmac
import struct

HEAD = ">BBI16s"  # answer, which candidate, seconds since 1970, question
MAC_BYTES = 16
PURPOSE = b"answer to a question"


def _bytes(token):
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def read(token):
    """(answer, choice, until, question)"""
    return struct.unpack(HEAD, _bytes(token)[:struct.calcsize(HEAD)])


def make(state, answer, choice, until, question):
    """As the daemon of that state directory would have made it."""
    secret = bytes.fromhex((state / "secret.key").read_text().strip())
    body = struct.pack(HEAD, answer, choice, until, question)
    key = hmac.digest(secret, PURPOSE, hashlib.sha256)
    return base64.urlsafe_b64encode(body + hmac.digest(key, body, hashlib.sha256)[:MAC_BYTES]).decode().rstrip("=")


def expired(state, token, now):
    """The same button, made so long ago that it is too old by a second."""
    answer, choice, _, question = read(token)
    return make(state, answer, choice, int(now) - 1, question)
