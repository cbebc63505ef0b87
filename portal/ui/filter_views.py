"""*Advanced filter* of any list: `/filters/<key>`, one edit, the number of rows, why a row fits, and *Apply*."""

import datetime as dt
import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from portal.filters import builder as drafts
from portal.filters import tree
from portal.filters.builder import DraftGroup
from portal.filters.edits import Edited, UnknownEdit
from portal.filters.fields import Catalogue
from portal.filters.problems import BadFilter
from portal.filters.settle import settle
from portal.filters.tree import Condition, Duration, Group
from portal.filters.why import why as explain
from portal.kit.clock import now
from portal.kit.registry import Unknown
from portal.ui import filter_builder, list_state
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.counting import count_in_time
from portal.ui.explained import why_lines
from portal.ui.filter_builder import Builder, Urls
from portal.ui.found import found as among
from portal.ui.htmx import is_part, page_or_part
from portal.ui.list_answer import Listing
from portal.ui.lists import ListPage, list_page

COUNT_MILLISECONDS = 1_500
"""So long a count may take beside somebody who is typing."""
RECENT_DAYS = 30
MOST_RECORD = 200


def urls_of(key: str) -> Urls:
    """Return where the builder of a list asks."""
    return Urls(*(reverse(f"ui:filter_{name}", args=[key]) for name in ("step", "count", "why")))


@require_GET
@page()
def show(request: PageRequest, key: str) -> HttpResponse:
    """Show the builder with the filter of an address, as a part or as a page of its own."""
    own = _list(key)
    listing = _listing(request, own, request.GET)
    draft = settle(drafts.draft_of(listing.state.tree, listing.catalogue, zone=listing.zone), listing.catalogue)
    if not draft.items:
        draft = DraftGroup(items=(drafts.DraftCondition(),))
    built = _built(own, draft, listing, judged=bool(listing.state.problems))
    return page_or_part(request, "ui/filter/page.html", "ui/filter/form.html", _context(own, listing, built))


@require_POST
@page()
def step(request: PageRequest, key: str) -> HttpResponse:
    """Answer one edit of the form with the builder afresh, or with what is to be said of it. Saves nothing."""
    own, zone = _list(key), timezone.get_current_timezone()
    return answer(request, own.target.catalogue, urls_of(key), zone, names=own.names(request.organization))


def answer(request: PageRequest, catalogue: Catalogue, urls: Urls, zone: dt.tzinfo, **more: Any) -> HttpResponse:
    """Carry out the posted edit and answer with what it led to; 400 for an edit that there is not.

    Which builder of the form it is for, its `do` says (“a.0.condition.filter:add:0”).
    """
    do = request.POST.get("do", "")
    scope = filter_builder.asked(do)[0]
    try:
        edited = filter_builder.step(filter_builder.read(request.POST, catalogue, scope), do, catalogue)
    except (BadFilter, UnknownEdit) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return render_builder(request, built(request, edited, catalogue, urls, zone, scope=scope, **more))


def built(
    request: PageRequest,
    edited: Edited,
    catalogue: Catalogue,
    urls: Urls,
    zone: dt.tzinfo,
    *,
    scope: str = "",
    **more: Any,
) -> Builder:
    """Return the builder of a posted form after an edit."""
    return filter_builder.build(
        edited.draft,
        catalogue,
        urls=urls,
        zone=zone,
        judged=request.POST.get(f"{scope}judged") == "1",
        edited=edited,
        typing=request.POST.get("typing", ""),
        scope=scope,
        **more,
    )


def render_builder(request: PageRequest, builder: Builder, **context: Any) -> HttpResponse:
    """Draw the conditions afresh; where somebody only looks, nothing that they may be typing in."""
    looking = filter_builder.asked(request.POST.get("do", ""))[1] in ("", "look")
    template = "ui/filter/said.html" if looking else "ui/filter/body.html"
    return render(request, template, {"builder": builder, **context})


@require_POST
@page()
def count(request: PageRequest, key: str) -> HttpResponse:
    """Say how many rows the filter in the form has; of the last days where the form asks for that.

    The form that may ask for the last days is a rule's: its days are the organization's.
    """
    own, scope = _list(key), request.POST.get("scope", "")
    if not filter_builder.SCOPE.fullmatch(scope):
        raise Http404
    zone = request.organization.zone if f"{scope}recent" in request.POST else timezone.get_current_timezone()
    catalogue = own.target.catalogue
    try:
        draft = filter_builder.read(request.POST, catalogue, scope)
    except BadFilter as error:
        return render(request, "ui/filter/count.html", {"problem": " ".join(one.message for one in error.problems)})
    found, left_out = filter_builder.sound(draft, catalogue, zone)
    if request.POST.get(f"{scope}recent") == str(RECENT_DAYS):
        found = _recent(found)
    state = list_state.read(_kept(request), catalogue, zone, {}, own.sizes).with_tree(found)
    rows = own.filtered(request.organization, state, zone, now())
    number, about, late = count_in_time(rows, COUNT_MILLISECONDS)
    context = {"number": grouped(number), "about": about, "late": late, "left_out": left_out}
    words = ngettext("matches", "match", number)
    return render(request, "ui/filter/count.html", context | {"words": words})


def _recent(found: Group) -> Group:
    recent = Condition("createdAt", "in_last", Duration(RECENT_DAYS, "days"))
    return Group("all", (found, recent) if found.items else (recent,))


@require_POST
@page()
def why(request: PageRequest, key: str) -> HttpResponse:
    """Say for one row, found by any of its IDs, which conditions of the filter in the form hold and why."""
    own, zone = _list(key), timezone.get_current_timezone()
    catalogue = own.target.catalogue
    wanted = request.POST.get("record", "").replace("\x00", "").strip()[:MOST_RECORD]
    context: dict[str, Any] = {"wanted": wanted}
    if own.whole is None:
        raise Http404
    row = _find(own, request, wanted)
    if row is None:
        message = _("There is nothing here with the number or ID “{wanted}”.") if wanted else _("Enter a number or ID.")
        return render(request, "ui/filter/why.html", context | {"problem": message.format(wanted=wanted)})
    try:
        draft = drafts.pruned(filter_builder.read(request.POST, catalogue))
        found = drafts.tree_of(draft, catalogue, zone=zone)
        told = explain(found, catalogue, own.whole(row), now(), zone=zone)
    except BadFilter as error:
        message = " ".join(f"{one.message} {one.cure}" for one in error.problems[:3])
        return render(request, "ui/filter/why.html", context | {"problem": message})
    context |= {"lines": why_lines(told), "holds": told["outcome"], "name": own.name_of(row), "url": own.url(row)}
    return render(request, "ui/filter/why.html", context)


def _find(own: ListPage, request: PageRequest, wanted: str) -> Any:
    """Return the row with this ID; what the list's own search finds first otherwise."""
    if not wanted:
        return None
    rows = own.rows(request.organization)
    exact = rows.filter(public_id=wanted).first()
    if exact is not None or own.search is None:
        return exact
    return among(own.search, rows, wanted).rows.first()


@require_POST
@page()
def apply(request: PageRequest, key: str) -> HttpResponse:
    """Go to the list with the filter in its address, or show what is wrong with it."""
    own = _list(key)
    listing = _listing(request, own, _kept(request))
    try:
        draft = drafts.pruned(filter_builder.read(request.POST, listing.catalogue))
    except BadFilter as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    found = drafts.to_tree(draft, listing.catalogue, zone=listing.zone)
    if found is None:
        context = _context(own, listing, _built(own, draft, listing, judged=True))
        return page_or_part(request, "ui/filter/page.html", "ui/filter/form.html", context, status=422)
    address = listing.url(listing.state.with_tree(tree.ALWAYS if not found.items else found))
    if not is_part(request):
        return HttpResponseRedirect(address)
    place = {"path": address, "target": "#list", "swap": "outerHTML show:none"}
    return HttpResponse(status=204, headers={"HX-Location": json.dumps(place)})


def _list(key: str) -> ListPage:
    try:
        return list_page(key)
    except Unknown:
        raise Http404(_("There is no such list.")) from None


def _listing(request: PageRequest, own: ListPage, query: QueryDict) -> Listing:
    return own.listing(request, query, reverse(own.url_name))


def _kept(request: PageRequest) -> QueryDict:
    """Return the state of the list above which the builder was opened."""
    return QueryDict(request.POST.get("query", "")[:40_000])


def _built(own: ListPage, draft: DraftGroup, listing: Listing, *, judged: bool = False) -> Builder:
    names = own.names(listing.organization)
    urls = urls_of(own.key)
    return filter_builder.build(draft, listing.catalogue, urls=urls, zone=listing.zone, judged=judged, names=names)


def _context(own: ListPage, listing: Listing, built: Builder) -> dict[str, Any]:
    return {"builder": built, "list": listing, "page": own, "explains": own.whole is not None}
