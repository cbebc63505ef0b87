"""Reading `Retry-After` and other dates of HTTP headers. Pure."""

import email.utils

MAX_PAUSE = 900
"""Longest pause, in seconds, that another side can make us take (reliability.md B2: 15 minutes)."""


def pause_of(value: str | None, *, now: float) -> int | None:
    """Read `Retry-After`, as seconds or as a date, capped at 15 minutes; None: absent or unreadable.

    `now` is the other side's time in seconds where known, since its date is meant by its clock.
    """
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), MAX_PAUSE)
    moment = seconds_of_date(text)
    return None if moment is None else max(0, min(int(moment - now) + 1, MAX_PAUSE))


def seconds_of_date(text: str | None) -> float | None:
    """Read a date as HTTP headers write it; None: absent or unreadable."""
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
