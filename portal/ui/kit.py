"""The style guide at /ui-kit: every component on one page, for whoever builds pages and for the tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import now
from portal.ui import kit_inputs
from portal.ui.access import PageRequest, page
from portal.ui.components import Happening, Pager, Step, Tab
from portal.ui.statuses import statuses


class KitForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name of the rule"), help_text=_("What the list of rules shows."), max_length=80)
    minutes = forms.IntegerField(label=_("Hold for (minutes)"), min_value=1, required=False)
    next_status = forms.ChoiceField(
        label=_("Then"), choices=[("ready", _("Ready for fulfillment")), ("review", _("Review required"))]
    )
    once = forms.BooleanField(label=_("Only once for each order"), required=False)
    code = forms.CharField(
        label=_("Filter code"),
        required=False,
        widget=forms.Textarea(attrs={"data-code-editor": "", "rows": 8}),
    )


@page()
def kit(request: PageRequest) -> HttpResponse:
    """Show every component; for staff, or anybody on a development server."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    return render(request, "ui/kit.html", _context(now()))


def _context(at: dt.datetime) -> dict[str, Any]:
    wrong = KitForm({"name": "", "minutes": "0", "next_status": "ready", "code": "return entity.total > 100\n"})
    wrong.is_valid()
    fields = kit_inputs.catalogue()
    return {
        "catalogue": fields,
        "conditions": kit_inputs.conditions(fields) if fields else (),
        "statuses": statuses.keys(),
        "past": at - dt.timedelta(minutes=12, seconds=5),
        "soon": at + dt.timedelta(minutes=22, seconds=30),
        "old": at - dt.timedelta(days=40),
        "amount": Decimal("12840.5"),
        "steps": _steps(at),
        "happenings": _happenings(at),
        "changes": _CHANGES,
        "document": {"orderId": "5f0c3a9d12e4b678", "status": "onHold", "totalPrice": Decimal("48.20")},
        "tabs": [
            Tab(_("Details"), "#", True),
            Tab(_("Shipping requests"), "#", count=2),
            Tab(_("Runs"), "#", count=14),
        ],
        "pager": Pager(3, 50, 1284, False, "/ui-kit", (), target="content", shown=50),
        "form": KitForm(initial={"name": "Hold big orders", "minutes": 60}),
        "wrong_form": wrong,
        "rules": [("a", "Cancel test orders"), ("b", "Hold big orders"), ("c", "Weekend batch")],
        "chart": _chart(at),
    }


_CHANGES = [
    {"op": "replace", "path": "/status", "value": "onHold", "old": "new"},
    {"op": "add", "path": "/tags/0", "value": "vip"},
    {"op": "remove", "path": "/shippingAddress/address2", "old": "c/o Müller"},
]


def _steps(at: dt.datetime) -> list[Step]:
    return [
        Step(_("Ordered"), "done", at - dt.timedelta(minutes=14), "Ecwid"),
        Step(_("Ingested"), "done", at - dt.timedelta(minutes=12), "Ecwid"),
        Step(_("Hold release"), "current", at + dt.timedelta(minutes=22), _("by itself")),
        Step(_("Routed"), "waiting"),
        Step(_("Fulfilled"), "waiting"),
    ]


def _happenings(at: dt.datetime) -> list[Happening]:
    held = Happening(
        at - dt.timedelta(minutes=11),
        "Hold big orders",
        _("held the order until 14:30"),
        "clock-pause",
        changes=_CHANGES[:2],
        url="#",
        link=_("See the run"),
    )
    note = _("Customer called, address is right.")
    return [
        held,
        Happening(at - dt.timedelta(hours=3), "Ana Ruiz", _("commented"), "message", note),
        Happening(at - dt.timedelta(days=2), "Ecwid", _("brought the order in"), "package-import"),
    ]


def _chart(at: dt.datetime) -> dict[str, Any]:
    start = int(at.timestamp()) // 3600 * 3600 - 23 * 3600
    return {
        "kind": "bars",
        "times": [start + hour * 3600 for hour in range(24)],
        "series": [
            {"label": "Ecwid", "values": [(hour * 7) % 23 + 4 for hour in range(24)]},
            {"label": "Online retail", "values": [(hour * 5) % 13 for hour in range(24)]},
        ],
    }
