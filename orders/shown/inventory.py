"""A record of stock as its page shows it: the figures in words, the ledger, and how they went over time."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.documents.inventory import MEANINGS, promised
from orders.inventory.commits import FULFILLMENT, REQUEST
from orders.inventory.movements import EVENTS, LABELS, QUANTITIES
from orders.models import Fulfillment, InventoryLevel, LedgerEntry, Order, ShippingRequest, VirtualCommit
from portal.filters.mark import gettext_noop
from portal.kit.clock import now
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui.components import Pager
from portal.ui.paging import page_of

SIZE = 25
SIZES = (25, 50, 100, 200)
CHART_ENTRIES = 400
"""So many of the newest entries are drawn."""
MOST_WAITING = 20
_PAGES = {REQUEST: "orders:shipping_request", FULFILLMENT: "orders:fulfillment"}
_ORDER = ("available", "on_hand", "committed", "incoming", "future", "committed_future", "unavailable", "promise")
_LABELS: Mapping[str, str] = LABELS | {
    "available": gettext_noop("Available"),
    "promise": gettext_noop("Available to promise"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of a record: how many, and what that means."""

    name: str
    label: str
    units: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger as people read it."""

    at: dt.datetime
    what: str
    changes: Sequence[tuple[str, int]]
    on_hand: int
    available: int
    who: str
    note: str
    order: Order | None
    link: str
    link_text: str


def figures(level: InventoryLevel) -> list[Figure]:
    """Return the figures of a record in words."""
    told = {name: getattr(level, name) for name in ("available", *QUANTITIES)} | {"promise": promised(level)}
    return [Figure(name, _(_LABELS[name]), told[name], _(MEANINGS[name])) for name in _ORDER]


def figures_at(level: InventoryLevel) -> str:
    """Return what a record has, in one sentence."""
    if level.location_id is None:
        told = ngettext("%(count)s unit is needed.", "%(count)s units are needed.", level.committed)
        return told % {"count": level.committed}
    return _("%(available)s available of %(on_hand)s on hand.") % {
        "available": level.available,
        "on_hand": level.on_hand,
    }


def ledger(level: InventoryLevel, page: int, size: int) -> tuple[list[Line], Pager]:
    """Return a page of the ledger, the newest first, with where one is in it."""
    entries = _entries(level)
    size = size if size in SIZES else SIZES[0]
    path = reverse("orders:inventory_record", args=[level.public_id])
    query = [("size", str(size))] * (size != SIZES[0])
    rows = entries.select_related("order")
    shown, pager = page_of(rows, page, size=size, path=path, query=query, sizes=SIZES, target="ledger")
    newer = entries.filter(pk__gt=shown[0].pk) if pager.number > 1 and shown else None
    return list(_lines(level, shown, newer)), pager


def _entries(level: InventoryLevel) -> "QuerySet[LedgerEntry]":
    return LedgerEntry.objects.within(level.organization).filter(level=level).order_by("-id")


def _lines(
    level: InventoryLevel, entries: Sequence[LedgerEntry], newer: "QuerySet[LedgerEntry] | None"
) -> Iterator[Line]:
    """Yield the entries with what there was after each: from today's figures backwards."""
    on_hand, committed = level.on_hand, level.committed
    if newer is not None:
        since = newer.order_by().aggregate(on_hand=Sum("on_hand"), committed=Sum("committed"))
        on_hand, committed = on_hand - (since["on_hand"] or 0), committed - (since["committed"] or 0)
    texts = _texts(level.organization, entries)
    for one in entries:
        changes = [(_(LABELS[name]), units) for name in QUANTITIES if (units := getattr(one, name))]
        link = _link(one) if one.entity_id in texts else ""
        yield Line(
            one.at, _event(one.event), changes, on_hand, on_hand - committed, one.actor_name, one.note, one.order,
            link, texts.get(one.entity_id, ""),
        )  # fmt: skip
        on_hand, committed = on_hand - one.on_hand, committed - one.committed


def _event(name: str) -> str:
    return _(EVENTS[name].label) if name in EVENTS else name


def _link(entry: LedgerEntry) -> str:
    name = _PAGES.get(entry.entity_type)
    return reverse(name, args=[entry.entity_id]) if name else ""


def _texts(organization: Organization, entries: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return what the requests and fulfillments that entries name are called, by public ID."""
    ids: dict[str, set[str]] = {REQUEST: set(), FULFILLMENT: set()}
    for one in entries:
        if one.entity_type in ids:
            ids[one.entity_type].add(one.entity_id)
    requests = ShippingRequest.objects.within(organization).filter(public_id__in=ids[REQUEST])
    parcels = Fulfillment.objects.within(organization).filter(public_id__in=ids[FULFILLMENT])
    told = {
        one: _("Request %(number)s") % {"number": n} for one, n in requests.values_list("public_id", "ext_shipment_id")
    }
    return told | {one: _("Shipment") for one in parcels.values_list("public_id", flat=True)}


def chart(level: InventoryLevel) -> Json | None:
    """Return on hand and available over time for `static/src/chart.js`; None where there is nothing to draw.

    Figures jump, so each change is drawn twice: what there was just before, and what there was then.
    """
    read = _entries(level).values_list("at", "on_hand", "committed")[:CHART_ENTRIES]
    on_hand, available = level.on_hand, level.available
    points = [(int(now().timestamp()), on_hand, available)]
    for at, change, committed in read:
        second = int(at.timestamp())
        if not (change or committed):
            continue
        points.append((second, on_hand, available))
        on_hand, available = on_hand - change, available - change + committed
        points.append((second - 1, on_hand, available))
    if len(points) < 5:
        return None
    points = _rising(reversed(points))
    return {
        "kind": "lines",
        "times": [second for second, _on_hand, _available in points],
        "series": [
            {"label": _("On hand"), "values": [there for _second, there, _available in points]},
            {"label": _("Available"), "values": [free for _second, _on_hand, free in points]},
        ],
    }


def _rising(points: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return points whose seconds only rise; of one second the last word counts."""
    kept: dict[int, tuple[int, int, int]] = {}
    last = 0
    for second, on_hand, available in points:
        last = max(last, second)
        kept[last] = (last, on_hand, available)
    return list(kept.values())


def waiting(level: InventoryLevel) -> list[tuple[Order, int]]:
    """Return the newest orders that need the SKU of a virtual record, and how many units."""
    rows: Any = VirtualCommit.objects.within(level.organization).filter(sku_folded=level.sku_folded)
    found = rows.select_related("order").order_by("-order_id")[:MOST_WAITING]
    return [(one.order, one.quantity) for one in found]


def elsewhere(level: InventoryLevel) -> list[InventoryLevel]:
    """Return the records of the same SKU at other places, the virtual one last."""
    rows = InventoryLevel.objects.within(level.organization).filter(sku_folded=level.sku_folded).exclude(pk=level.pk)
    return list(rows.select_related("location").order_by("location__name")[:MOST_WAITING])
