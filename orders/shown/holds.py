"""The open holds of an order as its page shows them: what ends each, and where that leads.

What ends a conditional hold is known to those who placed it: orders know nothing of rules. They
register an explainer::

    explainers.register("automations", explain)     # (order, its conditional holds) -> {hold id: Until}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from orders.models import Hold, Order
from portal.kit.registry import Registry


@dataclass(frozen=True)
class Until:
    """What ends a conditional hold."""

    words: str = ""
    """In words that follow “until”; empty where nobody looks at it any more."""
    then: str = ""
    """The status it leads to in that case."""
    rule: str = ""
    url: str = ""
    note: str = ""
    """Why nobody looks at it."""


Explainer = Callable[[Order, Sequence[Hold]], Mapping[int, Until]]
explainers: Registry[Explainer] = Registry("explainer of holds")


@dataclass(frozen=True)
class OpenHold:
    """An open hold, what ends it, and the address that releases it alone; "" where it is the only one."""

    hold: Hold
    until: Until | None
    release_url: str


def open_holds(order: Order, holds: Sequence[Hold]) -> list[OpenHold]:
    """Return the open ones among an order's holds; explainers are asked only where a condition ends one."""
    still = [hold for hold in holds if hold.ended_at is None]
    conditional = [hold for hold in still if hold.kind == Hold.Kind.CONDITIONAL]
    told: dict[int, Until] = {}
    for explain in explainers if conditional else ():
        told |= explain(order, conditional)
    nobody = Until()
    return [
        OpenHold(
            hold,
            told.get(hold.pk, nobody) if hold.kind == Hold.Kind.CONDITIONAL else None,
            reverse("orders:release_hold", args=[order.public_id, hold.public_id]),
        )
        for hold in still
    ]
