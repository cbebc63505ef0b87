"""Each invariant finds what breaks it, and is silent where all is well."""

import datetime as dt
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from automations import services
from automations.models import Run
from orders.models import Hold, InventoryLevel, Order, OrderLine, Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.events.dispatch import drain
from portal.events.models import Event, Handoff
from portal.kit.clock import now
from portal.kit.invariants import broken, invariants
from tests.automations.test_waiting_together import BREAKS as BREAKS_OF_WAITING
from tests.factories import make_order
from tests.integrations.outbound.test_requests import BREAKS as BREAKS_OF_WAREHOUSES
from tests.orders.fulfillments.test_take import BREAKS as BREAKS_OF_FULFILLMENTS
from tests.orders.inventory.test_virtual import BROKEN_NEED
from tests.orders.requests.test_move_and_cancel import BREAKS as BREAKS_OF_REQUESTS

pytestmark = pytest.mark.django_db
LONG_AGO = now() - dt.timedelta(hours=1)


@pytest.fixture
def held(source: Source) -> Order:
    services.ensure_defaults(source.organization)
    order = make_order(source)
    drain("automations")
    return order


def _forget_event(order: Order) -> None:
    event = Event.across.get(name="order.created")
    Event.across.update(created_at=LONG_AGO)
    Handoff.across.create(
        organization=order.organization, event=event, consumer="automations", entity_type="order", entity_id=order.pk,
        next_at=LONG_AGO,
    )  # fmt: skip


def _tell_a_move_that_was_none(order: Order) -> None:
    """History is append-only, so what contradicts it is added."""
    change = {"op": "replace", "path": "/status", "value": "onHold", "old": "draft"}
    record([Entry(order.organization_id, "order", order.pk, order.version + 1, Actor.system(), "moved", "", [change])])


BREAKS: dict[str, Callable[[Order], object]] = {
    "events.not_forgotten": _forget_event,
    "orders.none_stays_new": lambda order: Order.across.update(status="new", hold_until=None, created_at=LONG_AGO),
    "holds.not_early": lambda order: Hold.across.update(outcome="due", ended_at=LONG_AGO),
    "holds.not_for_ever": lambda order: Hold.across.update(due_at=LONG_AGO),
    "orders.exceptions_shown": lambda order: Order.across.update(exceptions=["rule_failed"]),
    "holds.held_means_on_hold": lambda order: Order.across.update(hold_until=LONG_AGO),
    "orders.moves_are_told": lambda order: _tell_a_move_that_was_none(order),
    "orders.status_is_the_last_move": lambda order: Order.across.update(status="draft", hold_until=None),
    "orders.lines_are_there": lambda order: OrderLine.across.all().delete(),
    "inventory.levels_are_sums": lambda order: InventoryLevel.across.create(
        organization=order.organization, sku="TEA-1", sku_folded="tea-1", on_hand=5
    ),
    "runs.holds_are_placed": lambda order: Hold.across.update(run_id=None),
}


def test_all_is_well_after_an_order_has_been_held(held: Order) -> None:
    assert broken() == []


@pytest.mark.parametrize("key", sorted(BREAKS))
def test_what_breaks_an_invariant_is_found(held: Order, key: str) -> None:
    BREAKS[key](held)
    assert key in [one.invariant.key for one in broken()]


def test_every_invariant_has_been_seen_broken() -> None:
    elsewhere = (BREAKS_OF_WAITING, BREAKS_OF_REQUESTS, BREAKS_OF_FULFILLMENTS, BREAKS_OF_WAREHOUSES, {BROKEN_NEED})
    assert set(invariants.keys()) == set(BREAKS).union(*elsewhere)


def test_the_command_names_what_is_broken_and_fails(held: Order) -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "BROKEN" not in out.getvalue()
    Run.across.update(origin="live")
    Hold.across.update(run_id=None)
    with pytest.raises(CommandError, match=f"1 of {len(invariants)} invariants"):
        call_command("check_invariants", stdout=out)
    assert f"run {Run.across.get().public_id}" in out.getvalue()
