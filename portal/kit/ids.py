"""Public identifiers of records: 16 lower-case hexadecimal characters (behaviour.md 2.0)."""

import re
import secrets

PUBLIC_ID = re.compile(r"[0-9a-f]{16}")


def new_public_id() -> str:
    """Return a fresh public ID; 64 random bits, so a collision is caught by the unique constraint."""
    return secrets.token_hex(8)


def is_public_id(text: str) -> bool:
    """Say whether `text` has the shape of a public ID."""
    return PUBLIC_ID.fullmatch(text) is not None
