"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers what the portal app brings when the process starts."""

    name = "portal"
    label = "portal"
