"""The automations app."""

from django.apps import AppConfig


class AutomationsConfig(AppConfig):
    """Registers what the automations app brings when the process starts."""

    name = "automations"
    label = "automations"

    def ready(self) -> None:
        """Find the actions and triggers, and listen to events."""
        from automations.engine.actions import actions
        from automations.engine.triggers import triggers

        actions.discover("automations.actions")
        triggers.discover("automations.triggers")
        import automations.consumers  # noqa: F401
