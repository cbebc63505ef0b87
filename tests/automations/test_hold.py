"""Hold order: business hours, batch times and timezones; what is refused on save, and the words."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from automations.actions.hold import HoldSettings, check
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import PlaceHold
from automations.engine.triggers import triggers
from automations.hours import days_in_words
from orders.lifecycle.order import OrderStatus
from portal.kit.json import Json

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_EVENING = dt.datetime(2026, 1, 9, 17, 30, tzinfo=dt.UTC)  # 18:30 in Berlin
OFFICE: Json = {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "start": "09:00", "end": "17:00"}
SATURDAY: Json = {"days": ["saturday"], "start": "10:00", "end": "14:00"}


def order(taken_in: dt.datetime = FRIDAY_EVENING, placed: dt.datetime | None = None) -> Json:
    return {"status": "new", "createdAt": taken_in.isoformat(), "extOrderCreatedAt": (placed or taken_in).isoformat()}


def planned(document: Json, now: dt.datetime = FRIDAY_EVENING, *, careful: bool = False, **settings: Any) -> PlaceHold:
    context = Context(document, now, careful, "Evenings", BERLIN)
    (hold,) = actions.get("hold").plan(HoldSettings(**settings), context)
    assert isinstance(hold, PlaceHold)
    return hold


def due(document: Json, now: dt.datetime = FRIDAY_EVENING, **settings: Any) -> str:
    return planned(document, now, **settings).due_at.isoformat(timespec="minutes")


def test_a_hold_that_would_end_in_the_evening_ends_at_the_next_opening_in_the_organizations_timezone() -> None:
    hold = planned(order(), minutes=30, business_hours=True, hours=[OFFICE])
    assert hold.due_at == dt.datetime(2026, 1, 12, 8, 0, tzinfo=dt.UTC)
    assert hold.summary == "Put on hold by “Evenings”, then “Ready for fulfillment”. It waits for business hours."


def test_a_hold_that_ends_within_the_hours_ends_at_its_time() -> None:
    morning = dt.datetime(2026, 1, 9, 9, 0, tzinfo=dt.UTC)
    hold = planned(order(morning), morning, minutes=30, business_hours=True, hours=[OFFICE])
    assert (hold.due_at, hold.summary) == (
        dt.datetime(2026, 1, 9, 9, 30, tzinfo=dt.UTC), "Put on hold by “Evenings”, then “Ready for fulfillment”.",
    )  # fmt: skip


def test_several_windows_each_have_their_own_days() -> None:
    assert due(order(), minutes=30, business_hours=True, hours=[OFFICE, SATURDAY]) == "2026-01-10T09:00+00:00"


def test_the_hours_count_only_while_the_switch_is_on() -> None:
    assert due(order(), minutes=30, hours=[OFFICE]) == "2026-01-09T18:00+00:00"


def test_a_timezone_of_its_own_moves_the_hours() -> None:
    told = due(order(), minutes=30, business_hours=True, hours=[OFFICE], zone="America/New_York")
    assert told == "2026-01-09T18:00+00:00"


def test_batch_times_gather_orders_and_keep_to_the_hours() -> None:
    batches: Any = {"minutes": 5, "batches": ["15:30", "10:00"]}
    assert due(order(), **batches) == "2026-01-10T09:00+00:00"
    hold = planned(order(), business_hours=True, hours=[OFFICE], **batches)
    assert hold.due_at == dt.datetime(2026, 1, 12, 9, 0, tzinfo=dt.UTC)
    assert hold.summary.endswith("It waits for the next release time.")


def test_what_should_have_ended_already_waits_for_the_next_opening_from_now_on() -> None:
    yesterday = dt.datetime(2026, 1, 8, 10, 0, tzinfo=dt.UTC)
    late = order(placed=yesterday)
    assert due(late, minutes=5, anchor="extOrderCreatedAt") == "2026-01-08T10:05+00:00"
    hours: Json = {"business_hours": True, "hours": [OFFICE]}
    assert due(late, minutes=5, anchor="extOrderCreatedAt", **hours) == "2026-01-12T08:00+00:00"
    noon = dt.datetime(2026, 1, 9, 11, 0, tzinfo=dt.UTC)
    assert due(late, noon, minutes=5, anchor="extOrderCreatedAt", **hours) == "2026-01-09T11:00+00:00"


@pytest.mark.parametrize(("careful", "status"), [(False, "readyForFulfillment"), (True, "reviewRequired")])
def test_after_a_failed_rule_a_person_looks_first(careful: bool, status: str) -> None:
    hold = planned(order(), minutes=30, careful=careful, business_hours=True, hours=[OFFICE])
    assert hold.next_status == OrderStatus(status)


def test_a_timezone_that_is_gone_refuses_the_action_and_says_so() -> None:
    with pytest.raises(Refusal, match="There is no timezone “Mars/Olympus”"):
        planned(order(), minutes=5, business_hours=True, zone="Mars/Olympus")


def test_settings_that_were_stored_before_there_were_hours_mean_what_they_meant() -> None:
    old = HoldSettings.model_validate({"minutes": 30, "anchor": "createdAt", "next_status": "reviewRequired"})
    assert (old.business_hours, old.batches, old.zone) == (False, (), "")
    assert actions.get("hold").words(old) == "hold 30 minutes from when it was ingested, then review required"


def test_the_settings_survive_being_stored() -> None:
    settings = HoldSettings.model_validate({"business_hours": True, "hours": [OFFICE], "batches": ["15:30", "10:00"]})
    assert HoldSettings.model_validate(settings.model_dump(mode="json")) == settings
    assert settings.batches == ("10:00", "15:30")


def found(**settings: Any) -> list[tuple[str, str]]:
    return list(check(HoldSettings.model_validate(settings), triggers.get("NEW_ORDER"), None))


def test_what_cannot_work_is_refused_with_its_cure() -> None:
    assert found(business_hours=True, hours=[]) == [
        ("hours", "There is no opening: add the hours, or switch business hours off.")
    ]
    assert found(business_hours=True, hours=[OFFICE], batches=["06:00", "10:00"]) == [
        ("batches", "06:00 is never within the business hours, so nothing would go out then. "
                    "Take it out, or lengthen the hours."),
    ]  # fmt: skip
    for zone in ("Mars/Olympus", "../etc/passwd", "Europe", "x" * 300):
        assert found(zone=zone) == [("zone", f"There is no timezone “{zone[:60]}”. Choose one from the list.")]


def test_what_works_is_not_refused() -> None:
    assert found() == []
    assert found(batches=["06:00"]) == []
    assert found(business_hours=True, hours=[OFFICE, SATURDAY], batches=["10:00", "17:00"], zone="Asia/Kathmandu") == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"batches": ["25:00"]}, "“25:00” is not a time of day. Write it as 09:30."),
        ({"hours": [OFFICE | {"start": "nine"}]}, "“nine” is not a time of day. Write it as 09:30."),
        ({"hours": [OFFICE | {"days": []}]}, "Choose at least one day of the week."),
    ],
)
def test_what_is_no_time_is_refused_in_plain_words(settings: Json, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HoldSettings.model_validate(settings)
    assert [one["msg"] for one in refused.value.errors()] == [says]


@pytest.mark.parametrize("settings", [{"hours": [OFFICE] * 21}, {"batches": ["10:00"] * 49}, {"zone": 1}, {"extra": 1}])
def test_too_much_and_the_unknown_are_refused(settings: Json) -> None:
    with pytest.raises(ValidationError):
        HoldSettings.model_validate(settings)


WORDS = [
    ({"minutes": 1}, "hold 1 minute from when it was ingested, then ready for fulfillment"),
    (
        {"minutes": 60, "anchor": "extOrderCreatedAt", "business_hours": True, "hours": [OFFICE, SATURDAY]},
        "hold 60 minutes from when it was placed in the channel and on to the next business hours "
        "(Monday to Friday 09:00–17:00, Saturday 10:00–14:00), then ready for fulfillment",
    ),
    (
        {"minutes": 0, "batches": ["15:30", "10:00"], "zone": "Europe/Berlin"},
        "hold 0 minutes from when it was ingested and on to the next release at 10:00 or 15:30 (Europe/Berlin), "
        "then ready for fulfillment",
    ),
    (
        {"batches": ["10:00"], "business_hours": True, "hours": [OFFICE], "zone": "Europe/Berlin"},
        "hold 10 minutes from when it was ingested and on to the next release at 10:00 within business hours "
        "(Monday to Friday 09:00–17:00, Europe/Berlin), then ready for fulfillment",
    ),
]


@pytest.mark.parametrize(("settings", "told"), WORDS)
def test_the_words_say_it_all(settings: Json, told: str) -> None:
    assert actions.get("hold").words(HoldSettings.model_validate(settings)) == told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["sunday", "monday"], "Monday, Sunday"),
        (["wednesday", "monday", "tuesday", "saturday"], "Monday to Wednesday, Saturday"),
        (["monday", "tuesday"], "Monday, Tuesday"),
    ],
)
def test_days_are_told_together(days: list[str], told: str) -> None:
    assert days_in_words(days) == told
