"""Instants as documents write them. Pure."""

import datetime as dt


def instant(moment: dt.datetime) -> str:
    """Write an instant as documents have it: ISO 8601, UTC, milliseconds (behaviour.md 2.0)."""
    moment = moment.astimezone(dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def parse(text: str) -> dt.datetime:
    """Read an instant of a document; aware, UTC."""
    return dt.datetime.fromisoformat(text)
