"""Business hours and batch times as settings of actions: their shape, their faults, their words."""

import datetime as dt
import functools
import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Literal

from django.utils.dates import WEEKDAYS as NAMES
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from automations.engine.actions import Refusal
from orders.lifecycle.windows import WEEKDAYS, NoOpening, Schedule, idle_batches, parse_time, parse_windows, release_at

MAX_ROWS = 20
MAX_BATCHES = 48
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _time(text: str) -> str:
    try:
        parse_time(text)
    except ValueError:
        told = {"text": text[:20]}
        raise PydanticCustomError("time_of_day", "“{text}” is not a time of day. Write it as 09:30.", told) from None
    return text


class Hours(BaseModel):
    """One row of business hours. An end that is not after the start is on the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Day, ...]
    start: str
    end: str

    _times = field_validator("start", "end")(_time)

    @field_validator("days")
    @classmethod
    def _some_day(cls, days: tuple[Day, ...]) -> tuple[Day, ...]:
        if not days:
            raise PydanticCustomError("no_day", "Choose at least one day of the week.")
        return days


OFFICE = Hours(days=("monday", "tuesday", "wednesday", "thursday", "friday"), start="09:00", end="17:00")


class WithHours(BaseModel):
    """The settings of an action that can keep to business hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_hours: bool = False
    hours: tuple[Hours, ...] = Field(default=(OFFICE,), max_length=MAX_ROWS)
    zone: str = ""
    """Name of a timezone; empty for the organization's."""


class WithBatches(WithHours):
    """The settings of an action that can also keep to batch times, each "HH:MM"."""

    batches: tuple[str, ...] = Field(default=(), max_length=MAX_BATCHES)

    @field_validator("batches")
    @classmethod
    def _times_of_day(cls, batches: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({_time(one) for one in batches}))


def keeps_hours(settings: WithHours) -> bool:
    """Say whether hours or batch times are set at all."""
    return settings.business_hours or bool(_batches(settings))


def kept(moment: dt.datetime, settings: WithHours, zone: dt.tzinfo, now: dt.datetime) -> dt.datetime:
    """Return when a hold that would end at `moment` ends within the hours and at the batch times.

    Nothing ends in the past: what should have ended then waits for the next opening from `now` on.
    `zone` is the organization's. Raises Refusal where this machine cannot tell.
    """
    if not keeps_hours(settings):
        return moment
    try:
        rows = settings.hours if settings.business_hours else ()
        return release_at(max(moment, now), _schedule(rows, _batches(settings), settings.zone, zone))
    except LookupError:
        raise Refusal(_no_zone(settings.zone)) from None
    except NoOpening:
        raise Refusal(_("The business hours of this hold have no opening within two weeks.")) from None


def faults(settings: WithHours) -> Iterator[tuple[str, str]]:
    """Yield what is wrong beyond the types: (name of the setting, sentence with the cure)."""
    try:
        zone: dt.tzinfo = _zone(settings.zone, dt.UTC)
    except LookupError:
        zone = dt.UTC
        yield "zone", _no_zone(settings.zone)
    if settings.business_hours and not settings.hours:
        yield "hours", _("There is no opening: add the hours, or switch business hours off.")
    elif settings.business_hours:
        for batch in idle_batches(_schedule(settings.hours, _batches(settings), "", zone)):
            message = _("{time} is never within the business hours, so nothing would go out then. Take it out, or "
                        "lengthen the hours.")  # fmt: skip
            yield "batches", message.format(time=f"{batch:%H:%M}")


def in_words(settings: WithHours) -> str:
    """Return what is added to “hold 10 minutes …”: “ and on to the next business hours (…)”; "" without any."""
    hours = _rows_in_words(settings.hours) if settings.business_hours else ""
    where = ", ".join(filter(None, [hours, settings.zone]))
    batches = any_of(_batches(settings))
    if not batches:
        return _(" and on to the next business hours ({hours})").format(hours=where) if hours else ""
    if not hours:
        told = _(" and on to the next release at {times}").format(times=batches)
        return f"{told} ({where})" if where else told
    return _(" and on to the next release at {times} within business hours ({hours})").format(
        times=batches, hours=where
    )


def any_of(texts: Sequence[str]) -> str:
    """Return texts as “a, b or c”."""
    *first, last = texts or ("",)
    return _(" or ").join(filter(None, [", ".join(first), last]))


def days_in_words(days: Sequence[str]) -> str:
    """Return weekdays in words: “Monday to Friday”, “Saturday, Sunday”."""
    wanted = sorted({WEEKDAYS.index(day) for day in days})
    if len(wanted) == len(WEEKDAYS):
        return _("every day")
    spans: list[list[int]] = []
    for day in wanted:
        if spans and spans[-1][-1] == day - 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return ", ".join(_span(one) for one in spans)


def _span(days: Sequence[int]) -> str:
    if len(days) < 3:
        return ", ".join(str(NAMES[day]) for day in days)
    return _("{first} to {last}").format(first=NAMES[days[0]], last=NAMES[days[-1]])


def _rows_in_words(rows: Sequence[Hours]) -> str:
    return ", ".join(f"{days_in_words(row.days)} {row.start}–{row.end}" for row in rows)


def _batches(settings: WithHours) -> tuple[str, ...]:
    return settings.batches if isinstance(settings, WithBatches) else ()


def _no_zone(name: str) -> str:
    return _("There is no timezone “{name}”. Choose one from the list.").format(name=name[:60])


@functools.lru_cache(maxsize=500)
def _schedule(rows: tuple[Hours, ...], batches: tuple[str, ...], zone: str, default: dt.tzinfo) -> Schedule:
    windows = parse_windows([(row.days, row.start, row.end) for row in rows])
    return Schedule(_zone(zone, default), windows, tuple(parse_time(one) for one in batches))


def _zone(name: str, default: dt.tzinfo) -> dt.tzinfo:
    """Return a timezone by its name. Raises LookupError for one that there is not (any more)."""
    if not name:
        return default
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError):  # a path, a folder of the timezone database, a name too long
        raise LookupError(name) from None
