"""Exceptions by cause: fix once, clear many."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orders.documents.instants import parse
from orders.engines.setting import EXCEPTIONS, is_on
from orders.exceptions import groups, work
from orders.exceptions.catalogue import CATEGORIES, Fate, exception_types, retry_of, types_of
from orders.exceptions.forecast import forecast
from orders.exceptions.foresee import MOST as LOOKED_AT
from orders.lists.exceptions import address, category, cause_url, exception_list, type_label
from orders.models import OrderException
from orders.queries import open_exceptions
from orders.views.exceptions_acts import MOST
from orders.views.foreseen import alike
from portal.filters.tree import Condition
from portal.kit.clock import database_now
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.components import Tab


@require_GET
@page()
def causes(request: PageRequest) -> HttpResponse:
    """Show what the active exceptions share, the largest groups first."""
    chosen = request.GET.get("category", "")
    if chosen and chosen not in CATEGORIES:
        raise Http404
    found = groups.groups(request.organization, types_of(chosen) if chosen else None)
    told = [
        {"group": one, "type": type_label(one.type), "url": cause_url(one.type, one.shared), "cure": retry_of(one.type),
         "is_a_persons": one.type in exception_types and exception_types.get(one.type).is_a_persons}
        for one in found
    ]  # fmt: skip
    context = {
        "groups": told,
        "tabs": _tabs(request.organization, chosen),
        "chosen": chosen,
        "most": groups.MOST if len(found) == groups.MOST else 0,
    }
    return render(request, "orders/exception_causes.html", context)


def _tabs(organization: Organization, chosen: str) -> list[Tab]:
    """Return a tab for each category in which something waits, and for the chosen one."""
    here = reverse("orders:exception_causes")
    counts: Counter[str] = Counter()
    rows = open_exceptions(organization).order_by().values_list("type")
    for type_key, count in rows.annotate(n=Count("*")):
        counts[category(type_key)] += count
    told = [key for key in CATEGORIES if counts[key] or key == chosen]
    return [
        Tab(_("All"), here, not chosen),
        *(
            Tab(_(CATEGORIES[key]), f"{here}?category={key}", chosen == key, counts[key])
            for key in sorted(told, key=lambda one: _(CATEGORIES[one]))
        ),
    ]


def _asked(values: Any) -> tuple[str, str]:
    type_key, shared = values.get("type", ""), values.get("cause", "").replace("\x00", "")[:200]
    if type_key not in exception_types:
        raise Http404
    return type_key, shared


@require_GET
@page()
def cause(request: PageRequest) -> HttpResponse:
    """Show what a group shares, its cure, and what the cure would do to each of it. Does nothing."""
    type_key, shared = _asked(request.GET)
    seen, found = database_now(), groups.group(request.organization, type_key, shared)
    if found is None:
        return render(request, "orders/exception_cause_gone.html", {"type": type_label(type_key), "shared": shared})
    cure, told = retry_of(type_key), forecast(request.organization, found)
    tried = told.of(Fate.CLEARS, Fate.ASKS)
    context = {
        "group": found,
        "type": type_label(type_key),
        "type_cure": exception_types.get(type_key).cure,
        "category": _(CATEGORIES.get(category(type_key), "")),
        "cure": cure,
        "rests": cure is None and not is_on(request.organization.pk, EXCEPTIONS),
        "is_a_persons": exception_types.get(type_key).is_a_persons,
        "forecast": told,
        "alike": alike(told),
        "tried": tried,
        "stays": told.of(Fate.STAYS),
        "others": told.total > len(tried) and cure is not None,
        "seen": seen.isoformat(),
        "list_url": _list_url(type_key, found.shared),
        "may_operate": may(request, Permission.OPERATE),
    }
    return render(request, "orders/exception_cause.html", context)


def _list_url(type_key: str, shared: str) -> str:
    if not shared:
        return address(Condition("cause", "is_empty"), state="active", type=type_key)
    return address(Condition("cause", "equals", shared), state="active", type=type_key)


@require_POST
@page(Permission.OPERATE)
def cure(request: PageRequest) -> HttpResponse:
    """Do the cure of a group to those that were shown, or to all of it, and tell what came of it."""
    type_key, shared = _asked(request.POST)
    ids = _meant(request, type_key, shared)
    if not ids:
        return HttpResponseRedirect(cause_url(type_key, shared))
    done = work.ask(request.organization, "retry", ids, {"type": type_key, "cause": shared}, user=request.user)
    return HttpResponseRedirect(reverse("orders:exception_work", args=[done.public_id]))


def _meant(request: PageRequest, type_key: str, shared: str) -> list[int]:
    """Return whom the pressed button names; those that were closed meanwhile as well, so that this is told.

    Of a group that is larger than what was shown, everything that was there then: nothing that came later.
    """
    everything = "everything" in request.POST
    names = [*request.POST.getlist("row"), *(request.POST.getlist("stays") if everything else ())]
    rows = OrderException.objects.within(request.organization).filter(type=type_key, public_id__in=names[:LOOKED_AT])
    ids = set(rows.values_list("pk", flat=True))
    if everything and (seen := _instant(request.POST.get("seen", ""))):
        rest = groups.members(request.organization, type_key, shared).filter(created_at__lte=seen).order_by("pk")
        ids |= set(rest.values_list("pk", flat=True)[:MOST])
    return sorted(ids)[:MOST]


def _instant(text: str) -> dt.datetime | None:
    try:
        told = parse(text)
    except ValueError:
        return None
    return told if told.tzinfo is not None else None


__all__ = ["cause", "causes", "cure", "exception_list"]
