"""Whether the channel of an order was told what was shipped of it: others know, orders only show it.

    tellers.register("integrations", Teller(tellings, tell))

`told` is asked once for all cards of a page: (fulfillments) -> Telling by the fulfillment's id.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Fulfillment
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Telling:
    """One sentence, and the moment that it speaks of."""

    sentence: str
    at: dt.datetime | None = None
    tone: str = ""
    """`amber` while it waits, `red` where a person has to act, else empty."""
    can_tell: bool = False
    """It was not told, could be, and waits for nothing: a person may have it told now."""


class NotToTell(ValueError):
    """The channel cannot be told of this, or has been; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells channels of fulfillments."""

    told: Callable[[Sequence[Fulfillment]], Mapping[int, Telling]]
    tell: Callable[[Fulfillment], str]
    """Has one told now, in the caller's transaction; asked twice it is told once. Returns the channel's name."""


tellers: Registry[Teller] = Registry("teller of fulfillments")


def tellings(rows: Sequence[Fulfillment]) -> dict[int, Telling]:
    """Return what is known of each fulfillment, by its id."""
    found: dict[int, Telling] = {}
    for teller in tellers.all() if rows else ():
        found |= teller.told(rows)
    return found


def tell_now(one: Fulfillment, *, by: Actor) -> str:
    """Have a channel told of a fulfillment that it was not told of by itself. Returns its name. Raises NotToTell."""
    with transaction.atomic():
        if not Fulfillment.across.select_for_update(of=("self",)).filter(pk=one.pk).exists():
            raise NotToTell(_("It is not here any more."))
        for teller in tellers.all():
            told = teller.told([one]).get(one.pk)
            if told is not None and told.can_tell:
                name = teller.tell(one)
                entry = Entry(one.organization_id, "fulfillment", one.pk, 1, by, "told", f"Told to {name} by hand.")
                record([entry])
                return name
        raise NotToTell(_("There is nothing to tell: its channel knows, is about to, or its flow is off."))
