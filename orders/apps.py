"""The orders app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = (
    "orders.by_hand.work",
    "orders.events",
    "orders.exceptions.clear",
    "orders.exceptions.deliveries",
    "orders.exceptions.look_after",
    "orders.exceptions.mail",
    "orders.exceptions.sweep",
    "orders.exceptions.work",
    "orders.fulfillments.invariants",
    "orders.fulfillments.retake",
    "orders.invariants",
    "orders.inventory.invariants",
    "orders.inventory.listen",
    "orders.lifecycle.holds",
    "orders.products.listen",
    "orders.requests.invariants",
    "orders.routing.consumer",
    "orders.routing.retry",
    "orders.routing.stuck",
    "orders.shown.suggest",
)
"""Modules that are there once they are imported."""


class OrdersConfig(AppConfig):
    """Registers what the orders app brings when the process starts."""

    name = "orders"
    label = "orders"

    def ready(self) -> None:
        """Find the exception types, events and watchers; bring the menu entries and the dashboard's cards."""
        for module in REGISTERING:
            import_module(module)
        from orders.exceptions.catalogue import exception_types

        exception_types.discover("orders.exceptions.types")
        _show()


def _show() -> None:
    from orders import queries
    from orders.lists import exceptions, orders
    from orders.shown import home
    from portal.pages.settings_frame import more_tabs
    from portal.ui.cards import Card, cards
    from portal.ui.lists import list_pages
    from portal.ui.menu import menu
    from portal.ui.needs import needs

    more_tabs.register("notifications", (_("Notifications"), "orders:notifications"))
    needs.register("orders.exceptions", home.exceptions)
    needs.register("orders.review", home.review)
    cards.register("orders.waiting", Card("orders/cards/waiting.html", home.waiting, position=20, width=6))
    cards.register("orders.exceptions", Card("orders/cards/exceptions.html", home.looked_after, position=25, width=6))
    cards.register("orders.hours", Card("orders/cards/hours.html", home.hours, position=30, width=12))

    list_pages.register("orders", lambda: orders.ORDERS)
    list_pages.register("exceptions", exceptions.exception_list)
    import_module("orders.requests.registered")
    import_module("orders.inventory.registered")
    import_module("orders.locations.registered")
    import_module("orders.fulfillments.registered")
    import_module("orders.routing.registered")
    import_module("orders.engines.registered")
    import_module("orders.products.registered")
    import_module("orders.pushes.registered")
    import_module("orders.api")

    menu.register("orders", _("Orders"), icon="package", url_name="orders:list", position=20, shortcut="o")
    menu.register(
        "exceptions",
        _("Exceptions"),
        icon="alert-triangle",
        url_name="orders:exceptions",
        position=50,
        badge=queries.active_exceptions,
        shortcut="e",
    )
