"""What routing would come to for the orders of exceptions, as things are now."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders.exceptions.catalogue import Fate, Foreseen, Foresight
from orders.exceptions.types.order_stuck import ORDER_STUCK
from orders.models import Order, OrderException
from orders.routing.decision import Decision, Outcome
from orders.routing.load import load_stock, load_subjects, load_world
from orders.routing.run import OFF, RESTS, decide_all, routed_by, why_left
from portal.tenancy.models import Organization


def foresee(exceptions: Sequence[OrderException]) -> Foresight:
    """Decide for the orders of exceptions of one organization; what one takes is gone for the next, as it will be."""
    wanted = {one.entity_id: one.pk for one in exceptions if one.entity_type == "order" and one.entity_id}
    organization: Organization = exceptions[0].organization
    rows = Order.objects.within(organization).filter(pk__in=wanted)
    orders = list(rows.select_related("source").defer("source_doc", "facets", "terms").order_by("pk"))
    left = {one.pk: Foreseen(Fate.STAYS, why) for one in orders if (why := why_left(one))}
    fitting = [one for one in orders if one.pk not in left]
    told = left | (_decided(organization, fitting, exceptions[0].type) if fitting else {})
    yield from ((wanted[pk], one) for pk, one in told.items())


def _decided(organization: Organization, orders: Sequence[Order], kind: str) -> dict[int, Foreseen]:
    world = load_world(organization)
    left = {one.pk: Foreseen(Fate.STAYS, OFF if world.resting else RESTS) for one in orders}
    if not (routed := routed_by(world, orders)):
        return left
    subjects = load_subjects(world, routed)
    decided = decide_all(world, subjects, load_stock(world, subjects))
    return left | {one.subject.order.pk: _became(one.decision, kind) for one in decided}


def _became(decision: Decision, kind: str) -> Foreseen:
    if decision.outcome == Outcome.NOTHING and kind == ORDER_STUCK.key:
        told = _("It is routed already: its shipping requests say what they wait for.")
        return Foreseen(Fate.STAYS, told)
    return Foreseen(Fate.STAYS if decision.outcome == Outcome.FAILED else Fate.CLEARS, decision.sentence)
