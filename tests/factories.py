"""Builders of what tests work on; each value that matters is given by the test."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from orders.ingest.take import Taken, take
from orders.models import ExternalLocation, Location, Order, RoutingCard, Source
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role

_numbers = itertools.count(1)
PLACED = dt.datetime(2026, 1, 5, 9, 59, 10, tzinfo=dt.UTC)
CHANNEL = Actor.integration("feedfacefeedface", "Tea shop")


def make_member(organization: Organization, role: Role, *, name: str) -> Membership:
    user = User.objects.create_user(f"person{next(_numbers)}@example.com", name=name)
    return Membership.objects.create(user=user, organization=organization, role=role)


def make_record(number: int | str = 1001, **fields: Any) -> OrderRecord:
    """Return a small valid order: two tins of tea for Ana Ruiz, 48.20 USD."""
    values: dict[str, Any] = {
        "extOrderId": f"#{number}",
        "extOrderApiId": str(number),
        "extOrderCreatedAt": PLACED,
        "extOrderUpdatedAt": PLACED,
        "customer": {"firstName": "Ana", "lastName": "Ruiz"},
        "email": "ana@example.com",
        "shippingAddress": {"firstName": "Ana", "lastName": "Ruiz", "city": "Reno", "country": "US"},
        "lineItems": [
            {"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "itemPrice": "20.00"},
        ],
        "currency": "USD",
        "totalPrice": "48.20",
        "tags": ["vip"],
    }
    return OrderRecord.model_validate(values | fields)


def ingest(source: Source, *records: OrderRecord) -> Taken:
    return take(source, records, by=CHANNEL)


def make_order(source: Source, number: int | str = 1001, **fields: Any) -> Order:
    """Ingest one order and return it."""
    ingest(source, make_record(number, **fields))
    return Order.across.get(source=source, ext_order_api_id=str(number))


def make_orders(source: Source, numbers: Sequence[int]) -> list[Order]:
    ingest(source, *(make_record(number) for number in numbers))
    return list(Order.across.filter(source=source).order_by("pk"))


def make_location(source: Source, ext_location_id: str = "w1", name: str = "Warehouse", **values: Any) -> Location:
    """Return an active location that `source` names, and ships from unless told otherwise."""
    own = {"organization": source.organization, "source": source, "name": name}
    location = Location.across.create(**own, **({"fulfillment_source": source} | values))
    ExternalLocation.across.create(**own, location=location, ext_location_id=ext_location_id)
    return location


def make_card(organization: Organization, *places: Location, name: str = "All orders", **values: Any) -> RoutingCard:
    """Return an enabled card, below all others, that sends every order to these locations, wherever it goes."""
    given = {"version": 1, "filter": None, "destinations": [{"locations": [one.public_id for one in places]}]}
    last = RoutingCard.across.filter(organization=organization).count()
    made = {"position": last + 1, "definition": given} | values
    return RoutingCard.across.create(organization=organization, name=name, **made)
