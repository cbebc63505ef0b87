"""The catalogue: which systems can be connected."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from integrations import queries
from integrations.manifest import Manifest, Role
from integrations.registry import connectors
from portal.kit.text import fold
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.components import Tab
from portal.ui.htmx import page_or_part

ROLE_NAMES = {
    Role.SELLING_CHANNEL: _("Selling channels"),
    Role.FULFILLMENT_CHANNEL: _("Fulfillment channels"),
    Role.BACK_OFFICE: _("Other systems"),
}
ONE = {
    Role.SELLING_CHANNEL: _("Selling channel"),
    Role.FULFILLMENT_CHANNEL: _("Fulfillment channel"),
    Role.BACK_OFFICE: _("Other system"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A connector as the catalogue shows it."""

    manifest: Manifest
    role: str
    present: int


@page()
def catalogue(request: PageRequest) -> HttpResponse:
    """Show the connectors that fit the search and the role."""
    words, role = request.GET.get("q", "").strip()[:100], request.GET.get("role", "")
    counts: dict[str, int] = {}
    for one in queries.present(request.organization).only("connector"):
        counts[one.connector] = counts.get(one.connector, 0) + 1
    offers = [
        Offer(manifest, str(ONE[manifest.role]), counts.get(manifest.key, 0))
        for manifest in connectors
        if (not role or manifest.role == role) and fold(words) in fold(f"{manifest.name} {manifest.summary}")
    ]
    context = {
        "offers": offers,
        "q": words,
        "role": role,
        "tabs": _tabs(role, words),
        "may_change": may(request, Permission.CREDENTIALS),
    }
    return page_or_part(request, "integrations/catalogue.html", "offers", context)


def _tabs(role: str, words: str) -> list[Tab]:
    from urllib.parse import urlencode

    kept = {"q": words} if words else {}
    return [
        Tab(label, f"?{urlencode(kept | ({'role': key} if key else {}))}", current=key == role)
        for key, label in [("", _("All")), *((one.value, name) for one, name in ROLE_NAMES.items())]
    ]
