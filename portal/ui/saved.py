"""The endpoints of saved views; what they do stands in `portal.savedviews.services`."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.savedviews import services
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.htmx import add_message


def _back(request: PageRequest, query: str) -> HttpResponse:
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, None) or not back.startswith("/"):
        back = "/"
    return HttpResponseRedirect(f"{back}?{query}" if query else back)


@require_POST
@page()
def create(request: PageRequest) -> HttpResponse:
    """Save the list's state under a name; sharing it needs more than looking."""
    query = request.POST.get("query", "")[:30_000]
    try:
        view = services.keep(
            request.organization,
            by=request.user,
            list_key=request.POST.get("list", "")[:64],
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")) and request.member.may(Permission.OPERATE),
        )
    except services.ViewRefused as error:
        messages.error(request, _(str(error)))
        return _back(request, query)
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
