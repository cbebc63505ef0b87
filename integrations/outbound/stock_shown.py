"""What pages show of stock that channels are told."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.models import Integration, StockChannel
from integrations.models.stock import StockNumber
from orders.fulfillments.telling import Telling
from orders.models import Source
from orders.products.telling import tellers
from portal.kit.claims import State
from portal.kit.text import fold
from portal.ui.amounts import count


@dataclass(frozen=True, slots=True)
class StockState:
    """How far the telling of one integration has come."""

    waiting: int
    """SKUs whose number may have to change."""
    failing: int
    """SKUs that the channel could not be told."""
    known: int
    sku: str
    """The SKU told last; empty: none yet."""
    told_at: dt.datetime | None
    checked_at: dt.datetime | None
    """When everything was last compared with what the channel shows."""
    differed: int


@dataclass(frozen=True, slots=True)
class Told:
    """What one channel was told of a SKU."""

    source: Source
    units: int | None
    """None: nothing yet, or without end."""
    endless: bool
    at: dt.datetime | None
    waiting: bool
    """Another number may be on its way."""
    error: str


def state_of(integration: Integration) -> StockState | None:
    """Return how far an integration's stock is told; None where it is not told any."""
    channel = StockChannel.across.filter(integration=integration, active=True).first()
    if channel is None:
        return None
    numbers = StockNumber.across.filter(channel=channel)
    counts = numbers.aggregate(
        known=Count("pk"),
        waiting=Count("pk", filter=~Q(state=State.DONE)),
        failing=Count("pk", filter=~Q(last_error="")),
    )
    last = numbers.filter(told_at__isnull=False).order_by("-told_at").first()
    return StockState(
        counts["waiting"], counts["failing"], counts["known"], last.sku if last else "",
        last.told_at if last else None, channel.checked_at, channel.differed,
    )  # fmt: skip


def told(organization_id: int, sku: str) -> list[Told]:
    """Return what each channel of an organization was told of a SKU, by the channels' names."""
    rows = StockNumber.across.filter(organization_id=organization_id, sku_folded=fold(sku), channel__active=True)
    rows = rows.select_related("channel__source").order_by("channel__source__name", "pk")
    return [
        Told(
            row.channel.source, row.told, row.endless and row.told_at is not None, row.told_at,
            row.state != State.DONE, row.last_error,
        )
        for row in rows
    ]  # fmt: skip


def tellings(organization_id: int, sku: str) -> Mapping[int, Telling]:
    """Return the same as sentences for the page of the product, by the source's id."""
    return {one.source.pk: _telling(one) for one in told(organization_id, sku)}


def _telling(one: Told) -> Telling:
    if one.error:
        return Telling(_("Stock not told: %(why)s") % {"why": one.error}, tone="red")
    if one.at is None:
        return Telling(_("Stock is being told") if one.waiting else _("Stock not told: nobody counts it here"))
    units = ngettext("Told that %(n)s unit can be sold", "Told that %(n)s units can be sold", one.units or 0)
    said = _("Told that it never runs out") if one.endless else units % {"n": count(one.units or 0)}
    return Telling(f"{said}; {_('another number may be on its way')}" if one.waiting else said, one.at)


tellers.register("integrations", tellings)
