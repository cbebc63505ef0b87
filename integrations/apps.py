"""The integrations app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = (
    "integrations.custom.registered",
    "integrations.events",
    "integrations.hooks.registration",
    "integrations.outbound.beginning",
    "integrations.outbound.channels",
    "integrations.outbound.fulfillments",
    "integrations.outbound.held",
    "integrations.outbound.invariants",
    "integrations.outbound.orders",
    "integrations.outbound.products",
    "integrations.outbound.requests",
    "integrations.outbound.stock_shown",
    "integrations.outbound.waiting",
    "integrations.sync.parcels",
    "integrations.sync.retake",
    "integrations.sync.products",
    "integrations.sync.stock",
    "integrations.outbound.told",
    "integrations.tasks",
)
"""Modules that are there once they are imported."""


class IntegrationsConfig(AppConfig):
    """Registers what the integrations app brings when the process starts."""

    name = "integrations"
    label = "integrations"

    def ready(self) -> None:
        """Find the connectors, events and background work; bring the menu entry and the dashboard's card."""
        for module in REGISTERING:
            import_module(module)
        from django.urls import reverse

        from integrations import queries, registry
        from integrations.outbound import houses
        from orders.exceptions.shown import record_pages
        from portal.ui.cards import Card, cards
        from portal.ui.menu import menu

        registry.discover()
        houses.register_warehouses()
        record_pages.register("integration", lambda public_id: reverse("integrations:detail", args=[public_id]))
        cards.register("integrations.health", Card("integrations/cards/health.html", queries.health_card, position=28))
        menu.register(
            "integrations",
            _("Integrations"),
            icon="plug",
            url_name="integrations:list",
            position=70,
            badge=queries.in_error,
            shortcut="i",
        )
