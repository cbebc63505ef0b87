"""Panels of the order page that other apps bring: orders know nothing of rules or integrations.

    from orders.panels import Panel, panels
    panels.register("automations.runs", Panel(_("Rules"), "automations/panels/runs.html", runs_of))

`read` gets the order and returns the context of the panel's template, which also has `order` and `may_operate`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from orders.models import Order
from portal.kit.registry import Registry
from portal.tenancy.roles import Permission
from portal.ui.access import may


@dataclass(frozen=True)
class Panel:
    """A card on the order page: lower positions stand higher; `side` puts it into the narrow column.

    An empty context (no keys) leaves the card out. `read` is called on every refresh: one query.
    """

    title: StrOrPromise
    template: str
    read: Callable[[Order], dict[str, Any]]
    position: int = 100
    side: bool = False


panels: Registry[Panel] = Registry("order panel")


@dataclass(frozen=True)
class Shown:
    """A panel as it stands for one order."""

    title: StrOrPromise
    html: SafeString
    side: bool


def shown(order: Order, request: HttpRequest) -> list[Shown]:
    """Return the panels that have something to say about an order, in their order."""
    keys = panels.keys()
    ordered = sorted(((key, panels.get(key)) for key in keys), key=lambda pair: (pair[1].position, pair[0]))
    read = [(panel, panel.read(order)) for _, panel in ordered]
    common = {"order": order, "may_operate": may(request, Permission.OPERATE)}
    return [
        Shown(panel.title, render_to_string(panel.template, {**context, **common}, request), panel.side)
        for panel, context in read
        if context
    ]
