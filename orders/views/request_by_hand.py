"""A shipping request made by hand: a page with what is open, a location and its stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from orders import queries
from orders.by_hand import request as by_hand
from orders.by_hand.request import Key, NotThat, OpenLine
from orders.lifecycle.edits import ChangedMeanwhile
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.write import MoveRefused
from orders.models import Location, Order
from orders.routing.run import ROUTABLE, why_left
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message, is_part, redirect

TEMPLATE = "orders/request_by_hand.html"
_MOST = Decimal(10) ** 9


@dataclass(frozen=True)
class LineRow:
    """An open line with what was typed beside it, and what is wrong with that."""

    line: OpenLine
    name: str
    typed: str
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.OPERATE)
def new(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what can be asked for, of which location; and ask for it. What cannot be is told at its line."""
    found = queries.one(request.organization, public_id)
    places = by_hand.locations(request.organization)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = next((one for one, why in places if one.public_id == sent.get("location") and not why), None)
    lines = by_hand.open_lines(found, chosen)
    typed = {line.key: sent.get(f"units-{n}", "").strip() for n, line in enumerate(lines)}
    if request.method != "POST":
        if is_part(request) and _nothing(found, lines):  # it has gone on since the page was drawn
            return redirect(request, request.path)
        return _shown(request, found, places, chosen, lines, typed if "seen" in sent else _suggested(lines))
    if chosen is None:
        return _shown(request, found, places, chosen, lines, typed, notice=_("Choose a location first."))
    units, faults = _units(typed)
    if faults:
        return _shown(request, found, places, chosen, lines, typed, faults=faults)
    by, version, checks = Actor.user(request.user), _version(sent.get("version", "")), "unchecked" not in sent
    try:
        made = by_hand.make(found.pk, chosen, units, by=by, check_stock=checks, version=version)
    except NotThat as refusal:
        return _shown(request, found, places, chosen, lines, typed, notice=str(refusal), faults=refusal.lines)
    except (ChangedMeanwhile, MoveRefused) as refusal:
        fresh = queries.one(request.organization, public_id)
        again = by_hand.open_lines(fresh, chosen)
        return _shown(request, fresh, places, chosen, again, typed, notice=str(refusal))
    add_message(request, _("Shipping request %(number)s was made") % {"number": made.ext_shipment_id})
    return redirect(request, reverse("orders:detail", args=[found.public_id]))


def _shown(
    request: PageRequest, found: Order, places: Sequence[tuple[Location, str]], chosen: Location | None,
    lines: Sequence[OpenLine], typed: Mapping[Key, str], *, notice: str = "", faults: Mapping[Key, str] | None = None,
) -> HttpResponse:  # fmt: skip
    told = faults or {}
    rows = [
        LineRow(line, f"units-{n}", typed.get(line.key, ""), told.get(line.key, "")) for n, line in enumerate(lines)
    ]
    sent = request.POST or request.GET
    context = {
        "order": found,
        "places": places,
        "chosen": chosen,
        "rows": rows,
        "notice": notice,
        "unchecked": "unchecked" in sent,
        "nothing": _nothing(found, lines),
        "near": by_hand.routing_is_near(found),
    }
    status = 422 if request.method == "POST" else 200
    part = f"{TEMPLATE}#lines" if is_part(request) and request.method != "POST" else TEMPLATE
    return render(request, part, context, status=status)


def _nothing(found: Order, lines: Sequence[OpenLine]) -> StrOrPromise:
    """Say why nothing of an order can be asked for, and what to do; nothing where something can."""
    if found.deleted_at is not None:
        return why_left(found)
    if found.status not in ROUTABLE:
        return _THEN.get(found.status, _("Mark it ready first. Shipping requests are made of orders that are ready."))
    if lines:
        return ""
    if not any(one.get("requiresShipping", True) for one in found.content.get("lineItems", ())):
        return _("None of its lines needs shipping, so there is nothing to ask a warehouse for.")
    return _("Every unit is in a shipping request, shipped, or taken out. To ask another location, cancel a request.")


_THEN: Mapping[str, StrOrPromise] = {
    OrderStatus.ON_HOLD: gettext_lazy("It is on hold. Release it first, then units can be asked for."),
    OrderStatus.FULFILLED: gettext_lazy(
        "All of it is shipped. To ship something again, mark it unfulfilled or clone it."
    ),
    OrderStatus.CANCELED: gettext_lazy("The order is canceled. Clone it to ship it after all."),
    OrderStatus.ARCHIVED: gettext_lazy("The order is archived. Bring it back for review, and mark it ready."),
}
"""Of orders that are not ready: what leads there."""


def _suggested(lines: Sequence[OpenLine]) -> dict[Key, str]:
    """Return what is asked for at first: all that is open, and no more than there is."""
    return {
        line.key: str(min(line.open, line.available) if line.available is not None else line.open) for line in lines
    }


def _units(typed: Mapping[Key, str]) -> tuple[dict[Key, Decimal], dict[Key, str]]:
    """Return the units by line, and what is no quantity."""
    units: dict[Key, Decimal] = {}
    faults: dict[Key, str] = {}
    for key, text in typed.items():
        try:
            count = Decimal(text or "0")
        except InvalidOperation:
            count = Decimal(-1)
        if not count.is_finite() or not 0 <= count < _MOST or count != round(count, 6):
            faults[key] = _("Type how many units, or 0.")
        else:
            units[key] = count
    return units, faults


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
