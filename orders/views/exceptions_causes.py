"""Exceptions by cause: fix once, clear many."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders.exceptions import groups, work
from orders.exceptions.catalogue import CATEGORIES, Foreseen, exception_types, retry_of, types_of
from orders.exceptions.settle import can_retry
from orders.lists.exceptions import address, category, exception_list, type_label
from orders.models import OrderException
from orders.views.exceptions_acts import MOST
from portal.filters.tree import Condition
from portal.kit.clock import now
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.components import Tab

SHOWN = 200
"""So many exceptions of a group are named, with what trying again would come to."""


@require_GET
@page()
def causes(request: PageRequest) -> HttpResponse:
    """Show what the active exceptions share, the largest groups first."""
    chosen = request.GET.get("category", "")
    if chosen and chosen not in CATEGORIES:
        raise Http404
    found = groups.groups(request.organization, types_of(chosen) if chosen else None)
    told = [
        {"group": one, "type": type_label(one.type), "category": _(CATEGORIES.get(category(one.type), "")),
         "url": _url(one.type, one.shared), "cure": retry_of(one.type)}
        for one in found
    ]  # fmt: skip
    context = {"groups": told, "tabs": _tabs(chosen), "chosen": chosen, "most": groups.MOST, "now": now()}
    return render(request, "orders/exception_causes.html", context)


def _tabs(chosen: str) -> list[Tab]:
    here = reverse("orders:exception_causes")
    named = sorted(CATEGORIES.items(), key=lambda one: _(one[1]))
    return [
        Tab(_("All"), here, not chosen),
        *(Tab(_(label), f"{here}?category={key}", chosen == key) for key, label in named),
    ]


def _url(type_key: str, shared: str) -> str:
    return f"{reverse('orders:exception_cause')}?{urlencode({'type': type_key, 'cause': shared})}"


def _asked(values: Any) -> tuple[str, str]:
    type_key, shared = values.get("type", ""), values.get("cause", "").replace("\x00", "")[:200]
    if type_key not in exception_types:
        raise Http404
    return type_key, shared


@require_GET
@page()
def cause(request: PageRequest) -> HttpResponse:
    """Show what a group shares, its cure, and exactly which exceptions the cure would clear."""
    type_key, shared = _asked(request.GET)
    found = groups.group(request.organization, type_key, shared)
    if found is None:
        return render(request, "orders/exception_cause_gone.html", {"type": type_label(type_key), "shared": shared})
    rows = groups.members(request.organization, type_key, shared).select_related("organization", "source")
    some = list(rows.defer("raw", "facets").order_by("pk")[:SHOWN])
    cure = retry_of(type_key)
    foreseen = cure.foresee(some) if cure is not None and cure.foresee is not None else {}
    told = [(row, _foreseen(row, foreseen)) for row in some]
    context = {
        "group": found,
        "type": type_label(type_key),
        "type_cure": exception_types.get(type_key).cure,
        "category": _(CATEGORIES.get(category(type_key), "")),
        "cure": cure,
        "total": found.count + found.snoozed,
        "rows": told,
        "clears": sum(1 for _row, one in told if one is not None and one.clears),
        "stays": sum(1 for _row, one in told if one is not None and not one.clears),
        "foresees": cure is not None and cure.foresee is not None,
        "retriable": sum(can_retry(row) for row in some),
        "more": max(0, found.count + found.snoozed - len(some)),
        "list_url": _list_url(type_key, found.shared),
        "may_operate": may(request, Permission.OPERATE),
    }
    return render(request, "orders/exception_cause.html", context)


def _foreseen(row: OrderException, foreseen: Any) -> Foreseen | None:
    told: Foreseen | None = foreseen.get(row.pk)
    return told


def _list_url(type_key: str, shared: str) -> str:
    if not shared:
        return address(Condition("cause", "is_empty"), state="active", type=type_key)
    return address(Condition("cause", "equals", shared), state="active", type=type_key)


@require_POST
@page(Permission.OPERATE)
def cure(request: PageRequest) -> HttpResponse:
    """Do the cure of a group to all that are active in it, and tell what came of it."""
    type_key, shared = _asked(request.POST)
    if retry_of(type_key) is None:
        raise Http404
    rows = groups.members(request.organization, type_key, shared).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:MOST])
    if not ids:
        return HttpResponseRedirect(_url(type_key, shared))
    done = work.ask(request.organization, "retry", ids, {"type": type_key, "cause": shared}, user=request.user)
    return HttpResponseRedirect(reverse("orders:exception_work", args=[done.public_id]))


__all__ = ["cause", "causes", "cure", "exception_list"]
