"""The integrations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Registers what the integrations app brings when the process starts."""

    name = "integrations"
    label = "integrations"

    def ready(self) -> None:
        """Find the connectors, events and background work; bring the menu entry and the dashboard's card."""
        import integrations.events
        import integrations.tasks  # noqa: F401
        from integrations import queries, registry
        from portal.ui.cards import Card, cards
        from portal.ui.menu import menu

        registry.discover()
        cards.register("integrations.health", Card("integrations/cards/health.html", queries.health_card, position=40))
        menu.register(
            "integrations",
            _("Integrations"),
            icon="plug",
            url_name="integrations:list",
            position=70,
            badge=queries.in_error,
            shortcut="i",
        )
