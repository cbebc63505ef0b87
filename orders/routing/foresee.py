"""What routing would come to for the orders of exceptions, as things are now. It writes nothing, and could not."""

from collections.abc import Mapping, Sequence

from orders.exceptions.catalogue import Foreseen
from orders.models import Order, OrderException
from orders.routing.decision import Outcome
from orders.routing.load import load_stock, load_subjects, load_world
from orders.routing.run import OFF, RESTS, ROUTABLE, decide_all, routed_by, why_left
from orders.routing.try_route import reading_only
from portal.tenancy.models import Organization

MOST = 200
"""So many orders are decided for a page; what one takes is gone for the next, as it will be."""


def foresee(exceptions: Sequence[OrderException]) -> Mapping[int, Foreseen]:
    """Return what routing each order would come to, by exception id, for the first `MOST` of one organization."""
    wanted = {one.entity_id: one.pk for one in exceptions[:MOST] if one.entity_type == "order" and one.entity_id}
    if not wanted:
        return {}
    organization: Organization = exceptions[0].organization
    rows = Order.objects.within(organization).filter(pk__in=wanted)
    orders = list(rows.select_related("source").defer("source_doc", "facets", "terms").order_by("pk"))
    left = {one.pk: Foreseen(False, why) for one in orders if (why := why_left(one))}
    fitting = [one for one in orders if one.status in ROUTABLE and one.deleted_at is None]
    told = left | (_decided(organization, fitting) if fitting else {})
    return {wanted[pk]: one for pk, one in told.items()}


def _decided(organization: Organization, orders: Sequence[Order]) -> dict[int, Foreseen]:
    with reading_only():
        world = load_world(organization)
        left = {one.pk: Foreseen(False, OFF if world.resting else RESTS) for one in orders}
        if not (routed := routed_by(world, orders)):
            return left
        subjects = load_subjects(world, routed)
        decided = decide_all(world, subjects, load_stock(world, subjects))
        return left | {
            one.subject.order.pk: Foreseen(one.decision.outcome != Outcome.FAILED, one.decision.sentence)
            for one in decided
        }
