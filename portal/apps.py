"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers what the portal brings when the process starts."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Find the watchers."""
        import portal.events.dispatch  # noqa: F401
