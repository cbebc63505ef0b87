"""Reads DATABASE_URL, strictly: a setting that would be ignored is an error."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from portal.env import WrongSetting

EXAMPLE = "postgresql://user:password@host:5432/name?sslmode=require"
# What libpq understands and an operator may want; everything else is a slip of the pen.
PARAMETERS = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs"}
)


def parse(url: str) -> dict[str, Any]:
    """Return the Django settings of the server that `url` names. Raises WrongSetting."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("cannot be read")
    _check(parts)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port or "",
        "OPTIONS": _parameters(parts.query),
    }


def _check(parts: SplitResult) -> None:
    if parts.scheme not in ("postgresql", "postgres"):
        raise _wrong(f"begins with “{parts.scheme or 'nothing'}” instead of “postgresql”")
    if not parts.hostname:
        raise _wrong("names no host")
    if not parts.path.removeprefix("/") or "/" in parts.path.removeprefix("/"):
        raise _wrong("names no database")
    if parts.fragment:
        raise _wrong("holds a “#”, which must be written %23")


def _parameters(query: str) -> dict[str, str]:
    try:
        parameters = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    except ValueError:
        raise _wrong("has a part after “?” that is not name=value")
    for name in sorted(parameters.keys() - PARAMETERS):
        raise _wrong(f"has the unknown parameter “{name}”")
    return parameters


def _wrong(problem: str) -> WrongSetting:
    # The address itself is not repeated: it holds a password.
    return WrongSetting("DATABASE_URL", f"{problem}; write it like {EXAMPLE}, or leave it out.")
