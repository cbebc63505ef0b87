"""*Try routing*: what would be decided for an order now. It writes nothing, and could not."""

from orders.models import Order
from orders.routing.decision import Decision
from orders.routing.load import load_stock, load_subjects, load_world
from orders.routing.run import decide_one
from portal.kit.read_only import reading_only


def try_route(order: Order) -> Decision:
    """Decide for an order as routing would, whatever its status; the database refuses to write meanwhile.

    The stock that it sees is not locked: what it shows may be taken by another order the next moment.
    """
    with reading_only():
        world = load_world(order.organization)
        (subject,) = load_subjects(world, [order])
        return decide_one(world, subject, load_stock(world, [subject]), explain_all=True)
