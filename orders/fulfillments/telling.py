"""Whether the channel of an order was told what was shipped of it: others know, orders only show it.

    tellers.register("integrations", tellings)      # (fulfillments) -> Telling by the fulfillment's id

It is asked once for all cards of a page.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orders.models import Fulfillment
from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Telling:
    """One sentence, and the moment that it speaks of."""

    sentence: str
    at: dt.datetime | None = None
    tone: str = ""
    """`amber` while it waits, `red` where a person has to act, else empty."""


Teller = Callable[[Sequence[Fulfillment]], Mapping[int, Telling]]
tellers: Registry[Teller] = Registry("teller of fulfillments")


def tellings(rows: Sequence[Fulfillment]) -> dict[int, Telling]:
    """Return what is known of each fulfillment, by its id."""
    found: dict[int, Telling] = {}
    for teller in tellers.all() if rows else ():
        found |= teller(rows)
    return found
