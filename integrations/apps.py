"""The integrations app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Registers what the integrations app brings when the process starts."""

    name = "integrations"
    label = "integrations"
