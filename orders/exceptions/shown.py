"""What other apps bring to the page of an exception: orders know nothing of rules or integrations.

panels.register("automations.runs", Panel(_("Rules that acted on it"), "automations/panels/runs.html", runs_of))
record_pages.register("rule", lambda public_id: reverse("automations:edit", args=[public_id]))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from orders.models import OrderException
from portal.audit.models import History
from portal.kit.registry import Registry
from portal.ui.components import Happening

_ICONS = {
    "raised": "alert-triangle",
    "seen again": "repeat",
    "resolved": "circle-check",
    "dismissed": "x",
    "assigned": "user-check",
    "snoozed": "clock-pause",
    "came back": "bell",
    "reopened": "arrow-back-up",
    "undone": "arrow-back-up",
}


@dataclass(frozen=True)
class Panel:
    """A card on the page of an exception; an empty context (no keys) leaves it out. `read` is one query."""

    title: StrOrPromise
    template: str
    read: Callable[[OrderException], dict[str, Any]]
    position: int = 100


panels: Registry[Panel] = Registry("exception panel")
record_pages: Registry[Callable[[str], str]] = Registry("page of a kind of record")
"""From a kind of record (`orders.exceptions.catalogue.CONCERNS`) to the address of one, by its public ID."""

record_pages.register("order", lambda public_id: reverse("orders:detail", args=[public_id]))
record_pages.register("exception", lambda public_id: reverse("orders:exception", args=[public_id]))


def shown(exception: OrderException, request: HttpRequest) -> list[tuple[StrOrPromise, SafeString]]:
    """Return the panels that have something to say about an exception, by their position."""
    read = [(panel, panel.read(exception)) for panel in sorted(panels.all(), key=lambda one: one.position)]
    return [
        (panel.title, render_to_string(panel.template, {**context, "exception": exception}, request))
        for panel, context in read
        if context
    ]


def record_url(exception: OrderException) -> str:
    """Return the address of the record that it is about; empty where there is none to open."""
    kind, public_id = exception.entity_type, exception.entity_public_id
    return record_pages.get(kind)(public_id) if public_id and kind in record_pages else ""


def happenings(history: Sequence[History]) -> list[Happening]:
    """Return the history as people read it, in its order; a note stands below the line, as it was written."""
    return [
        Happening(row.at, row.actor_name, _("noted"), "note", note=row.summary)
        if row.verb == "noted"
        else Happening(row.at, row.actor_name, row.summary, _ICONS.get(row.verb, "point"), changes=row.changes)
        for row in history
    ]
