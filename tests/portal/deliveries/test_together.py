"""First tries of one kind go out together: a call each, and everything around the calls once."""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from portal.deliveries import together
from portal.deliveries.models import Delivery
from portal.deliveries.send import request_many, send_due
from portal.deliveries.senders import BySets, Calls, HeldBack, Intent, Later, Refused, Sender, Unclear, senders
from portal.kit.json import Json
from portal.tenancy.models import Membership, Organization

pytestmark = pytest.mark.django_db
KIND = "test set"


class Warehouse:
    """An outside system with its own book, and what the sender did around its calls."""

    def __init__(self) -> None:
        self.book: list[str] = []
        self.sets: list[int] = []
        self.noted: list[int] = []
        self.alone: list[str] = []
        self.raises: dict[str, Exception] = {}
        self.left_out: set[str] = set()
        self.cannot_note: set[str] = set()
        self.after_a_call: Callable[[str], None] = lambda key: None

    @contextmanager
    def calls(self, intents: Sequence[Intent]) -> Iterator[Calls]:
        self.sets.append(len(intents))
        together = len(intents) > 1
        yield {one.key: partial(self.call, one.key) for one in intents if not (together and one.key in self.left_out)}

    def call(self, key: str) -> str:
        if error := self.raises.pop(key, None):
            raise error
        self.book.append(key)
        self.after_a_call(key)
        return key.upper()

    def note(self, brought: Mapping[str, str]) -> dict[str, Json]:
        if self.cannot_note & brought.keys():
            raise ValueError("The record is gone.")
        self.noted.append(len(brought))
        return {key: {"name": name} for key, name in brought.items()}

    def finish(self, intent: Intent, brought: str) -> Json:
        self.alone.append(intent.key)
        if intent.key in self.cannot_note:
            raise Refused("The record is gone.")
        return {"name": brought}

    def look_up(self, intent: Intent) -> Json | None:
        return {"name": intent.key.upper()} if intent.key in self.book else None


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse()
    sets = BySets(made.calls, made.note, made.finish)
    senders.register(KIND, Sender(KIND, sets.send, made.look_up, by_sets=sets))
    yield made
    senders._entries.pop(KIND)


def _ask(organization: Organization, keys: str) -> None:
    request_many(organization, [(KIND, key, {}) for key in keys])


def _states() -> dict[str, tuple[str, bool, int]]:
    return {one.key: (one.state, one.uncertain, one.attempts) for one in Delivery.across.all()}


def test_many_take_as_many_statements_as_few(organization: Organization, warehouse: Warehouse) -> None:
    counts = []
    for keys in ("abc", "defghijklmnop"):
        _ask(organization, keys)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            send_due()
        counts.append(len(asked))
    assert (warehouse.sets, warehouse.noted, warehouse.alone) == ([3, 13], [3, 13], [])
    assert (counts[0] == counts[1], "".join(warehouse.book)) == (True, "abcdefghijklmnop")
    assert set(_states().values()) == {("done", False, 1)}
    assert Delivery.across.get(key="d").answer == {"name": "D"}


def test_a_rush_to_one_side_keeps_no_other_waiting(
    organization: Organization, stranger: Membership, warehouse: Warehouse
) -> None:
    _ask(organization, "ab")
    _ask(stranger.organization, "c")
    lease = Now() + dt.timedelta(minutes=1)
    Delivery.across.filter(key="a").update(state="running", attempts=1, lease_until=lease)  # another worker is at it
    send_due()
    assert warehouse.book == ["c", "b"], "Of what is left, whoever has time sends on."


def test_what_one_call_says_is_that_ones_alone(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.raises = {
        "b": Refused("No."), "c": Later("Not now."), "d": Unclear("Cut."), "e": HeldBack("Wait.", "x"),
        "f": TimeoutError("?"), "g": Later("Slowly.", dt.timedelta(minutes=1), counts=False),
    }  # fmt: skip
    _ask(organization, "abcdefgh")
    send_due()
    assert _states() == {
        "a": ("done", False, 1), "b": ("parked", False, 1), "c": ("pending", False, 1), "d": ("pending", True, 1),
        "e": ("parked", False, 1), "f": ("pending", True, 1), "g": ("pending", False, 0), "h": ("done", False, 1),
    }  # fmt: skip
    assert Delivery.across.get(key="e").held_for == "x"


def test_what_does_not_fit_into_the_set_is_dealt_with_alone(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.left_out = {"b"}
    _ask(organization, "abc")
    send_due()
    assert (sorted(warehouse.book), warehouse.noted, warehouse.alone) == (["a", "b", "c"], [2], ["b"])
    assert {one[0] for one in _states().values()} == {"done"}


def test_one_record_that_cannot_be_written_spoils_no_other(organization: Organization, warehouse: Warehouse) -> None:
    warehouse.cannot_note = {"b"}
    _ask(organization, "abc")
    send_due()
    assert (warehouse.book, warehouse.alone) == (["a", "b", "c"], ["a", "b", "c"])
    assert {key: one[0] for key, one in _states().items()} == {"a": "done", "b": "parked", "c": "done"}


def test_what_the_time_did_not_reach_is_put_back_untouched(
    organization: Organization, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    warehouse.after_a_call = lambda key: clock.append(clock.pop() + together.SECONDS + 0.1)
    _ask(organization, "abc")
    send_due()
    assert (warehouse.sets, warehouse.book) == ([3, 2, 1], ["a", "b", "c"])
    assert set(_states().values()) == {("done", False, 1)}


def test_a_set_whose_worker_died_is_asked_about_and_not_sent_again(
    organization: Organization, warehouse: Warehouse
) -> None:
    def die(key: str) -> None:
        if key == "b":
            raise SystemExit

    warehouse.after_a_call = die
    _ask(organization, "abc")
    with pytest.raises(SystemExit):
        send_due()
    assert {one[:2] for one in _states().values()} == {("running", True)}
    warehouse.after_a_call = lambda key: None
    Delivery.across.update(lease_until=Now() - dt.timedelta(seconds=1))
    send_due()
    assert (warehouse.book, {one[0] for one in _states().values()}) == (["a", "b", "c"], {"done"})
