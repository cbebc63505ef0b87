"""Which outside systems take orders: others know, orders only ask.

receivers.register("integrations", Receivers(offered, hand_over))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orders.models import OrderPush, Source
from portal.kit.registry import Registry
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Receivers:
    """The systems of one house above."""

    offered: Callable[[Organization], Sequence[Source]]
    """The systems of an organization that orders may be pushed to, by name."""
    hand_over: Callable[[Sequence[OrderPush]], None]
    """Has pushes sent that were asked for just now, in the transaction that asks; leaves those of others alone."""


receivers: Registry[Receivers] = Registry("receivers of orders")


def offered(organization: Organization) -> list[Source]:
    """Return every system that orders of an organization may be pushed to."""
    return [one for each in receivers.all() for one in each.offered(organization)]


def hand_over(pushes: Sequence[OrderPush]) -> None:
    """Have pushes sent."""
    for each in receivers.all() if pushes else ():
        each.hand_over(pushes)
