"""What locks the same rows is dealt with by one worker at a time for an organization, and nothing is left lying."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import connection

from portal.events import dispatch
from portal.events.models import Event, Handoff
from portal.kit import jobs, turns
from portal.tenancy.models import Organization
from tests.portal.events.test_dispatch import Listener, _happen, listener

__all__ = ["listener"]
pytestmark = pytest.mark.django_db
TURN = "events:tester"


@pytest.fixture
def turning(listener: Listener) -> Listener:
    """The consumer, one worker of which deals with an organization at a time."""
    one = dispatch.consumers.get("tester")
    dispatch.consumers._entries["tester"] = dataclasses.replace(one, by_turns=True)
    return listener


@contextmanager
def another_worker_with(*organizations: Organization) -> Iterator[None]:
    """Have somebody else be in the middle of a batch of these organizations."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            for one in organizations:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [TURN, one.pk])
        yield
        other.rollback()  # a connection that is merely closed keeps its locks until the server has noticed
    finally:
        other.close()


def _waiting() -> list[tuple[int, str, int]]:
    return list(Handoff.across.order_by("pk").values_list("entity_id", "state", "attempts"))


def test_an_organization_whose_turn_another_worker_has_is_left_to_it(
    organization: Organization, turning: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Organization.objects.create(name="Elsewhere")
    _happen(organization, 1, 2)
    _happen(elsewhere, 3)
    rung: list[str] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    with another_worker_with(organization):
        assert dispatch.drain("tester") == 1
        assert rung == [], "Nobody had taken any of them."
        assert (turning.heard, _waiting()) == ([[3]], [(1, "pending", 0), (2, "pending", 0)])
    assert dispatch.drain("tester") == 2
    assert turning.heard == [[3], [1, 2]]


def test_a_consumer_without_turns_asks_for_none(organization: Organization, listener: Listener) -> None:
    _happen(organization, 1)
    with another_worker_with(organization):
        assert dispatch.drain("tester") == 1


def test_a_turn_lasts_as_long_as_the_batch(organization: Organization, turning: Listener) -> None:
    seen: list[list[int]] = []

    def look(events: Sequence[Event]) -> None:
        with other.cursor() as cursor:
            cursor.execute(turns._OTHERS, [TURN])
            seen.append([row[0] for row in cursor.fetchall()])

    one = dispatch.consumers.get("tester")
    dispatch.consumers._entries["tester"] = dataclasses.replace(one, handle=look)
    _happen(organization, 1)
    other = connection.copy()
    try:
        dispatch.drain("tester")
    finally:
        other.close()
    assert seen == [[organization.pk]]


def test_who_has_taken_events_when_another_begins_gives_them_back_untried_and_rings(
    organization: Organization, turning: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    too_early = iter([True])
    real = turns.of_others
    monkeypatch.setattr(turns, "of_others", lambda what: [] if next(too_early, False) else real(what))
    monkeypatch.setattr(jobs, "ring", rung.append)
    _happen(organization, 1, 2)
    rung.clear()
    with another_worker_with(organization):
        assert dispatch.drain("tester") == 0
    assert _waiting() == [(1, "pending", 0), (2, "pending", 0)]
    assert rung == [TURN]
    assert dispatch.drain("tester") == 2
