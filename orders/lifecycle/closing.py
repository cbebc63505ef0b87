"""What has to end with an order that is canceled or archived, in the same transaction.

    closers.register("shipping requests", cancel_unsent)      # ({order id: order}, by) -> None

Called by `orders.lifecycle.write.commit` with orders that are locked, whoever has canceled them: a person, a rule,
a store. What it does itself is written behind the move.
"""

from collections.abc import Callable, Mapping

from orders.lifecycle.order import OrderStatus
from orders.models import Order
from portal.audit.actor import Actor
from portal.kit.registry import Registry

Closer = Callable[[Mapping[int, Order], Actor], None]
closers: Registry[Closer] = Registry("closer")
CLOSING = frozenset({OrderStatus.CANCELED.value, OrderStatus.ARCHIVED.value})


def close(orders: Mapping[int, tuple[Order, Actor]]) -> None:
    """End what hangs on orders that have just been canceled or archived, each with who did it."""
    for by in {by for _, by in orders.values()}:
        mine = {pk: order for pk, (order, who) in orders.items() if who == by}
        for closer in closers:
            closer(mine, by)
