"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers what the orders app brings when the process starts."""

    name = "orders"
    label = "orders"
