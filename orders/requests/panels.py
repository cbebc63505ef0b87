"""Cards of the page of a shipping request that others bring, such as what was shipped of it.

    panels.register("fulfillments", Panel(_("Shipments"), "orders/…html", shipped_of, position=20))

`read` gets the request (`orders.requests.queries.one`) and returns the context of the template, which also has
`shipping_request` and `may_operate`; an empty one leaves the card out. It is one query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from orders.models import ShippingRequest
from portal.kit.registry import Registry


@dataclass(frozen=True)
class Panel:
    """A card: lower positions stand higher; `side` puts it into the narrow column."""

    title: StrOrPromise
    template: str
    read: Callable[[ShippingRequest], dict[str, Any]]
    position: int = 100
    side: bool = False


panels: Registry[Panel] = Registry("shipping request panel")


@dataclass(frozen=True)
class Shown:
    """A card as it stands for one request."""

    title: StrOrPromise
    html: SafeString
    side: bool


def shown(found: ShippingRequest, request: HttpRequest, *, may_operate: bool) -> list[Shown]:
    """Return the cards that have something to say about a request, in their order."""
    read = [(panel, panel.read(found)) for panel in sorted(panels.all(), key=lambda panel: panel.position)]
    common = {"shipping_request": found, "may_operate": may_operate}
    return [
        Shown(panel.title, render_to_string(panel.template, {**context, **common}, request), panel.side)
        for panel, context in read
        if context
    ]
