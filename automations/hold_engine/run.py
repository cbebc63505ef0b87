"""The Order Hold Engine at work: until its organization migrates, it does what New-order rules do elsewhere."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from automations.engine.actions import Context
from automations.engine.plan import Move, PlaceHold, Write
from automations.hold_engine.meaning import Meaning
from automations.models import HoldEngine
from orders.documents.instants import instant
from orders.lifecycle.changes import NewHold, OrderChange, Step
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import commit
from orders.locks import lock
from orders.models import Order
from portal.audit.actor import Actor
from portal.events.models import Event
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.tenancy.models import Organization

NAME = "Order Hold Engine"
BY = Actor.system(NAME)


def handles(organization: Organization) -> bool:
    """Say whether it acts on new orders of an organization, in the place of the New-order rules."""
    rows = HoldEngine.objects.within(organization).filter(enabled=True, migrated_at=None)
    found: bool = rows.exists()
    return found


def acts_instead(organization: Organization, events: Sequence[Event]) -> dict[int, int] | None:
    """Do `run` where it acts in the place of the rules; return None where the rules act."""
    return run(organization, events) if handles(organization) else None


def run(organization: Organization, events: Sequence[Event]) -> dict[int, int]:
    """Hold the orders of these events that are still new, or send them on, in the caller's transaction.

    Returns the versions at which they were looked at, by id.
    """
    engine = HoldEngine.objects.within(organization).get()
    rows = {row.source_id: Meaning(row.minutes, row.next_status) for row in engine.rows.all()}
    default = Meaning(engine.minutes, engine.next_status)
    orders = lock({event.entity_id for event in events}, with_content=False)
    seen = {pk: order.version for pk, order in orders.items()}
    now = to_millisecond(database_now())
    new = [one for one in orders.values() if one.status == OrderStatus.NEW and one.organization_id == organization.pk]
    commit([_change(order, rows.get(order.source_id, default), now) for order in new], orders)
    return seen


def _change(order: Order, meaning: Meaning, now: dt.datetime) -> OrderChange:
    action, settings = meaning.action()
    document = {"status": order.status, "createdAt": instant(order.created_at)}
    planned = action.plan(settings, Context(document, now, False, NAME))
    return OrderChange(order.pk, [_step(write) for write in planned], cause="rule")


def _step(write: Write) -> Step:
    """Return the step of a write, told as the engine's own and not as that of a rule."""
    if isinstance(write, PlaceHold):
        write = replace(write, reason=NAME)
        hold = NewHold(write.reason, write.due_at, write.next_status, write.kind)
        return Step(BY, write.verb, write.summary, status=write.status, hold=hold)
    assert isinstance(write, Move)
    summary = f"{NAME}: now “{write.status.label}”."
    return Step(BY, write.verb, summary, status=write.status, ends_holds="superseded")
