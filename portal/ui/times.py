"""Times for people: how long ago or how soon, and the exact moment with its zone (look.md 3.11)."""

import datetime as dt
import functools

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400


def exact(moment: dt.datetime) -> str:
    """Return the moment in the person's timezone, with seconds and the zone: “22 Nov 2026, 14:30:05 CET”."""
    return _exact(moment, timezone.get_current_timezone(), get_language())


@functools.lru_cache(maxsize=5_000)
def _exact(moment: dt.datetime, zone: dt.tzinfo, language: str | None) -> str:
    """A list reads itself afresh every few seconds, and its moments are the same each time."""
    local = moment.astimezone(zone)
    return f"{formats.date_format(local, 'j M Y')}, {local:%H:%M:%S} {local.tzname()}"


def relative(moment: dt.datetime, now: dt.datetime) -> str:
    """Return “12 min ago”, “just now”, or for the future both: “in 22 min · 14:30”.

    Beyond a week it is the date, because nobody counts weeks.
    """
    seconds = (now - moment).total_seconds()
    if abs(seconds) >= WEEK:
        return _date(moment, now)
    if seconds >= 0:
        return _("just now") if seconds < MINUTE else _("%(span)s ago") % {"span": _span(seconds)}
    return _("in %(span)s · %(time)s") % {"span": _span(-seconds), "time": _clock(moment, now)}


def _span(seconds: float) -> str:
    whole = int(seconds)
    if whole < MINUTE:
        return ngettext("%d s", "%d s", whole) % whole
    if whole < HOUR:
        return ngettext("%d min", "%d min", whole // MINUTE) % (whole // MINUTE)
    if whole < DAY:
        return ngettext("%d h", "%d h", whole // HOUR) % (whole // HOUR)
    return ngettext("%d day", "%d days", whole // DAY) % (whole // DAY)


def _clock(moment: dt.datetime, now: dt.datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(now)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{formats.date_format(local, 'D j M')} {local:%H:%M}"


def _date(moment: dt.datetime, now: dt.datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localtime(now)
    return _day(local.date(), local.year == today.year, get_language())


@functools.lru_cache(maxsize=1_000)
def _day(date: dt.date, this_year: bool, language: str | None) -> str:
    return formats.date_format(date, "j M" if this_year else "j M Y")
