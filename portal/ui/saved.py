"""The endpoints of saved views; what they do stands in `portal.savedviews.services`."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.savedviews import services
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message, is_part, redirect


def _back(request: PageRequest, query: str) -> HttpResponse:
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, None) or not back.startswith("/"):
        back = "/"
    return redirect(request, f"{back}?{query}" if query else back)


def _refused(request: PageRequest, problem: str) -> HttpResponse:
    """Say it beside the field where HTMX asked, else above the list."""
    if not is_part(request):
        messages.error(request, problem)
        return _back(request, request.POST.get("query", "")[:30_000])
    context = {
        "list_key": request.POST.get("list", ""),
        "may_share": request.member.may(Permission.OPERATE),
        "problem": problem,
        **{name: request.POST.get(name, "") for name in ("query", "back", "name", "shared")},
    }
    return render(request, "ui/list_save.html", context, status=422)


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
            query=request.POST.get("query", "")[:30_000],
            shared=bool(request.POST.get("shared")) and request.member.may(Permission.OPERATE),
        )
    except services.ViewRefused as error:
        return _refused(request, _(str(error)))
    add_message(request, _("View “%(name)s” saved") % {"name": view.name})
    return _back(request, f"view={view.public_id}")


@require_POST
@page()
def change(request: PageRequest, public_id: str) -> HttpResponse:
    """Update or delete one's own view; 404 for anybody else's."""
    view = services.own(request.organization, request.user, public_id)
    if view is None:
        raise Http404
    if request.POST.get("act") == "delete":
        services.delete(view)
        add_message(request, _("View “%(name)s” deleted") % {"name": view.name})
        return _back(request, "")
    services.update(view, query=request.POST.get("query", "")[:30_000])
    add_message(request, _("View “%(name)s” updated") % {"name": view.name})
    return _back(request, f"view={view.public_id}")
