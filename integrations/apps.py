"""The integrations app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers what the integrations app brings when the process starts."""

    name = "integrations"
    label = "integrations"

    def ready(self) -> None:
        """Find the connectors, events and background work."""
        import integrations.events
        import integrations.tasks  # noqa: F401
        from integrations import registry

        registry.discover()
