"""The page of one order: what each of the three people sees, and what becomes of what they do."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Hold, Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit import json
from portal.tenancy.models import Membership
from tests.factories import make_order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DUE = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
SYSTEM = Actor.system()


@pytest.fixture
def order(source: Source) -> Order:
    return make_order(source, 1001)


@pytest.fixture
def held(order: Order) -> Order:
    return hold(order)


def hold(order: Order, reason: str = "Waits for the address") -> Order:
    return edits.hold(order.pk, until=DUE, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason=reason, by=SYSTEM)


def page(client: Client, order: Order, **query: str) -> str:
    response = client.get(f"/orders/{order.public_id}", query)
    assert response.status_code == 200
    return response.content.decode()


def status(order: Order) -> str:
    return Order.across.values_list("status", flat=True).get(pk=order.pk)


def test_the_owner_sees_the_order(as_owner: Client, order: Order) -> None:
    text = page(as_owner, order)
    for shown in ("#1001", "Ana Ruiz", "ana@example.com", "Green tea", "TEA-1", "48.20", "Reno", "vip", "Tea shop"):
        assert shown in text
    assert "Your rules look at it within seconds." in text


def test_the_colleague_sees_it_without_buttons(as_colleague: Client, order: Order) -> None:
    text = page(as_colleague, order)
    assert "Green tea" in text
    assert "/do/" not in text
    assert "Hold order" not in text


def test_the_stranger_finds_no_such_order(as_stranger: Client, order: Order) -> None:
    for tail in ("", ".json", "/document"):
        assert as_stranger.get(f"/orders/{order.public_id}{tail}").status_code == 404
    for tail in ("/do/cancel", "/hold", "/comment"):
        assert as_stranger.post(f"/orders/{order.public_id}{tail}").status_code == 404
    assert (status(order), History.across.filter(entity_id=order.pk).count()) == ("new", 1)


def test_a_held_order_says_until_when_and_what_then(as_owner: Client, held: Order) -> None:
    text = page(as_owner, held)
    assert "Waits for the address" in text
    assert "1 Jan 2100, 00:00:00 UTC" in text
    assert "then it is “Ready for fulfillment”." in text
    assert "Release hold" in text


def test_the_document_is_answered_as_json(as_owner: Client, order: Order) -> None:
    response = as_owner.get(f"/orders/{order.public_id}.json")
    assert response["Content-Type"] == "application/json"
    document = json.loads(response.content)
    assert (document["extOrderId"], document["status"], document["orderId"]) == ("#1001", "new", order.public_id)


def test_the_drawer_gets_the_document_as_harmless_text(as_owner: Client, source: Source) -> None:
    order = make_order(source, 7, orderNote="<script>alert(1)</script>")
    text = as_owner.get(f"/orders/{order.public_id}/document", headers=HTMX).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>" not in text


def test_polling_hears_nothing_while_nothing_is_new(as_owner: Client, held: Order) -> None:
    address = f"/orders/{held.public_id}"
    state = as_owner.get(address).context["state"]
    assert as_owner.get(address, {"state": state}, headers=HTMX).status_code == 204
    as_owner.post(f"{address}/do/release", headers=HTMX)
    answer = as_owner.get(address, {"state": state}, headers=HTMX)
    assert answer.status_code == 200
    assert "Ready for fulfillment" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_polling_hears_of_a_comment(as_owner: Client, order: Order) -> None:
    address = f"/orders/{order.public_id}"
    state = as_owner.get(address).context["state"]
    edits.comment(order.pk, "Gift wrap", by=SYSTEM)
    assert "Gift wrap" in as_owner.get(address, {"state": state}, headers=HTMX).content.decode()


@pytest.mark.parametrize(
    ("key", "becomes"),
    [
        ("cancel", "canceled"),
        ("archive", "archived"),
        ("ready", "readyForFulfillment"),
        ("review", "reviewRequired"),
        ("draft", "draft"),
    ],
)
def test_the_owner_moves_an_order(as_owner: Client, owner: Membership, held: Order, key: str, becomes: str) -> None:
    response = as_owner.post(f"/orders/{held.public_id}/do/{key}", {"version": held.version}, headers=HTMX)
    assert response.status_code == 204
    assert "orderChanged" in response["HX-Trigger"]
    assert status(held) == becomes
    assert Hold.across.get(order=held).outcome == "superseded"
    last = History.across.filter(entity_id=held.pk).latest("id")
    assert (last.actor_name, last.actor_kind) == ("Olive Owner", "user")


def test_the_owner_releases_a_hold(as_owner: Client, held: Order) -> None:
    response = as_owner.post(f"/orders/{held.public_id}/do/release", follow=True)
    assert "#1001: Hold released" in response.content.decode()
    assert status(held) == "readyForFulfillment"
    ended = Hold.across.get(order=held)
    assert (ended.outcome, ended.ended_by) == ("released", "Olive Owner")


def test_the_colleague_may_do_nothing(as_colleague: Client, held: Order) -> None:
    before = History.across.count()
    for tail in ("do/release", "do/cancel", "do/archive", "do/ready", "do/review", "do/draft", "hold", "comment"):
        assert as_colleague.post(f"/orders/{held.public_id}/{tail}", {"text": "x"}).status_code == 403
    assert (status(held), History.across.count()) == ("onHold", before)


def test_what_somebody_else_changed_meanwhile_is_told_and_not_overwritten(as_owner: Client, held: Order) -> None:
    edits.comment(held.pk, "no change of the order", by=SYSTEM)
    seen = held.version
    edits.move(held.pk, "review", by=SYSTEM)
    response = as_owner.post(f"/orders/{held.public_id}/do/cancel", {"version": seen}, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#order-notice")
    assert "was changed by somebody else while you looked at it" in response.content.decode()
    assert status(held) == "reviewRequired"


def test_without_script_a_refusal_comes_with_the_page(as_owner: Client, held: Order) -> None:
    edits.move(held.pk, "review", by=SYSTEM)
    response = as_owner.post(f"/orders/{held.public_id}/do/release")
    assert response.status_code == 409
    assert "#1001 is not on hold any more; it is “Review required”." in response.content.decode()


def test_a_move_that_the_status_does_not_have_is_refused(as_owner: Client, order: Order) -> None:
    edits.move(order.pk, "cancel", by=SYSTEM)
    response = as_owner.post(f"/orders/{order.public_id}/do/ready", headers=HTMX)
    assert response.status_code == 422
    assert "An order that is “Canceled” cannot become “Ready for fulfillment”." in response.content.decode()
    assert status(order) == "canceled"


@pytest.mark.parametrize("at", ["sentToFulfillment", "partialFulfillment", "fulfilled"])
def test_what_warehouses_have_is_not_made_ready_by_saying_so(as_owner: Client, order: Order, at: str) -> None:
    Order.across.filter(pk=order.pk).update(status=at)
    response = as_owner.post(f"/orders/{order.public_id}/do/ready", headers=HTMX)
    assert response.status_code == 422
    assert f"The order is “{OrderStatus(at).label}” already." in response.content.decode()
    assert status(order) == at


def test_unknown_acts_are_not_found(as_owner: Client, order: Order) -> None:
    assert as_owner.post(f"/orders/{order.public_id}/do/explode").status_code == 404
    assert as_owner.post(f"/orders/{order.public_id}/do/hold").status_code == 404
    assert as_owner.get(f"/orders/{order.public_id}/do/cancel").status_code == 405


def test_the_owner_holds_an_order(as_owner: Client, order: Order) -> None:
    form = {"amount": "2", "unit": "3600", "next_status": "reviewRequired", "reason": "Fraud check", "version": "1"}
    assert as_owner.post(f"/orders/{order.public_id}/hold", form, headers=HTMX).status_code == 204
    placed = Hold.across.get(order=order)
    assert (placed.reason, placed.next_status, placed.placed_by_name) == (
        "Fraud check",
        "reviewRequired",
        "Olive Owner",
    )
    assert abs((placed.due_at - placed.placed_at).total_seconds() - 7200) < 5
    assert status(order) == "onHold"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "0"}, "greater than or equal to 1"),
        ({"amount": "400", "unit": "86400"}, "A hold lasts a year at most."),
        ({"reason": ""}, "This field is required."),
        ({"next_status": "fulfilled"}, "Select a valid choice."),
    ],
)
def test_a_hold_that_makes_no_sense_keeps_the_input(
    as_owner: Client, order: Order, change: dict[str, str], words: str
) -> None:
    form = {"amount": "3", "unit": "60", "next_status": "readyForFulfillment", "reason": "Because"} | change
    response = as_owner.post(f"/orders/{order.public_id}/hold", form, headers=HTMX)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Hold.across.exists()


def test_a_comment_stands_in_the_activity_and_the_box_is_empty_again(as_owner: Client, order: Order) -> None:
    response = as_owner.post(f"/orders/{order.public_id}/comment", {"text": "Call <Ana> first"}, headers=HTMX)
    assert response.status_code == 200
    assert "Call" not in response.content.decode()
    assert "orderChanged" in response["HX-Trigger"]
    assert "Call &lt;Ana&gt; first" in page(as_owner, order)
    assert Order.across.get(pk=order.pk).version == 1


def test_an_empty_comment_is_refused(as_owner: Client, order: Order) -> None:
    assert as_owner.post(f"/orders/{order.public_id}/comment", {"text": "  "}, headers=HTMX).status_code == 422
    assert not History.across.filter(verb="commented").exists()


def test_exceptions_that_say_the_same_stand_in_one_card(as_owner: Client, order: Order) -> None:
    """As of each parcel that a store could not be told of."""
    rows = [
        Problem("tracking_not_told", order.organization_id, f"p{n}", title, "It was away.", entity_type="order")
        for n, title in enumerate(("Not told", "Not told", "Not told either", "Not told"))
    ]
    raise_exceptions([replace(one, entity_id=order.pk) for one in rows])
    text = page(as_owner, order)
    assert text.count('class="card is-problem"') == 2
    assert [text.count(f'href="/exceptions/{one.public_id}"') for one in OrderException.across.all()] == [1] * 4
    assert text.count("Open exception 3 of 3") == 1


def test_a_long_order_shows_its_first_hundred_lines(as_owner: Client, source: Source) -> None:
    lines = [{"uniqueId": f"l{n}", "sku": f"SKU-{n:04}", "quantity": 1, "itemPrice": "1.00"} for n in range(150)]
    order = make_order(source, 5, lineItems=lines)
    text = page(as_owner, order)
    assert "SKU-0099" in text
    assert "SKU-0100" not in text
    assert "Show 50 more lines" in text
    assert "SKU-0149" in page(as_owner, order, show="all")


def test_an_order_with_nothing_but_the_necessary_is_shown(as_owner: Client, source: Source) -> None:
    order = make_order(source, 6, customer={}, email=None, shippingAddress=None, lineItems=[], tags=[])
    text = page(as_owner, order)
    assert "The store names no customer." in text
    assert "This order has no lines" in text


def test_a_deleted_order_is_shown_and_has_no_buttons(as_owner: Client, order: Order) -> None:
    Order.across.filter(pk=order.pk).update(deleted_at=DUE)
    text = page(as_owner, order)
    assert "deleted in the store" in text
    assert "/do/" not in text


def test_what_a_person_has_set_bears_the_name(as_owner: Client, order: Order) -> None:
    Order.across.filter(pk=order.pk).update(kept={"/shippingAddress/city": {"kind": "user", "id": "1", "name": "Bo"}})
    assert "Pinned by Bo" in page(as_owner, order)


def test_lines_and_units_are_counted_as_people_say_it(as_owner: Client, source: Source) -> None:
    for number, units, words in (
        (1, 1, "1 line, 1 unit<"),
        (2, 2, "1 line, 2 units<"),
        (3, "0.5", "1 line, 0.5 units<"),
    ):
        order = make_order(source, number, lineItems=[{"uniqueId": "l1", "sku": "TEA-1", "quantity": units}])
        assert words in as_owner.get(f"/orders/{order.public_id}").content.decode()
