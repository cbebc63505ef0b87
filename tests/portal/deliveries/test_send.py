"""A delivery arrives at most once, and what may have arrived is never sent again blindly."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from orders.models import OrderException
from portal.deliveries.models import Delivery
from portal.deliveries.send import request, send_due, try_again
from portal.deliveries.senders import Intent, Later, Refused, Sender, senders
from portal.kit.claims import MAX_ATTEMPTS
from portal.kit.json import Json
from portal.kit.registry import Unknown
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
KIND = "test"


class Warehouse:
    """An outside system with its own book of what has arrived."""

    def __init__(self) -> None:
        self.book: list[str] = []
        self.raises: list[Exception] = []
        self.loses_answers = 0

    def send(self, intent: Intent) -> Json:
        if self.raises:
            raise self.raises.pop(0)
        self.book.append(intent.key)
        if self.loses_answers:
            self.loses_answers -= 1
            raise TimeoutError("no answer")
        return {"reference": len(self.book)}

    def look_up(self, intent: Intent) -> Json | None:
        return {"reference": self.book.index(intent.key) + 1} if intent.key in self.book else None


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse()
    senders.register(KIND, Sender(KIND, made.send, made.look_up))
    yield made
    senders._entries.pop(KIND)


def _due() -> None:
    Delivery.across.update(next_at=Now(), lease_until=Now() - dt.timedelta(seconds=1))


def test_a_delivery_is_sent_once_and_keeps_the_answer(organization: Organization, warehouse: Warehouse) -> None:
    assert request(organization, KIND, "a", {"sku": "TEA-1"}) is True
    assert (send_due(), send_due()) == (1, 0)
    row = Delivery.across.get()
    assert (row.state, row.uncertain, row.answer, warehouse.book) == ("done", False, {"reference": 1}, ["a"])


def test_the_same_intent_asked_for_twice_is_one_delivery(organization: Organization, warehouse: Warehouse) -> None:
    request(organization, KIND, "a", {})
    assert request(organization, KIND, "a", {}) is False
    send_due()
    assert warehouse.book == ["a"]


def test_an_answer_that_is_lost_is_looked_up_and_not_sent_again(
    organization: Organization, warehouse: Warehouse
) -> None:
    warehouse.loses_answers = 1
    request(organization, KIND, "a", {})
    send_due()
    row = Delivery.across.get()
    assert (row.state, row.uncertain, row.last_error) == ("pending", True, "TimeoutError: no answer")
    assert row.next_at > row.created_at + dt.timedelta(seconds=80)
    _due()
    send_due()
    assert (Delivery.across.get().state, warehouse.book) == ("done", ["a"])


def test_a_worker_that_dies_during_the_call_leaves_it_to_be_looked_up(
    organization: Organization, warehouse: Warehouse
) -> None:
    request(organization, KIND, "a", {})
    warehouse.book.append("a")
    Delivery.across.update(state="running", uncertain=True, attempts=1, lease_until=Now() - dt.timedelta(seconds=1))
    send_due()
    assert (Delivery.across.get().state, warehouse.book) == ("done", ["a"])


def test_what_may_have_arrived_where_nobody_can_look_waits_for_a_person(
    organization: Organization, warehouse: Warehouse
) -> None:
    senders._entries[KIND] = Sender(KIND, warehouse.send)
    warehouse.loses_answers = 1
    request(organization, KIND, "a", {})
    send_due()
    _due()
    send_due()
    row = Delivery.across.get()
    assert (row.state, row.uncertain, warehouse.book) == ("parked", True, ["a"])
    assert OrderException.across.get().type == "delivery_parked"


def test_a_clear_no_is_not_asked_again_until_a_person_says_so(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.raises = [Refused("The address is not complete.")]
    request(organization, KIND, "a", {})
    assert (send_due(), send_due()) == (1, 0)
    row = Delivery.across.get()
    assert (row.state, row.uncertain, row.last_error) == ("parked", False, "The address is not complete.")
    try_again(row)
    send_due()
    assert warehouse.book == ["a"]


def test_later_waits_as_long_as_the_other_side_says(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.raises = [Later("busy", dt.timedelta(minutes=30))]
    request(organization, KIND, "a", {})
    send_due()
    row = Delivery.across.get()
    assert (row.state, row.uncertain) == ("pending", False)
    assert row.next_at > row.created_at + dt.timedelta(minutes=29)


def test_what_keeps_failing_is_set_aside(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.raises = [Later("down")] * MAX_ATTEMPTS
    request(organization, KIND, "a", {})
    for _ in range(MAX_ATTEMPTS):
        _due()
        send_due()
    assert (Delivery.across.get().state, warehouse.book) == ("parked", [])


def test_a_kind_that_nobody_sends_is_refused(organization: Organization) -> None:
    with pytest.raises(Unknown, match="carrier pigeon"):
        request(organization, "carrier pigeon", "a", {})


@pytest.mark.parametrize(("workers", "rings"), [(3, 0), (4, 1)])
def test_where_workers_are_to_spare_another_one_is_called(
    organization: Organization, warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    workers: int, rings: int,
) -> None:  # fmt: skip
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": workers}
    for key in "ab":
        request(organization, KIND, key, {})
    heard: list[str] = []
    monkeypatch.setattr("portal.kit.jobs.ring", heard.append)
    assert (send_due(), heard) == (2, ["deliveries"] * rings)
