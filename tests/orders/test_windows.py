"""When holds may end: business hours and batch times, through every change of clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.lifecycle.windows import (
    WEEKDAYS,
    NoOpening,
    Schedule,
    Window,
    at_wall_time,
    has_opening,
    idle_batches,
    parse_time,
    parse_windows,
    release_at,
)

WORKDAYS = WEEKDAYS[:5]
OFFICE = (WORKDAYS, "09:00", "17:00")


def schedule(zone: str, *hours: tuple[tuple[str, ...], str, str], batches: tuple[str, ...] = ()) -> Schedule:
    return Schedule(ZoneInfo(zone), parse_windows(hours), tuple(parse_time(one) for one in batches))


def told(moment: str, one: Schedule) -> str:
    """Return the release of a local moment, as its wall clock shows it, with the offset."""
    found = release_at(dt.datetime.fromisoformat(moment).replace(tzinfo=one.zone), one)
    assert found.tzinfo is dt.UTC
    return found.astimezone(one.zone).isoformat(timespec="minutes")


BERLIN = "Europe/Berlin"
SPLIT = ((WORKDAYS, "09:00", "12:00"), (WORKDAYS, "13:00", "17:00"), (("saturday",), "10:00", "14:00"))
NIGHT = ((("friday",), "22:00", "06:00"),)
# 5 January 2026 is a Monday.
HOURS = [
    ("inside the hours it stays", (OFFICE,), "2026-01-05T11:30", "2026-01-05T11:30+01:00"),
    ("the opening is inside", (OFFICE,), "2026-01-05T09:00", "2026-01-05T09:00+01:00"),
    ("the closing is outside", (OFFICE,), "2026-01-05T17:00", "2026-01-06T09:00+01:00"),
    ("before the opening, the same day", (OFFICE,), "2026-01-05T03:00", "2026-01-05T09:00+01:00"),
    ("in the evening, the next day", (OFFICE,), "2026-01-05T20:00", "2026-01-06T09:00+01:00"),
    ("over the weekend", (OFFICE,), "2026-01-09T17:01", "2026-01-12T09:00+01:00"),
    ("over the end of a year", (OFFICE,), "2027-12-31T18:00", "2028-01-03T09:00+01:00"),
    ("in the break, after the break", SPLIT, "2026-01-05T12:15", "2026-01-05T13:00+01:00"),
    ("on Saturday, its own hours", SPLIT, "2026-01-10T08:00", "2026-01-10T10:00+01:00"),
    ("late on Saturday, Monday", SPLIT, "2026-01-10T14:00", "2026-01-12T09:00+01:00"),
    ("before midnight in a window over midnight", NIGHT, "2026-01-09T23:00", "2026-01-09T23:00+01:00"),
    ("after midnight it is still Friday's window", NIGHT, "2026-01-10T05:59", "2026-01-10T05:59+01:00"),
    ("at its end it is a week to wait", NIGHT, "2026-01-10T06:00", "2026-01-16T22:00+01:00"),
    ("Friday before dawn is not Friday's window", NIGHT, "2026-01-09T05:00", "2026-01-09T22:00+01:00"),
    ("the same start and end: round the clock", ((("monday",), "08:00", "08:00"),), "2026-01-06T07:59",
     "2026-01-06T07:59+01:00"),
    ("until midnight", ((("monday",), "08:00", "24:00"),), "2026-01-05T23:59", "2026-01-05T23:59+01:00"),
    ("midnight itself is not Monday", ((("monday",), "08:00", "24:00"),), "2026-01-06T00:00",
     "2026-01-12T08:00+01:00"),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "moment", "expected"), [row[1:] for row in HOURS], ids=[row[0] for row in HOURS])
def test_a_moment_outside_the_hours_moves_to_the_next_opening(
    hours: tuple[tuple[tuple[str, ...], str, str], ...], moment: str, expected: str
) -> None:
    assert told(moment, schedule(BERLIN, *hours)) == expected


BATCHES = [
    ("the next batch of the day", (), ("10:00", "15:30"), "2026-01-05T10:01", "2026-01-05T15:30+01:00"),
    ("a batch time itself", (), ("10:00", "15:30"), "2026-01-05T15:30", "2026-01-05T15:30+01:00"),
    ("after the last, the first of tomorrow", (), ("15:30", "10:00"), "2026-01-05T15:31", "2026-01-06T10:00+01:00"),
    ("without hours also on Sunday", (), ("10:00",), "2026-01-10T11:00", "2026-01-11T10:00+01:00"),
    ("with hours not on Sunday", (OFFICE,), ("10:00",), "2026-01-09T11:00", "2026-01-12T10:00+01:00"),
    ("outside the hours, the next within", (OFFICE,), ("06:00", "16:00"), "2026-01-05T17:00",
     "2026-01-06T16:00+01:00"),
    ("a batch at closing time belongs to the day", (OFFICE,), ("17:00",), "2026-01-05T12:00",
     "2026-01-05T17:00+01:00"),
    ("a batch after midnight of a window over it", NIGHT, ("02:00",), "2026-01-09T23:00", "2026-01-10T02:00+01:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "batches", "moment", "expected"), [row[1:] for row in BATCHES], ids=[row[0] for row in BATCHES]
)
def test_with_batch_times_it_waits_for_the_next_of_them(
    hours: tuple[tuple[tuple[str, ...], str, str], ...], batches: tuple[str, ...], moment: str, expected: str
) -> None:
    assert told(moment, schedule(BERLIN, *hours, batches=batches)) == expected


DAILY = (WEEKDAYS, "02:30", "05:00")
CLOCKS = [
    # northern spring and autumn
    ("New York skips 02:30: opens at 03:30", "America/New_York", (DAILY,), (), "2026-03-08T00:00",
     "2026-03-08T03:30-04:00"),
    ("New York, a batch at 02:30", "America/New_York", (), ("02:30",), "2026-03-07T03:00", "2026-03-08T03:30-04:00"),
    ("New York, the day after, as usual", "America/New_York", (DAILY,), (), "2026-03-08T06:00",
     "2026-03-09T02:30-04:00"),
    ("New York has 01:30 twice: the first", "America/New_York", (), ("01:30",), "2026-10-31T12:00",
     "2026-11-01T01:30-04:00"),
    ("London has 01:30 twice: opens at the first", "Europe/London", ((WEEKDAYS, "01:30", "03:00"),), (),
     "2026-10-24T12:00", "2026-10-25T01:30+01:00"),
    ("office hours after spring, by the new offset", BERLIN, (OFFICE,), (), "2026-03-27T18:00",
     "2026-03-30T09:00+02:00"),
    ("office hours after autumn", BERLIN, (OFFICE,), (), "2026-10-23T18:00", "2026-10-26T09:00+01:00"),
    ("a window over the night of spring", BERLIN, ((("saturday",), "22:00", "06:00"),), (), "2026-03-29T05:59",
     "2026-03-29T05:59+02:00"),
    # southern
    ("Sydney skips 02:30 in October", "Australia/Sydney", (DAILY,), (), "2026-10-04T00:00", "2026-10-04T03:30+11:00"),
    ("Sydney has 02:30 twice in April: the first", "Australia/Sydney", (), ("02:30",), "2026-04-04T12:00",
     "2026-04-05T02:30+11:00"),
    ("Santiago skips midnight", "America/Santiago", (), ("00:15",), "2026-09-05T12:00", "2026-09-06T01:15-03:00"),
    # odd ones
    ("Lord Howe moves by half an hour", "Australia/Lord_Howe", (), ("02:15",), "2026-10-03T12:00",
     "2026-10-04T02:45+11:00"),
    ("Kathmandu's quarter hours", "Asia/Kathmandu", (OFFICE,), (), "2026-01-04T12:00", "2026-01-05T09:00+05:45"),
    ("Samoa had no Friday 30 December 2011", "Pacific/Apia", (OFFICE,), (), "2011-12-29T18:00",
     "2012-01-02T09:00+14:00"),
    ("Samoa, a batch on every day", "Pacific/Apia", (), ("09:00",), "2011-12-29T10:00", "2011-12-31T09:00+14:00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "hours", "batches", "moment", "expected"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS]
)
def test_changes_of_clocks_neither_lose_nor_shift_an_opening(
    zone: str, hours: tuple[tuple[tuple[str, ...], str, str], ...], batches: tuple[str, ...], moment: str, expected: str
) -> None:
    assert told(moment, schedule(zone, *hours, batches=batches)) == expected


def test_an_hour_that_is_skipped_whole_has_no_opening_on_that_day() -> None:
    skipped = schedule("America/New_York", (WEEKDAYS, "02:10", "02:50"), batches=())
    assert told("2026-03-08T00:00", skipped) == "2026-03-08T03:10-04:00"
    vanished = schedule("America/New_York", (("sunday",), "02:30", "03:00"))
    assert told("2026-03-07T00:00", vanished) == "2026-03-15T02:30-04:00"


def test_without_hours_and_batches_every_moment_will_do() -> None:
    moment = dt.datetime(2026, 1, 5, 10, 0, 0, 123000, tzinfo=dt.UTC)
    assert release_at(moment, Schedule(ZoneInfo(BERLIN))) == moment


def test_batch_times_outside_the_hours_are_found_and_never_waited_for() -> None:
    both = schedule(BERLIN, OFFICE, batches=("06:00", "10:00"))
    assert (has_opening(both), idle_batches(both)) == (True, [dt.time(6)])
    none = schedule(BERLIN, OFFICE, batches=("06:00",))
    assert not has_opening(none)
    with pytest.raises(NoOpening):
        release_at(dt.datetime(2026, 1, 5, tzinfo=dt.UTC), none)
    assert idle_batches(schedule(BERLIN, batches=("06:00",))) == []


@pytest.mark.parametrize("text", ["9", "25:00", "09:60", "noon", "", "24:01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text)


# ---- properties

ZONES = ["UTC", BERLIN, "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kathmandu",
         "America/Santiago", "Pacific/Apia", "Africa/Casablanca", "Asia/Beirut"]  # fmt: skip
times = st.times().map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None))
spans = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), times, times)
schedules = st.builds(
    Schedule,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.lists(spans, max_size=3).map(tuple),
    st.lists(times, max_size=3).map(tuple),
).filter(has_opening)
moments = st.datetimes(dt.datetime(2011, 1, 1), dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC))
near_changes = st.sampled_from(
    [
        "2026-03-08T07",
        "2026-11-01T06",
        "2026-03-29T01",
        "2026-10-25T01",
        "2026-10-03T16",
        "2026-04-04T16",
        "2011-12-30T10",
    ]
).flatmap(
    lambda text: st.integers(-40 * 60, 40 * 60).map(
        lambda minutes: dt.datetime.fromisoformat(f"{text}:00+00:00") + dt.timedelta(minutes=minutes)
    )
)


def allowed(moment: dt.datetime, one: Schedule) -> bool:
    """Whether a hold may end at a moment, straight from the words of the settings."""
    days = [moment.astimezone(one.zone).date() + offset * dt.timedelta(days=1) for offset in (-2, -1, 0, 1)]
    there = [day for day in days if at_wall_time(day, dt.time(12), one.zone).astimezone(one.zone).date() == day]
    open_at = [
        (at_wall_time(day, w.start, one.zone), at_wall_time(day + dt.timedelta(days=w.overnight), w.end, one.zone))
        for day in there
        for w in one.windows
        if day.weekday() in w.days
    ]
    if not one.batches:
        return any(opens <= moment < closes for opens, closes in open_at)
    on_time = any(at_wall_time(day, batch, one.zone) == moment for day in there for batch in one.batches)
    return on_time and (not one.windows or any(a <= moment <= b and a < b for a, b in open_at))


@settings(max_examples=150, deadline=None)
@given(schedules, st.one_of(moments, near_changes), st.integers(0, 60 * 24 * 20))
def test_a_release_is_never_early_always_allowed_keeps_the_order_and_settles(
    one: Schedule, moment: dt.datetime, later: int
) -> None:
    found = release_at(moment, one)
    assert found >= moment
    assert allowed(found, one) or not (one.windows or one.batches)
    assert release_at(found, one) == found
    assert found <= release_at(moment + dt.timedelta(minutes=later), one)


@settings(max_examples=25, deadline=None)
@given(schedules.filter(lambda one: bool(one.windows or one.batches)), near_changes)
def test_no_earlier_minute_would_have_been_allowed(one: Schedule, moment: dt.datetime) -> None:
    found = release_at(moment, one)
    steps = min(int((found - moment).total_seconds() // 60), 2_000)
    assert [m for m in (moment + dt.timedelta(minutes=n) for n in range(steps)) if m < found and allowed(m, one)] == []
