"""The list of integrations, in three groups."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from integrations import queries
from integrations.manifest import Role
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.engines import engines_of
from portal.ui.htmx import page_or_part


@page()
def integration_list(request: PageRequest) -> HttpResponse:
    """Show every integration with its status; the part reads itself afresh."""
    rows = queries.rows(request.organization)
    channels = [row for row in rows if row.manifest.role is Role.SELLING_CHANNEL]
    warehouses = [row for row in rows if row.manifest.role is Role.FULFILLMENT_CHANNEL]
    context = {
        "groups": [
            ("selling", _("Selling channels"), channels),
            ("fulfillment", _("Fulfillment channels"), warehouses),
        ],
        "rows": rows,
        "engines": engines_of(request.organization),
        "may_change": may(request, Permission.CREDENTIALS),
    }
    return page_or_part(request, "integrations/list.html", "groups", context)
