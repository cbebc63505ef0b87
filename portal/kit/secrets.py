"""Credentials at rest: AES-GCM, bound to the place they belong to (reliability.md D).

A sealed secret is `version (1) | key id (8) | nonce (12) | ciphertext and tag`. The context, such as
"organization:integration:field", is authenticated with it, so a sealed text that is moved to another
row does not open there. The first of `settings.CREDENTIAL_KEYS` seals; every one of them opens, so
keys rotate by putting a new one in front.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"
_ID = 8
_NONCE = 12


class CannotOpen(ValueError):
    """The secret was sealed with a key that is not configured, for another place, or was changed."""


def seal(text: str, *, context: str) -> bytes:
    """Encrypt `text` for one place. Two seals of the same text differ."""
    key = _derive(settings.CREDENTIAL_KEYS[0])
    nonce = os.urandom(_NONCE)
    return _VERSION + _key_id(key) + nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())


def open_sealed(sealed: bytes, *, context: str) -> str:
    """Decrypt what `seal` made for the same context. Raises CannotOpen."""
    sealed = bytes(sealed)
    key = _key_of(sealed)
    nonce = sealed[1 + _ID : 1 + _ID + _NONCE]
    try:
        return AESGCM(key).decrypt(nonce, sealed[1 + _ID + _NONCE :], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("The secret belongs to another place or was changed.") from error


def sealed_with_first_key(sealed: bytes) -> bool:
    """Say whether a secret is sealed with the key in front, so that `rotate_keys` can pass it by."""
    return bytes(sealed)[1 : 1 + _ID] == _key_id(_derive(settings.CREDENTIAL_KEYS[0]))


def last_four(text: str) -> str:
    """Return what pages may show of a secret: its last four characters, none of a short one."""
    return text[-4:] if len(text) >= 12 else ""


def _key_of(sealed: bytes) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) < 1 + _ID + _NONCE + 16:
        raise CannotOpen("This is not a sealed secret.")
    for text in settings.CREDENTIAL_KEYS:
        key = _derive(text)
        if _key_id(key) == sealed[1 : 1 + _ID]:
            return key
    raise CannotOpen("The key that sealed this secret is not among CREDENTIAL_KEYS; put it back behind the new one.")


def _derive(text: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"switchyard credentials").derive(text.encode())


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"switchyard key id" + key).digest()[:_ID]
