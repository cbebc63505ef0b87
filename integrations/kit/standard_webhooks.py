"""The Standard Webhooks convention: how a message is signed, and how a signature is checked. Pure.

Three headers come with the body: `webhook-id` (the same when it is sent again), `webhook-timestamp` (seconds since
1970) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, separated by
spaces, while a secret is being replaced). The key is what stands behind `whsec_`, decoded from base64.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random
import time
from collections.abc import Mapping

from integrations.manifest import NotSigned

PREFIX = "whsec_"
TOLERANCE = 300
"""Seconds that a message may be old, or seem to come from the future."""
MOST = 20
"""Signatures of one message that are looked at: a rotation needs two."""
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_SECONDS = re.compile(r"\d{1,12}")


def new_secret() -> str:
    """Return a new secret of 32 random bytes."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode()


def sign(secret: str, *, id: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Return the headers that sign a body, with one signature for each of the secrets (separated by spaces).

    `at` is in seconds since 1970; now where it is not said. Raises ValueError for a secret that is not base64.
    """
    stamp = str(int(time.time() if at is None else at))
    signatures = " ".join(f"v1,{_signature(_key(one), id, stamp, body)}" for one in secret.split())
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signatures}


def verify(headers: Mapping[str, str], body: bytes, secret: str, *, now: float | None = None) -> str:
    """Return the ID of a message that one of the secrets (separated by spaces) has signed in the last 300 seconds.

    `headers` are by lower-case name, `body` is raw. Raises NotSigned, and never says which part was wrong.
    """
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(id) or not _SECONDS.fullmatch(stamp) or not stamp.isascii():
        raise NotSigned
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise NotSigned
    given = [one[3:] for one in headers.get("webhook-signature", "").split()[:MOST] if one.startswith("v1,")]
    wanted = [_signature(key, id, stamp, body) for key in _keys(secret)]
    # Every pair is compared, so that the time tells nothing of which one fits.
    fits = [hmac.compare_digest(ours.encode(), theirs.encode()) for ours in wanted for theirs in given]
    if not any(fits):
        raise NotSigned
    return id


def _keys(secret: str) -> list[bytes]:
    keys = []
    for one in secret.split():
        try:
            keys.append(_key(one))
        except ValueError:
            continue
    return keys


def _key(secret: str) -> bytes:
    """Return the bytes of a secret. Raises ValueError: an empty key would accept what anybody signs."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("The secret is not base64.") from error
    if len(key) < 16:
        raise ValueError("The secret is too short.")
    return key


def _signature(key: bytes, id: str, stamp: str, body: bytes) -> str:
    signed = b".".join((id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
