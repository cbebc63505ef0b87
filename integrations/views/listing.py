"""The list of integrations, in groups."""

from django.http import HttpResponse

from integrations import queries
from integrations.manifest import Role
from integrations.views.catalogue import ROLE_NAMES
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.engines import engines_of
from portal.ui.htmx import page_or_part

_KEYS = {Role.SELLING_CHANNEL: "selling", Role.FULFILLMENT_CHANNEL: "fulfillment", Role.BACK_OFFICE: "back-office"}


@page()
def integration_list(request: PageRequest) -> HttpResponse:
    """Show every integration with its status; the part reads itself afresh."""
    rows = queries.rows(request.organization)
    context = {
        "groups": [
            (_KEYS[role], name, [row for row in rows if row.manifest.role is role]) for role, name in ROLE_NAMES.items()
        ],
        "rows": rows,
        "engines": engines_of(request.organization),
        "may_change": may(request, Permission.CREDENTIALS),
    }
    return page_or_part(request, "integrations/list.html", "groups", context)
