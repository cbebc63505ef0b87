"""The endpoints of saved views, of a list and of the page that arranges them; what they do: `portal.savedviews`."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.savedviews import defaults, services
from portal.savedviews.models import SavedView
from portal.tenancy.roles import Permission
from portal.ui import list_state, saved_page
from portal.ui.access import PageRequest, check, page
from portal.ui.htmx import add_message, is_part, redirect, said, toast
from portal.ui.list_parts import undo_url
from portal.ui.lists import list_page, list_pages
from portal.ui.paging import number_in

MOST_QUERY = 30_000


@require_POST
@page()
def create(request: PageRequest) -> HttpResponse:
    """Save the list's state under a name; sharing it needs more than looking."""
    try:
        view = services.keep(
            request.organization,
            by=request.user,
            list_key=request.POST.get("list", "")[:64],
            name=request.POST.get("name", ""),
            query=_query(request),
            shared=bool(request.POST.get("shared")) and request.member.may(Permission.OPERATE),
        )
    except services.ViewRefused as error:
        return _not_saved(request, _(str(error)))
    return _done(request, f"view={view.public_id}", _("View “%(name)s” saved") % {"name": view.name})


@require_POST
@page()
def change(request: PageRequest, public_id: str) -> HttpResponse:
    """Do something with a view that this member may change; 404 for any other."""
    view = services.changeable(request.member, public_id)
    if view is None:
        raise Http404
    act = request.POST.get("act", "")
    try:
        words = _act(request, view, act)
    except services.ViewRefused as error:
        return _refused(request, view, act, error)
    if act == "delete":
        return _done(request, "", words, undo=undo_url(view.public_id))
    state = "" if act in ("update", "") else request.POST.get("state", "")[:MOST_QUERY]
    return _done(request, state or f"view={view.public_id}", words)


def _act(request: PageRequest, view: SavedView, act: str) -> str:
    """Carry the act out and return what it did in words. Raises ViewRefused."""
    by, seen = request.user, _seen(request)
    named = {"name": view.name}
    if act == "rename":
        services.rename(view, by=by, name=request.POST.get("name", ""), seen=seen)
        return _("View renamed to “%(name)s”") % {"name": view.name}
    if act == "share":
        check(request, Permission.OPERATE)
        services.share(view, by=by, seen=seen)
        return _("View “%(name)s” is shared with everybody") % named
    if act == "unshare":
        services.unshare(view, by=by, seen=seen)
        return _("View “%(name)s” is shared no longer") % named
    if act == "delete":
        services.delete(view, by=by, seen=seen)
        return _("View “%(name)s” deleted") % named
    services.update(view, by=by, query=_query(request), seen=seen)
    return _("View “%(name)s” updated") % named


@require_POST
@page()
def restore(request: PageRequest, public_id: str) -> HttpResponse:
    """Undo a deletion."""
    view = services.changeable(request.member, public_id, deleted=True)
    if view is None:
        raise Http404
    try:
        services.restore(view, by=request.user)
        text, tone = _("View “%(name)s” is back") % {"name": view.name}, "success"
    except services.ViewRefused as error:
        text, tone = _(str(error)), "error"
    if is_part(request):
        return said(toast(HttpResponse(status=204), text, tone=tone), "viewsChanged")
    add_message(request, text)
    return redirect(request, "/")


@require_POST
@page()
def choose(request: PageRequest, list_key: str) -> HttpResponse:
    """Let the list open with a view for oneself; an empty key leaves it to the role."""
    saved_page.known(list_key)
    key = request.POST.get("key", "")
    name = saved_page.name_of(request, list_key, key)
    defaults.choose(request.organization, request.user, list_key, key)
    text = _("The list opens with “%(name)s”") % {"name": name} if key else _("The list opens as your role has it")
    return _done(request, request.POST.get("state", "")[:MOST_QUERY], text)


@require_POST
@page(Permission.USERS)
def choose_for_roles(request: PageRequest, list_key: str) -> HttpResponse:
    """Say with which view a list opens for the people of each role."""
    saved_page.known(list_key)
    for role in saved_page.ROLES:
        if role.value in request.POST:
            key = request.POST[role.value]
            saved_page.name_of(request, list_key, key, shared=True)
            defaults.choose_for_role(request.organization, role, list_key, key, by=request.user)
    return _done(request, "", _("What the list opens with is saved"))


@require_POST
@page()
def order(request: PageRequest, list_key: str) -> HttpResponse:
    """Put one's own tabs in order."""
    saved_page.known(list_key)
    defaults.arrange(request.organization, request.user, list_key, request.POST.getlist("order")[:200])
    if is_part(request):
        return HttpResponse(status=204)  # the page stands in that order already, and the focus in it
    return _done(request, "", _("Order saved"))


def _query(request: PageRequest) -> str:
    return request.POST.get("query", "").replace("\x00", "")[:MOST_QUERY]


def _seen(request: PageRequest) -> int | None:
    return number_in(request.POST.get("seen", ""), None)


def _done(request: PageRequest, query: str, text: str, *, undo: str = "") -> HttpResponse:
    """Show the list in the state of `query`, or the page one came from, and say what was done."""
    key = request.POST.get("list", "")
    if is_part(request) and request.POST.get("from") == "views" and key in list_pages:
        return toast(saved_page.part(request, key), text, undo_url=undo)
    if is_part(request) and key in list_pages and list_page(key).url_name:
        return toast(_list(request, key, query), text, undo_url=undo)
    add_message(request, text, undo_url=undo)
    return _back(request, query)


def _list(request: PageRequest, key: str, query: str) -> HttpResponse:
    listing = list_page(key).listing(request, QueryDict(query), saved_page.path_of(key))
    response = render(request, "ui/list.html", {"list": listing})
    response["HX-Retarget"] = "#list"
    response["HX-Reswap"] = "outerHTML show:none"
    response["HX-Push-Url"] = listing.address()
    return response


def _back(request: PageRequest, query: str) -> HttpResponse:
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, None) or not back.startswith("/"):
        back = "/"
    return redirect(request, f"{back}?{query}" if query else back)


def _not_saved(request: PageRequest, problem: str) -> HttpResponse:
    """Say it beside the field where HTMX asked, else above the list."""
    if not is_part(request):
        messages.error(request, problem)
        return _back(request, _query(request))
    context = {
        "list_key": request.POST.get("list", ""),
        "may_share": request.member.may(Permission.OPERATE),
        "problem": problem,
        **{name: request.POST.get(name, "") for name in ("query", "back", "name", "shared")},
    }
    return render(request, "ui/list_save.html", context, status=422)


def _refused(request: PageRequest, view: SavedView, act: str, error: services.ViewRefused) -> HttpResponse:
    """Say why not, where it was asked for; what the list shows stays as it is."""
    meanwhile = error if isinstance(error, services.ChangedMeanwhile) else None
    if not is_part(request):
        messages.error(request, _(str(error)))
        return _back(request, request.POST.get("state", "")[:MOST_QUERY])
    view.refresh_from_db()
    context = {
        "view": view,
        "act": act,
        "meanwhile": meanwhile,
        "problem": _(str(error)),
        "here": list_state.query_string([("view", view.public_id)]),
        **{name: request.POST.get(name, "") for name in ("query", "state", "back", "list", "name", "from")},
    }
    return render(request, "ui/view_refused.html", context, status=422)
