"""The automations app."""

from django.apps import AppConfig


class AutomationsConfig(AppConfig):
    """Registers what the automations app brings when the process starts."""

    name = "automations"
    label = "automations"
