"""The automations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationsConfig(AppConfig):
    """Registers what the automations app brings when the process starts."""

    name = "automations"
    label = "automations"

    def ready(self) -> None:
        """Find the actions and triggers, and listen to events."""
        from automations.engine.actions import actions
        from automations.engine.triggers import triggers
        from automations.panels import runs_of
        from orders.panels import Panel, panels
        from portal.ui.menu import menu

        actions.discover("automations.actions")
        triggers.discover("automations.triggers")
        import automations.consumers
        import automations.invariants  # noqa: F401

        panels.register(
            "automations.runs", Panel(_("Rules that ran"), "automations/panels/runs.html", runs_of, position=30)
        )
        menu.register(
            "automations", _("Automations"), icon="git-branch", url_name="automations:list", position=60, shortcut="r"
        )
