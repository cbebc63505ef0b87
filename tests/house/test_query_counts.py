"""How many queries a page may cost: the numbers stand here, and a change of them is a decision.

A page of many rows costs as many as a page of one: what grows with the rows is found here. The list of
orders and the page of an order may cost 12 at most.
"""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations.services import ensure_defaults
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.factories import make_location, make_order, make_orders
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.inventory.stock import stock
from tests.orders.products.making import product, record
from tests.orders.products.making import report as report_products
from tests.orders.routing.running import card, run, warehouse

pytestmark = pytest.mark.django_db
EXPECTED = {
    "/": 12,
    "/orders": 9,
    "/orders?view=on-hold": 9,
    "/orders?q=ruiz": 11,  # one asks what is exactly that, one why each row is there
    "/orders?q=rui": 12,  # one more asks what begins with it
    "/orders.json": 7,
    "/filters/orders": 7,
    "/shipping-requests": 9,
    "/fulfillments": 7,
    "/exceptions": 9,  # one asks who exceptions can be given to
    "/exceptions/causes": 7,  # one counts them by category
    "/settings/notifications": 7,
    "/engines/routing": 7,
    "/locations": 7,
    "/locations/groups": 6,
    "/routing": 7,
    "/routing/new": 6,
    "/routing/methods": 9,
    "/automations/": 12,
    "/automations/?trigger=EXCEPTION_SCHEDULED": 11,
    "/automations/?q=rule": 11,
    "/automations/history/": 9,
    "/automations/history/?q=%231": 12,
    "/settings/members": 6,
    "/settings/api-keys": 7,
    "/automations/new/NEW_ORDER/": 7,
    "/automations/new/EXCEPTION_MODIFIED/": 7,
    "/api/docs": 5,
    "/automations/lists/NEW_ORDER/versions/": 7,
    "/automations/export/": 7,
    "/automations/import/": 5,
}


def queries(client: Client, path: str, **options: object) -> list[str]:
    """Ask once to warm up what is kept in memory, then count."""
    client.get(path, **options)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, **options).status_code in (200, 204)  # type: ignore[arg-type]
    return [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def orders(source: Source) -> list[Order]:
    ensure_defaults(source.organization)
    made = make_orders(source, range(1, 41))
    drain("automations")
    return made


@pytest.mark.parametrize("path", EXPECTED)
def test_a_page_costs_what_is_written_down(as_owner: Client, orders: list[Order], path: str) -> None:
    asked = queries(as_owner, path)
    assert len(asked) == EXPECTED[path], "\n".join(asked)


def test_the_page_of_an_order_costs_what_is_written_down(as_owner: Client, orders: list[Order]) -> None:
    asked = queries(as_owner, f"/orders/{orders[0].public_id}")
    assert len(asked) == 10, "\n".join(asked)


def test_the_page_of_an_order_on_its_way_costs_what_is_written_down(as_owner: Client, source: Source) -> None:
    """With a request, exceptions, rules that ran; and with the parcel that fulfills it, whose telling is asked for."""
    ensure_defaults(source.organization)
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    order = make_order(source)
    drain("automations")
    edits.move(order.pk, "ready", by=Actor.system())
    run(order)
    kinds = (("order_stuck", "Stuck"), ("out_of_stock", "Short"))
    problems = [Problem(kind, order.organization_id, "x", name, "", entity_type="order") for kind, name in kinds]
    raise_exceptions([replace(one, entity_id=order.pk) for one in problems])
    asked = queries(as_owner, f"/orders/{order.public_id}")
    assert len(asked) == 11, "\n".join(asked)
    report(source, parcel())
    asked = queries(as_owner, f"/orders/{order.public_id}")
    assert len(asked) == 12, "\n".join(asked)
    text = as_owner.get(f"/orders/{order.public_id}").content.decode()
    for told in ("Fulfilled", "Stuck", "Short", "P1", "Ships from Reno, by the card", "Default rule"):
        assert told in text, told


@pytest.mark.parametrize(
    ("tail", "count"),
    [("?at=1", 9), ("/edit", 9), ("/requests/new", 19)],  # the last reads what routing reads,
)
def test_what_leads_on_from_an_order_costs_what_is_written_down(
    as_owner: Client, orders: list[Order], tail: str, count: int
) -> None:
    asked = queries(as_owner, f"/orders/{orders[0].public_id}{tail}")
    assert len(asked) == count, "\n".join(asked)


def test_asking_who_set_a_field_costs_what_is_written_down(as_owner: Client, orders: list[Order]) -> None:
    asked = queries(as_owner, f"/orders/{orders[0].public_id}/who?path=/status", headers={"HX-Request": "true"})
    assert len(asked) == 6, "\n".join(asked)  # of these one reads the history and one where the rule's run is


def test_asking_whether_something_is_new_costs_little(as_owner: Client, orders: list[Order]) -> None:
    address = f"/orders/{orders[0].public_id}"
    state = as_owner.get(address).context["state"]
    asked = queries(as_owner, f"{address}?state={state}", headers={"HX-Request": "true"})
    assert len(asked) == 6, "\n".join(asked)


def test_more_rows_cost_no_more_queries(as_owner: Client, source: Source) -> None:
    make_orders(source, (1,))
    few = len(queries(as_owner, "/orders"))
    make_orders(source, range(2, 45))
    assert len(queries(as_owner, "/orders")) == few


def test_more_lines_cost_no_more_queries(as_owner: Client, source: Source) -> None:
    short = make_order(source, 1)
    lines = [{"uniqueId": f"l{n}", "sku": "S", "quantity": 1} for n in range(80)]
    long = make_order(source, 2, lineItems=lines)
    assert len(queries(as_owner, f"/orders/{long.public_id}")) == len(queries(as_owner, f"/orders/{short.public_id}"))


STOCK = {"/inventory": 8, "/inventory.json": 6, "/inventory/by-sku": 8, "/inventory/import": 5}


@pytest.mark.parametrize("path", STOCK)
def test_a_page_of_stock_costs_what_is_written_down(as_owner: Client, source: Source, path: str) -> None:
    places = [make_location(source, f"w{n}", f"Place {n}") for n in range(3)]
    for n in range(12):
        stock(places[n % 3], f"SKU-{n // 2}", on_hand=n)
    asked = queries(as_owner, path)
    assert len(asked) == STOCK[path], "\n".join(asked)


def test_a_record_of_stock_costs_the_same_however_much_happened(as_owner: Client, source: Source) -> None:
    place = make_location(source)
    level = stock(place, "TEA-1", on_hand=1)
    few = len(queries(as_owner, f"/inventory/{level.public_id}"))
    for n in range(2, 40):
        stock(place, "TEA-1", on_hand=n)
        stock(make_location(source, f"w{n}", f"Place {n}"), "TEA-1", on_hand=n)
    asked = queries(as_owner, f"/inventory/{level.public_id}")
    assert len(asked) == few == 15, "\n".join(asked)


PRODUCTS = {"/products": 10, "/products.json": 8, "/products/new": 5, "/products/import": 5}


@pytest.mark.parametrize("path", PRODUCTS)
def test_a_page_of_products_costs_what_is_written_down(as_owner: Client, source: Source, path: str) -> None:
    report_products(source, *(record(f"p{n}", f"SKU-{n}") for n in range(12)))
    asked = queries(as_owner, path)
    assert len(asked) == PRODUCTS[path], "\n".join(asked)


def test_a_product_costs_the_same_however_much_hangs_on_it(as_owner: Client, source: Source) -> None:
    bundle = {"kind": "bundle", "bundleItems": [{"sku": f"SKU-{n}", "quantity": 1} for n in range(2)]}
    report_products(source, record("b", "SET", **bundle), record("p0", "SKU-0"))
    few = len(queries(as_owner, f"/products/{product('SET').public_id}"))
    more = {"bundleItems": [{"sku": f"SKU-{n}", "quantity": 1} for n in range(30)], "kind": "bundle"}
    report_products(source, *(record(f"p{n}", f"SKU-{n}") for n in range(1, 30)), record("b", "SET", **more))
    assert len(queries(as_owner, f"/products/{product('SET').public_id}")) == few == 16
