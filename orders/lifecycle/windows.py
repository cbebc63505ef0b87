"""When a hold may end: within business hours, and at batch release times (behaviour.md 4.6). Pure.

A moment outside the hours moves to the next opening; with batch times it moves to the next of them,
and where there are hours too, only the batch times within them count. Days and times are those of
one timezone. A wall-clock time that is skipped when clocks go forward is the same span after the
change (02:30 becomes 03:30); one that comes twice means the first; a day that a place has left out
has no hours. What is allowed is a set of instants, and `release_at` is the first of them that is not
before the moment asked for: so it never goes back, keeps the order of moments, and changes nothing
when it is asked again.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AHEAD = 15
"""Days that are looked through: two weeks, so that one left-out day of a week is bridged."""
_DAY = dt.timedelta(days=1)
_NOON = dt.time(12)


class NoOpening(ValueError):
    """In the next two weeks there is no moment at which the hold could end."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours on some weekdays (0 is Monday). An end that is not after the start is on the next day."""

    days: frozenset[int]
    start: dt.time
    end: dt.time

    @property
    def overnight(self) -> bool:
        """Whether it ends on the day after it began; the same start and end mean round the clock."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class Schedule:
    """Business hours and batch times of one timezone; without either, every moment will do."""

    zone: dt.tzinfo
    windows: tuple[Window, ...] = ()
    batches: tuple[dt.time, ...] = ()


def release_at(moment: dt.datetime, schedule: Schedule) -> dt.datetime:
    """Return the first moment from `moment` on at which a hold may end, in UTC. Raises NoOpening."""
    moment = moment.astimezone(dt.UTC)
    if schedule.batches:
        return _first(moment, _batches(moment, schedule))
    if not schedule.windows:
        return moment
    return _first(moment, _openings(moment, schedule))


def has_opening(schedule: Schedule) -> bool:
    """Say whether holds can end at all: no window and no batch time may be there in vain only.

    Asked in a week without a change of clocks, so that the answer does not depend on the day.
    """
    try:
        release_at(dt.datetime(2026, 1, 5, tzinfo=dt.UTC), schedule)
    except NoOpening:
        return False
    return True


def idle_batches(schedule: Schedule) -> list[dt.time]:
    """Return the batch times that lie outside the hours on every day, and so release nothing."""
    return [
        batch
        for batch in schedule.batches
        if schedule.windows and not has_opening(Schedule(dt.UTC, schedule.windows, (batch,)))
    ]


def _first(moment: dt.datetime, days: Iterator[list[dt.datetime]]) -> dt.datetime:
    """Return the earliest instant from `moment` on; one more day is asked, as clocks may change their order."""
    found: list[dt.datetime] = []
    for instants in days:
        had, found = bool(found), found + [one for one in instants if one >= moment]
        if had:
            break
    if not found:
        raise NoOpening("There is no opening in the next two weeks.")
    return min(found)


def _openings(moment: dt.datetime, schedule: Schedule) -> Iterator[list[dt.datetime]]:
    """Yield for each day when its windows open; one that is open already opens at the moment itself."""
    for day in _days(moment, schedule.zone):
        yield [max(opens, moment) for opens, closes in _hours(day, schedule) if moment < closes]


def _batches(moment: dt.datetime, schedule: Schedule) -> Iterator[list[dt.datetime]]:
    """Yield the batch times of each day; one at the very end of a window still belongs to it."""
    for day in _days(moment, schedule.zone):
        instants = [at_wall_time(day, batch, schedule.zone) for batch in schedule.batches]
        hours = _hours(day - _DAY, schedule) + _hours(day, schedule)
        yield [one for one in instants if not schedule.windows or any(a <= one <= b for a, b in hours)]


def _days(moment: dt.datetime, zone: dt.tzinfo) -> Iterator[dt.date]:
    """Yield the days around a moment, beginning with the one before: its windows may still be open."""
    today = moment.astimezone(zone).date()
    return (today + offset * _DAY for offset in range(-1, LOOK_AHEAD + 1))


def _hours(day: dt.date, schedule: Schedule) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return from when to when the windows that begin on a day are open, as instants."""
    zone = schedule.zone
    if not _exists(day, zone):
        return []
    spans = [
        (at_wall_time(day, one.start, zone), at_wall_time(day + _DAY if one.overnight else day, one.end, zone))
        for one in schedule.windows
        if day.weekday() in one.days
    ]
    return [(opens, closes) for opens, closes in spans if opens < closes]


def _exists(day: dt.date, zone: dt.tzinfo) -> bool:
    """Say whether a day is there: Samoa had no 30 December 2011."""
    return at_wall_time(day, _NOON, zone).astimezone(zone).date() == day


def at_wall_time(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """Return the instant at which a wall clock shows a time; the first of two, and past a gap."""
    return dt.datetime.combine(day, time.replace(fold=0), zone).astimezone(dt.UTC)


def parse_windows(hours: Sequence[tuple[Sequence[str], str, str]]) -> tuple[Window, ...]:
    """Return windows from (weekdays, start, end) as settings have them: (["monday"], "09:00", "17:00").

    "24:00" as an end is midnight. Raises ValueError for what is no weekday or no time.
    """
    return tuple(
        Window(frozenset(WEEKDAYS.index(day) for day in days), parse_time(start), parse_time(end))
        for days, start, end in hours
    )


def parse_time(text: str) -> dt.time:
    """Read "HH:MM"; "24:00" is midnight. Raises ValueError."""
    return dt.time(0) if text == "24:00" else dt.datetime.strptime(text, "%H:%M").time()
