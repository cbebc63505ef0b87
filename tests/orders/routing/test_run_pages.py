"""Trying routing, routing again by hand and by command, and what an order's page tells of it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client

from orders.lifecycle import edits
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, RoutingRun, ShippingRequest, Source
from orders.requests.move import move as move_request
from orders.routing.try_route import try_route
from portal.audit.actor import Actor
from portal.kit.read_only import reading_only
from portal.tenancy.models import Membership
from tests.factories import make_order
from tests.orders.inventory.stock import figures, stock
from tests.orders.routing.running import card, lines, ready, run, warehouse
from tests.whole import everything

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("there", [0, 9])
def test_trying_writes_nothing_whatever_comes_of_it(source: Source, as_owner: Client, there: int) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds", paused=True)
    card(reno, leeds)
    stock(reno, on_hand=there)
    order = ready(source)
    as_owner.get(f"/orders/{order.public_id}")
    before = everything()
    assert try_route(order).outcome == ("routed" if there else "failed")
    assert as_owner.get(f"/orders/{order.public_id}/routing/try").status_code == 200
    assert everything() == before


def test_the_database_itself_refuses_to_write_while_routing_is_tried(source: Source) -> None:
    with reading_only(), pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
        Order.across.update(routing_status="failed")
    warehouse(source)


def test_the_page_shows_every_card_and_location_with_its_reason(source: Source, as_colleague: Client) -> None:
    reno, leeds, york = warehouse(source), warehouse(source, "Leeds", paused=True), warehouse(source, "York")
    card(reno, leeds)
    card(york)
    stock(reno, on_hand=1)
    stock(york, on_hand=5)
    order = make_order(source)
    text = as_colleague.get(f"/orders/{order.public_id}/routing/try").content.decode()
    for told in (
        "It has 1 of 2 units of TEA-1.", "The location is paused.", "Ships from York", "Chosen", "Nothing was changed.",
        "#1001 is “New”.", "View JSON",
    ):  # fmt: skip
        assert told in text, told
    assert "Re-run routing" not in text


def test_without_cards_the_page_says_that_routing_rests(source: Source, as_owner: Client) -> None:
    order = ready(source)
    assert "Routing rests until there is one" in as_owner.get(f"/orders/{order.public_id}/routing/try").content.decode()
    assert (
        "Routing rests: no routing card is switched on" in as_owner.get(f"/orders/{order.public_id}").content.decode()
    )


@pytest.mark.parametrize(
    ("move", "words"),
    [
        ("", "Every unit is in a shipping request or shipped."),
        ("cancel", "The order is canceled: nothing of it is routed any more."),
        ("archive", "The order is archived: nothing of it is routed until it is brought back."),
    ],
)
def test_where_trying_could_say_nothing_it_is_not_offered_and_one_sentence_says_why(
    source: Source, as_owner: Client, move: str, words: str
) -> None:
    reno = warehouse(source)
    card(reno, check_stock=False)
    order = ready(source)
    own = f"/orders/{order.public_id}"
    assert f"{own}/routing/try" in as_owner.get(own).content.decode()
    run(order)
    if move:
        edits.move(order.pk, move, by=Actor.system())
    for path in ("", "/routing"):
        page = as_owner.get(f"{own}{path}").content.decode()
        assert (words in page, f"{own}/routing/try" in page) == (True, False), path
    tried = as_owner.get(f"{own}/routing/try").content.decode()
    assert (words in tried, "Decision" in tried, "View JSON" in tried) == (True, False, False)


def test_of_what_is_shipped_or_needs_no_shipping_nothing_is_tried(source: Source, as_owner: Client) -> None:
    reno = warehouse(source)
    card(reno, check_stock=False)
    shipped, letter = ready(source), ready(source, 2, lineItems=[lines(POST=1)[0] | {"requiresShipping": False}])
    run(shipped, letter)
    for status in (RequestStatus.SENT_TO_FULFILLMENT, RequestStatus.FULFILLED):
        move_request([ShippingRequest.across.get().pk], status, Actor.system())
    Order.across.filter(pk=shipped.pk).update(status="fulfilled")
    for order, words in ((shipped, "All of it is shipped: nothing is left"), (letter, "Nothing of it needs shipping")):
        assert words in as_owner.get(f"/orders/{order.public_id}/routing/try").content.decode()


def test_routing_again_by_hand_tells_why_it_failed_and_then_routes(
    source: Source, as_owner: Client, owner: Membership
) -> None:
    reno = warehouse(source)
    card(reno)
    order = ready(source)
    again = f"/orders/{order.public_id}/routing/again"
    refused = as_owner.post(again, headers={"HX-Request": "true"})
    assert (refused.status_code, "There is not enough stock of TEA-1." in refused.content.decode()) == (422, True)
    stock(reno, on_hand=2)
    answer = as_owner.post(again)
    assert answer.status_code == 302
    assert figures(reno) == (2, 2)
    newest = RoutingRun.across.latest("id")
    assert (newest.trigger, newest.actor_name) == ("manual", owner.user.name)
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert "Ships from Reno, by the card “All orders”." in page
    assert "Earlier runs" in page
    assert "Routed. It goes on when its shipping requests are sent to the warehouse." in page
    history = as_owner.get(f"/orders/{order.public_id}/routing").content.decode()
    assert history.count("asked for by hand") == 2
    one = as_owner.get(f"/orders/{order.public_id}/routing/{newest.public_id}").content.decode()
    assert "The order is filled from Reno." in one
    assert as_owner.get(f"/orders/{order.public_id}/routing/0000000000000000").status_code == 404


def test_nobody_routes_or_sees_the_orders_of_others(source: Source, as_stranger: Client, as_colleague: Client) -> None:
    card(warehouse(source), check_stock=False)
    order = ready(source)
    assert as_colleague.post(f"/orders/{order.public_id}/routing/again").status_code == 403
    run(order)
    found = RoutingRun.across.get()
    for path in ("", "/try", f"/{found.public_id}"):
        assert as_stranger.get(f"/orders/{order.public_id}/routing{path}").status_code == 404
    assert as_stranger.post(f"/orders/{order.public_id}/routing/again").status_code == 404


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("reroute", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_routes_what_is_named_or_what_failed(source: Source) -> None:
    reno = warehouse(source)
    card(reno)
    first, second = ready(source), ready(source, 1002)
    run(first, second)
    stock(reno, on_hand=2)
    assert "#1001: Ships from Reno" in told("--failed", "--dry-run")
    assert ShippingRequest.across.count() == 0
    with pytest.raises(CommandError) as failed:
        told("--failed")
    assert failed.value.returncode == 1
    assert list(ShippingRequest.across.values_list("ext_shipment_id", flat=True)) == ["#1001"]
    stock(reno, on_hand=2)
    assert "1 orders: 1 routed, 0 could not be routed, 0 left as they are." in told("1002")
    assert "0 routed, 0 could not be routed, 1 left" in told(first.public_id)


@pytest.mark.parametrize("arguments", [(), ("1001", "--failed"), ("nothing",), ("--failed", "--organization", "x")])
def test_wrong_arguments_end_with_two(source: Source, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as wrong:
        told(*arguments)
    assert wrong.value.returncode == 2


def test_what_an_order_would_come_to_can_be_tried_from_its_page_before_it_is_ready(
    as_owner: Client, source: Source
) -> None:
    reno = warehouse(source)
    card(reno)
    stock(reno, on_hand=9)
    address = f"/orders/{make_order(source).public_id}"
    page = as_owner.get(address).content.decode()
    assert "It is routed once it is ready for fulfillment." in page
    assert (f"{address}/routing/try" in page, f"{address}/routing/again" in page) == (True, False)
    assert "Ships from Reno" in as_owner.get(f"{address}/routing/try").content.decode()
