"""Deliveries that wait for a person become exceptions, of the order they are about where they say so."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count, QuerySet
from django.utils.translation import gettext, ngettext

from orders.exceptions.catalogue import Fate, Foreseen, Foresight
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


def foresee_sending(exceptions: Sequence[OrderException]) -> Foresight:
    """Say which messages can be sent again; whether they arrive only the other side says."""
    causes = [one.cause_key.partition(":") for one in exceptions]
    rows = _deliveries(exceptions).filter(kind__in={kind for kind, _, _ in causes}, key__in=[key for *_, key in causes])
    states = {f"{kind}:{key}": state for kind, key, state in rows.values_list("kind", "key", "state")}
    for exception in exceptions:
        state = states.get(exception.cause_key)
        if state == State.PARKED:
            told = gettext("It is sent again: only the other side tells whether it takes it.")
            yield exception.pk, Foreseen(Fate.ASKS, told)
        elif state is not None:
            yield exception.pk, Foreseen(Fate.STAYS, gettext("It is on its way already."))


def foresee_held_back(exceptions: Sequence[OrderException]) -> Foresight:
    """Say how many messages go out for each exception: it is over when they do, whatever becomes of each."""
    rows = _deliveries(exceptions).filter(state=State.PARKED).exclude(held_for="").order_by()
    counts = {f"{kind}:{cause}": n for kind, cause, n in rows.values_list("kind", "held_for").annotate(n=Count("*"))}
    for exception in exceptions:
        if count := counts.get(exception.cause_key, 0):
            told = ngettext("%(count)s message goes out.", "%(count)s messages go out.", count) % {"count": count}
            yield exception.pk, Foreseen(Fate.CLEARS, told)


def _deliveries(exceptions: Sequence[OrderException]) -> QuerySet[Delivery]:
    return Delivery.across.filter(organization_id__in={one.organization_id for one in exceptions})


def send_held_back(exception: OrderException) -> int:
    """Have everything sent that was held back for the cause of an exception."""
    kind, _, cause = exception.cause_key.partition(":")
    return send.send_held_back(exception.organization, kind, cause)


on_parked.register("orders.exceptions", tell)
