"""Events reach their consumer in order, once, and a bad one stands in nobody's way."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from portal.events import dispatch, outbox
from portal.events.catalogue import event, event_types
from portal.events.models import Event, Handoff
from portal.kit import claims, jobs
from portal.tenancy.models import Organization

THING = "test.thing"
pytestmark = pytest.mark.django_db


class Listener:
    """A consumer that writes down what it hears and fails where it is told to."""

    def __init__(self) -> None:
        self.heard: list[list[int]] = []
        self.fails_on: set[int] = set()
        self.parked: list[tuple[int, str]] = []

    def __call__(self, events: Sequence[Event]) -> None:
        entities = [one.entity_id for one in events]
        if self.fails_on.intersection(entities):
            raise ValueError("cannot")
        self.heard.append(entities)

    def park(self, one: Event, error: str) -> None:
        self.parked.append((one.entity_id, error))


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    event(THING, "A thing", "thing") if THING not in event_types else None
    dispatch.consumer("tester", events=[THING], on_parked=made.park)(made)
    yield made
    for registry, key in ((dispatch.consumers, "tester"), (jobs.bells, "events:tester"), (event_types, THING)):
        registry._entries.pop(key)


def _happen(organization: Organization, *entities: int) -> None:
    with transaction.atomic():
        outbox.record([outbox.NewEvent(THING, organization.pk, entity, 1) for entity in entities])


def test_a_batch_is_handed_over_once(organization: Organization, listener: Listener) -> None:
    _happen(organization, 1, 2, 3)
    assert dispatch.drain("tester") == 3
    assert dispatch.drain("tester") == 0
    assert listener.heard == [[1, 2, 3]]


def test_the_later_event_of_an_entity_waits_for_the_earlier(organization: Organization, listener: Listener) -> None:
    _happen(organization, 1, 2, 1)
    dispatch.drain("tester")
    assert listener.heard == [[1, 2], [1]]


def test_a_bad_event_is_set_apart_and_the_others_go_on(organization: Organization, listener: Listener) -> None:
    listener.fails_on = {2}
    _happen(organization, 1, 2, 3)
    assert dispatch.drain("tester") == 2
    left = Handoff.across.get()
    assert (left.entity_id, left.state, left.attempts) == (2, "pending", 1)
    assert left.last_error == "ValueError: cannot"


def test_an_event_that_keeps_failing_is_parked_and_can_be_replayed(
    organization: Organization, listener: Listener
) -> None:
    listener.fails_on = {2}
    _happen(organization, 2)
    for _ in range(claims.MAX_ATTEMPTS):
        Handoff.across.update(next_at=Now())
        dispatch.drain("tester")
    assert Handoff.across.get().state == "parked"
    assert listener.parked == [(2, "ValueError: cannot")]
    listener.fails_on = set()
    assert dispatch.replay(organization.pk) == 1
    assert dispatch.drain("tester") == 1


def test_a_parked_event_does_not_block_the_later_one_of_its_entity(
    organization: Organization, listener: Listener
) -> None:
    _happen(organization, 1)
    Handoff.across.update(state="parked")
    _happen(organization, 1)
    assert dispatch.drain("tester") == 1


def test_what_a_dead_worker_held_is_taken_over_and_tried_alone(organization: Organization, listener: Listener) -> None:
    _happen(organization, 1, 2)
    dead = claims.claim(Handoff, limit=10, lease=dispatch.LEASE, where="TRUE")
    assert dispatch.drain("tester") == 0
    Handoff.across.update(lease_until=Now() - dispatch.LEASE)
    assert dispatch.drain("tester") == 2
    assert listener.heard == [[1], [2]]
    assert claims.still_mine(Handoff, dead) == []


def test_a_late_worker_that_lost_its_lease_changes_nothing(organization: Organization, listener: Listener) -> None:
    _happen(organization, 1)
    (late,) = claims.claim(Handoff, limit=1, lease=dispatch.LEASE)
    Handoff.across.update(lease_until=Now() - dispatch.LEASE)
    (new,) = claims.claim(Handoff, limit=1, lease=dispatch.LEASE)
    claims.put_back(Handoff, late, error="too late")
    row = Handoff.across.get()
    assert (row.state, row.attempts, row.last_error) == ("running", new.attempt, "")


def test_an_event_outside_a_transaction_is_refused(organization: Organization, listener: Listener) -> None:
    class Loose:
        in_atomic_block = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "get_connection", lambda *_args: Loose())
        with pytest.raises(transaction.TransactionManagementError):
            outbox.record([outbox.NewEvent(THING, organization.pk, 1, 1)])


def test_what_was_left_behind_is_rung_for(
    organization: Organization, listener: Listener, django_capture_on_commit_callbacks: Any
) -> None:
    _happen(organization, 1)
    with django_capture_on_commit_callbacks() as rung:
        dispatch.sweep()
    assert len(rung) == 1


def test_an_event_that_kills_its_worker_every_time_is_parked(organization: Organization, listener: Listener) -> None:
    def die(events: Sequence[Event]) -> None:
        raise SystemExit(9)

    one = dispatch.consumers.get("tester")
    dispatch.consumers._entries["tester"] = dataclasses.replace(one, handle=die)
    _happen(organization, 1)
    for _ in range(claims.MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            dispatch.drain("tester")
        Handoff.across.update(lease_until=Now() - dispatch.LEASE)
    assert dispatch.drain("tester") == 0
    assert (Handoff.across.get().state, listener.parked) == ("parked", [(1, claims.DIED)])


def test_an_error_that_cannot_be_stored_is_put_back_all_the_same(
    organization: Organization, listener: Listener
) -> None:
    def fail(events: Sequence[Event]) -> None:
        raise ValueError("a\x00b")

    one = dispatch.consumers.get("tester")
    dispatch.consumers._entries["tester"] = dataclasses.replace(one, handle=fail)
    _happen(organization, 1)
    dispatch.drain("tester")
    assert Handoff.across.get().last_error == "ValueError: a\ufffdb"


def test_events_for_a_consumer_that_is_gone_stop_no_other(
    organization: Organization, listener: Listener, django_capture_on_commit_callbacks: Any
) -> None:
    _happen(organization, 1)
    Handoff.across.update(consumer="a consumer of last year")
    _happen(organization, 2)
    with django_capture_on_commit_callbacks() as rung:
        dispatch.sweep()
    assert len(rung) == 1


def test_only_what_concerns_a_consumer_is_handed_over(organization: Organization, listener: Listener) -> None:
    heeding = dataclasses.replace(dispatch.consumers.get("tester"), heeds=lambda name, said: said["loud"])
    dispatch.consumers._entries["tester"] = heeding
    with transaction.atomic():
        outbox.record([outbox.NewEvent(THING, organization.pk, pk, 1, {"loud": pk == 2}) for pk in (1, 2, 3)])
    assert list(Handoff.across.values_list("entity_id", flat=True)) == [2]
    assert Event.across.count() == 3


def test_a_yes_is_remembered_and_a_no_is_asked_again(organization: Organization, listener: Listener) -> None:
    answers = iter([False, True])
    wanting = dataclasses.replace(dispatch.consumers.get("tester"), wants=lambda organization_id, name: next(answers))
    dispatch.consumers._entries["tester"] = wanting
    for entity in (1, 2, 3):
        _happen(organization, entity)
    assert list(Handoff.across.values_list("entity_id", flat=True)) == [2, 3]
    assert next(answers, None) is None
