"""Orders, cards and stock for the tests of running routing."""

from typing import Any

from orders.models import Location, Order, RoutingCard, Source
from orders.routing.run import Result, route
from tests.factories import make_card, make_location
from tests.orders.requests.making import ready_order


def warehouse(source: Source, name: str = "Reno", **values: Any) -> Location:
    """Return a location that may ship."""
    return make_location(source, name.lower(), name, **values)


def card(*places: Location, **switches: Any) -> RoutingCard:
    """Return a card for all orders over these locations, with the switches given (`check_stock`, …)."""
    destinations = [{"locations": [one.public_id for one in places]}]
    definition = {"version": 1, "filter": None, "destinations": destinations} | switches
    return make_card(places[0].organization, *places, definition=definition)


def lines(**units: object) -> list[dict[str, object]]:
    """Return order lines: units by SKU."""
    return [
        {"uniqueId": f"l{place}", "sku": sku.replace("_", "-"), "name": f"Name of {sku}", "quantity": count}
        for place, (sku, count) in enumerate(units.items(), start=1)
    ]


def ready(source: Source, number: int | str = 1001, **fields: Any) -> Order:
    """Return an order that is ready for fulfillment."""
    return ready_order(source, number, **fields)


def run(*orders: Order, trigger: str = "auto") -> list[Result]:
    """Route orders and return what became of each."""
    results = route([one.pk for one in orders], trigger)
    for one in orders:
        one.refresh_from_db()
    return [results[one.pk] for one in orders]
