"""The portal app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = (
    "portal.deliveries.email",
    "portal.deliveries.send",
    "portal.events.dispatch",
    "portal.events.invariants",
    "portal.kit.growth",
    "portal.tenancy.sessions",
    "portal.tenancy.tidy",
)
"""Modules that are there once they are imported: watchers, senders, invariants, signals."""


class PortalConfig(AppConfig):
    """Registers what the portal brings when the process starts."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Find what registers itself; bring the menu entries and the dashboard's cards."""
        for module in REGISTERING:
            import_module(module)
        _show()


def _show() -> None:
    from portal.pages import dashboard
    from portal.ui.cards import Card, cards
    from portal.ui.menu import menu

    menu.register("home", _("Home"), icon="home", url_name="portal:dashboard", position=10, shortcut="h")
    menu.register("settings", _("Settings"), icon="settings", url_name="portal:settings", position=90)
    cards.register("portal.needs", Card("portal/cards/needs.html", dashboard.needs_card, position=10, width=6))
    cards.register("portal.work", Card("portal/cards/work.html", dashboard.work_card, position=90, width=12))
