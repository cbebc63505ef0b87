"""*Try routing*: what would be decided for an order now. It writes nothing, and could not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from orders.models import Order
from orders.routing.decision import Decision
from orders.routing.load import load_stock, load_subjects, load_world
from orders.routing.run import decide_one


def try_route(order: Order) -> Decision:
    """Decide for an order as routing would, whatever its status; the database refuses to write meanwhile.

    The stock that it sees is not locked: what it shows may be taken by another order the next moment.
    """
    with reading_only():
        world = load_world(order.organization)
        (subject,) = load_subjects(world, [order])
        return decide_one(world, subject, load_stock(world, [subject]), explain_all=True)


@contextmanager
def reading_only() -> Iterator[None]:
    """Have the database refuse to write until the end of the block, which is undone in any case."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield
        transaction.set_rollback(True)
