"""Deliveries that wait for a person become exceptions, of the order they are about where they say so."""

from dataclasses import replace

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException
from portal.deliveries import send
from portal.deliveries.models import Delivery
from portal.deliveries.senders import Waiting, on_parked
from portal.kit.claims import State
from portal.kit.registry import Registry

parked_as: Registry[str] = Registry("exception type of a parked delivery")
"""The type of exception that a parked delivery of a kind becomes; `delivery_parked` where nothing is registered."""


def tell(one: Waiting) -> None:
    """Raise the exception of a delivery, in the transaction that parks it.

    What is held back is told once for all that wait for the same decision.
    """
    if one.held_for:
        title = "More messages than rules may send in an hour"
        cause = f"{one.kind}:{one.held_for}"
        raise_exceptions([Problem("messages_held_back", one.organization_id, cause, title, one.reason)])
        return
    title = one.about.get("title") or f"A delivery ({one.kind}) needs a person"
    told_as = parked_as.get(one.kind) if one.kind in parked_as else "delivery_parked"
    problem = Problem(told_as, one.organization_id, f"{one.kind}:{one.key}", title, one.reason)
    raise_exceptions([_concerning(problem, one)])


def _concerning(problem: Problem, one: Waiting) -> Problem:
    """Return the problem with the order that the delivery is about, where it is about one."""
    if one.about.get("type") != "order":
        return problem
    rows = Order.across.filter(organization_id=one.organization_id, public_id=one.about.get("id"))
    order = rows.only("pk", "ext_order_id").first()
    if order is None:
        return problem
    return replace(problem, entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id)


def send_again(exception: OrderException) -> int:
    """Have the delivery behind an exception sent again, under its own key: a person has looked and decided."""
    kind, _, key = exception.cause_key.partition(":")
    rows = Delivery.objects.within(exception.organization).filter(kind=kind, key=key, state=State.PARKED)
    for row in rows:
        send.try_again(row)
    return len(rows)


def send_held_back(exception: OrderException) -> int:
    """Have everything sent that was held back for the cause of an exception."""
    kind, _, cause = exception.cause_key.partition(":")
    return send.send_held_back(exception.organization, kind, cause)


on_parked.register("orders.exceptions", tell)
