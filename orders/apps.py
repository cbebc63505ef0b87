"""The orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers what the orders app brings when the process starts."""

    name = "orders"
    label = "orders"

    def ready(self) -> None:
        """Find the exception types, events and watchers."""
        import orders.events
        import orders.lifecycle.holds  # noqa: F401
        from orders.exceptions.catalogue import exception_types

        exception_types.discover("orders.exceptions.types")
