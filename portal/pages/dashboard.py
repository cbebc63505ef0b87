"""The first page: what needs a person, what waits, what happens. Its cards come from the apps."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from portal.kit.clock import now
from portal.kit.jobs import seconds_since_heartbeat
from portal.tenancy.models import Organization
from portal.ui.access import PageRequest, may, page
from portal.ui.cards import cards
from portal.ui.htmx import is_part, page_or_part
from portal.ui.needs import waiting

LATE_SECONDS = 30
"""The background work shows a sign of life every second or so; this long without one is worth a word."""


@dataclass(frozen=True)
class Shown:
    """A card as it stands now."""

    key: str
    html: SafeString
    width: int


@require_GET
@page()
def dashboard(request: PageRequest) -> HttpResponse:
    """Show the dashboard. It asks for itself every few seconds and hears 204 while nothing is new."""
    shown = _cards(request)
    state = hashlib.blake2b("".join(card.html for card in shown).encode(), digest_size=8).hexdigest()
    if is_part(request) and request.GET.get("state") == state:
        return HttpResponse(status=204)
    return page_or_part(request, "portal/dashboard.html", "cards", {"cards": shown, "state": state})


def _cards(request: HttpRequest) -> list[Shown]:
    organization: Organization = request.organization  # type: ignore[attr-defined]
    keys = cards.keys()
    allowed = [(key, cards.get(key)) for key in keys if may(request, cards.get(key).permission)]
    ordered = sorted(allowed, key=lambda pair: (pair[1].position, pair[0]))
    return [
        Shown(key, render_to_string(card.template, card.read(organization), request), card.width)
        for key, card in ordered
    ]


def needs_card(organization: Organization) -> dict[str, Any]:
    """Return what needs a person."""
    return {"needs": waiting(organization)}


def work_card(organization: Organization) -> dict[str, Any]:
    """Return when the background work last showed that it lives."""
    age = seconds_since_heartbeat()
    at = None if age is None else now() - dt.timedelta(seconds=age)
    return {"alive": age is not None and age < LATE_SECONDS, "at": at}
