"""What a real (local) shop is told of stock: never twice, never back, whatever dies on the way."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from psycopg.errors import LockNotAvailable

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration, Pace, StockChannel, StockNumber
from integrations.outbound import channels
from integrations.outbound.channels import compare
from integrations.outbound.reading import AT_ONCE
from integrations.outbound.stock import Teller, tell_due
from integrations.outbound.stock_shown import state_of, told
from orders.engines import setting
from orders.fulfillments.by_hand import Shipment, report_by_hand
from orders.inventory.levels import are_needs_known
from orders.inventory.virtual import settle_virtual
from orders.lifecycle import edits
from orders.models import Location, Order, OrderException, Product, Publication, Source
from portal.deliveries.senders import SETTLE
from portal.events.dispatch import drain
from portal.kit.jobs import bells
from tests.factories import make_location
from tests.integrations.conftest import TESTER, run_flow
from tests.integrations.outbound.stock import AGO, channel, make_due, number, publish, settle
from tests.orders.inventory.stock import stock
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db

POT = "POT-STONE-06"


def product_of(sandbox: Sandbox, sku: str) -> dict[str, Any]:
    found = next(
        (one for one in sandbox.store.shelf.all() if sku in (one["sku"], *(c.get("sku") for c in one["combinations"]))),
        None,
    )
    assert found is not None
    return found


def shelf(sandbox: Sandbox, sku: str = POT) -> int | None:
    product = product_of(sandbox, sku)
    held = next((one for one in product["combinations"] if one.get("sku") == sku), product)
    return None if held["unlimited"] else int(held["quantity"])


def writes(sandbox: Sandbox) -> list[str]:
    """Return what the shop was told, as its own book has it."""
    calls = sandbox.ledger()
    return [call["path"].partition("/1003")[2] for call in calls if call["method"] == "PUT" and call["status"] == 200]


@pytest.fixture
def shop(integration: Integration) -> Integration:
    """A shop that is told its stock."""
    return lifecycle.save_flows(integration, {"inventory": "push"}, by=TESTER)


@pytest.fixture
def warehouse(shop: Integration) -> Location:
    """A place that the shop knows nothing of."""
    return make_location(Source.across.create(organization=shop.organization, name="Acme", connector="acme"))


@pytest.fixture
def pot(shop: Integration, warehouse: Location, sandbox: Sandbox) -> str:
    """Ten stoneware pots lie in the warehouse, and the shop knows of them."""
    publish(shop, POT, str(product_of(sandbox, POT)["id"]))
    stock(warehouse, POT, on_hand=10)
    settle()
    assert shelf(sandbox) == 10
    return POT


def test_a_sale_of_the_shop_is_not_subtracted_twice(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    before = len(writes(sandbox))
    sandbox.place_order({pot: 2})
    assert shelf(sandbox) == 8
    run_flow(shop)
    settle()
    assert shelf(sandbox) == 8
    order = Order.across.get()
    assert (number(pot).told, order.status) == (8, "new")
    assert len(writes(sandbox)) == before, "the shop has subtracted it itself"
    ship(order, warehouse)
    settle()
    assert shelf(sandbox) == 8
    assert len(writes(sandbox)) == before
    stock(warehouse, pot, on_hand=12)  # a recount: 20 on hand
    sandbox.place_order({pot: 3})
    run_flow(shop)
    settle()
    assert shelf(sandbox) == 17
    assert writes(sandbox)[before:] == [f"/products/{product_of(sandbox, pot)['id']}/inventory"]


def ship(order: Order, warehouse: Location) -> None:
    """Route an order's first line to the warehouse, and ship it."""
    edits.move(order.pk, "ready", by=TESTER)
    request = request_for(Order.across.get(pk=order.pk), warehouse)
    with transaction.atomic():
        settle_virtual([order.pk], TESTER)
    report_by_hand(request, Shipment({0: Decimal(2)}, token="t1"), by=TESTER)


@pytest.mark.django_db(transaction=True)
def test_numbers_that_are_being_noted_wait_a_moment_and_not_for_a_lease(
    warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    stock(warehouse, pot, on_hand=-3)
    drain("stock")
    make_due()
    noting = connection.copy()
    try:
        noting.set_autocommit(False)
        with noting.cursor() as other, connection.cursor() as mine:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtext('integrations.stock'), %s)", [channel().organization_id]
            )
            mine.execute("SET lock_timeout = '50ms'")
            assert Teller(channel()).run() == 1
            mine.execute("RESET lock_timeout")
    finally:
        noting.close()
    assert (number(pot).state, number(pot).failures, shelf(sandbox)) == ("pending", 0, 10)
    settle()
    assert shelf(sandbox) == 7


def test_what_cannot_be_noted_after_its_call_keeps_its_lease(
    warehouse: Location, sandbox: Sandbox, pot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(warehouse, pot, on_hand=-3)
    drain("stock")
    make_due()

    def too_late(*_: object, **__: object) -> None:
        raise OperationalError("lock timeout") from LockNotAvailable()

    with monkeypatch.context() as patch:
        patch.setattr(Teller, "_told", too_late)
        with pytest.raises(OperationalError):
            Teller(channel()).run()
    assert (number(pot).state, shelf(sandbox)) == ("running", 7)
    assert StockNumber.across.filter(lease_until__gt=Now() + SETTLE).exists(), "sooner, reading proves nothing"
    StockNumber.across.update(lease_until=Now())
    Teller(channel()).run()
    settle()
    assert shelf(sandbox) == 7


def test_more_articles_than_one_question_may_name_are_all_found_there(
    shop: Integration, warehouse: Location, sandbox: Sandbox
) -> None:
    sample = product_of(sandbox, POT)
    skus = [f"CUP-{place:03}" for place in range(AT_ONCE + 2)]
    for sku in skus:
        made = sandbox.store.shelf.add(sample | {"sku": sku, "name": sku, "unlimited": False, "quantity": 3})
        publish(shop, sku, str(made["id"]))
        stock(warehouse, sku, on_hand=3)
    settle()
    assert StockNumber.across.filter(shown=3, told=3).count() == len(skus)
    assert not OrderException.across.exists()
    assert writes(sandbox) == []


def test_what_changes_here_is_told_once_and_what_is_the_same_not_at_all(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    before = len(writes(sandbox))
    stock(warehouse, pot, on_hand=5)
    stock(warehouse, pot, on_hand=-2)
    settle()
    assert (shelf(sandbox), len(writes(sandbox))) == (13, before + 1)
    stock(warehouse, pot, on_hand=4)
    stock(warehouse, pot, on_hand=-4)
    settle()
    assert (shelf(sandbox), len(writes(sandbox))) == (13, before + 1)
    Location.across.filter(pk=warehouse.pk).update(exclude_from_totals=True)
    settle()
    assert (shelf(sandbox), number(pot).told) == (0, 0)


def test_a_sale_that_is_not_known_here_yet_is_not_overwritten(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    sandbox.place_order({pot: 2})
    stock(warehouse, pot, on_hand=5)
    settle()
    assert shelf(sandbox) == 13
    run_flow(shop)
    settle()
    assert (shelf(sandbox), number(pot).shown) == (13, 13)


@pytest.mark.parametrize("where", ["shop", "here", "deleted in the shop"])
def test_a_canceled_order_gives_its_units_back_once(shop: Integration, sandbox: Sandbox, pot: str, where: str) -> None:
    placed = sandbox.place_order({pot: 2})
    run_flow(shop)
    settle()
    if where == "shop":
        sandbox.store.orders.update(placed["id"], {"paymentStatus": "CANCELLED"})
    elif where == "here":
        edits.move(Order.across.get().pk, "cancel", by=TESTER)
    else:
        sandbox.store.orders.delete(placed["id"])
    run_flow(shop)
    settle()
    assert (shelf(sandbox), number(pot).shown) == (10, 10)


def test_an_unpaid_order_takes_nothing_here_and_stays_subtracted_there(
    shop: Integration, sandbox: Sandbox, pot: str
) -> None:
    placed = sandbox.place_order({pot: 2}, payment_status="AWAITING_PAYMENT")
    run_flow(shop)
    settle()
    compare(channel())
    settle()
    assert shelf(sandbox) == 8
    sandbox.store.orders.update(placed["id"], {"paymentStatus": "PAID"})
    run_flow(shop)
    settle()
    assert (shelf(sandbox), number(pot).told, Order.across.get().status) == (8, 8, "new")


def test_what_nobody_counts_here_stays_as_it_is_there(shop: Integration, warehouse: Location, sandbox: Sandbox) -> None:
    publish(shop, "CUP-SET-2", str(product_of(sandbox, "CUP-SET-2")["id"]))
    settle()
    assert (shelf(sandbox, "CUP-SET-2"), writes(sandbox)) == (57, [])


def test_variations_have_numbers_of_their_own_and_may_be_called_otherwise_there(
    shop: Integration, warehouse: Location, sandbox: Sandbox
) -> None:
    tin = product_of(sandbox, "TIN-ROUND")
    parent = publish(shop, "TIN-ROUND", str(tin["id"]))
    for place, size in enumerate("SML"):
        api_id = f"{tin['id']}-{tin['combinations'][place]['id']}"
        ours = {"L": "OUR-LARGE-TIN"}.get(size, f"TIN-ROUND-{size}")
        publish(shop, ours, api_id, there=f"TIN-ROUND-{size}", parent=parent)
        stock(warehouse, ours, on_hand=30 + place)
    settle()
    sandbox.place_order({"TIN-ROUND-M": 4})
    run_flow(shop)
    settle()
    assert [shelf(sandbox, f"TIN-ROUND-{size}") for size in "SML"] == [30, 27, 32]


def test_a_sku_that_the_shop_does_not_have_is_looked_for_once_an_hour(
    shop: Integration, warehouse: Location, sandbox: Sandbox
) -> None:
    """What it sells under other names changes as often as all the rest, and each look is a call."""

    def looks() -> int:
        return sum(call["path"].startswith("/api/v3/1003/products") for call in sandbox.ledger())

    for place in range(12):
        stock(warehouse, f"NOT-THERE-{place}", on_hand=10)
    stock(warehouse, POT, on_hand=7)
    settle()
    assert (shelf(sandbox), StockNumber.across.filter(product_api_id="").count()) == (7, 12)
    before = looks()
    stock(warehouse, "NOT-THERE-1", on_hand=1)
    settle()
    assert looks() == before
    StockNumber.across.update(missed_at=Now() - AGO * 7)
    product = product_of(sandbox, "POT-GLASS-10")
    sandbox.store.shelf.save(product | {"sku": "NOT-THERE-1"})
    stock(warehouse, "NOT-THERE-1", on_hand=1)
    settle()
    assert number("NOT-THERE-1").product_api_id == str(product["id"])
    assert shelf(sandbox, "NOT-THERE-1") == 12
    assert looks() - before < 6


def test_what_is_not_counted_is_sold_without_end_and_counted_again_when_it_is(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    Location.across.filter(pk=warehouse.pk).update(infinite=True)
    settle()
    assert (shelf(sandbox), number(pot).endless, number(pot).told) == (None, True, None)
    Location.across.filter(pk=warehouse.pk).update(infinite=False)
    settle()
    assert (shelf(sandbox), number(pot).endless, number(pot).told) == (10, False, 10)


def test_the_comparison_of_the_night_mends_and_says_how_much_differed(
    shop: Integration, sandbox: Sandbox, pot: str, as_owner: Client
) -> None:
    product = product_of(sandbox, pot)
    sandbox.store.shelf.move(product["id"], None, +7)  # somebody typed in the shop's own admin
    settle()
    assert shelf(sandbox) == 17
    StockChannel.across.update(check_at=Now())
    settle()
    state = state_of(shop)
    assert state is not None
    assert (shelf(sandbox), state.differed, state.waiting, state.sku) == (10, 1, 0, pot)
    assert state.checked_at is not None
    page = as_owner.get(reverse("integrations:detail", args=[shop.public_id])).content.decode()
    assert "Stock told" in page
    assert "1 SKU differed" in page
    call_command("sync", shop.name)  # what is told is no pull, and is passed over
    sandbox.store.shelf.move(product["id"], None, -3)
    compare(channel())
    settle()
    assert (shelf(sandbox), channel().differed) == (10, 1)


@pytest.mark.parametrize("fault", ["cut", "server_error", "rate_limited"])
def test_an_answer_that_is_lost_is_looked_up_before_anything_is_told_again(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str, fault: str
) -> None:
    """`cut`: the shop has done it, and we do not hear of it; the others: it has not."""
    sandbox.set_fault(fault, times=1, path="/inventory", **({"seconds": 1} if fault == "rate_limited" else {}))
    stock(warehouse, pot, on_hand=5)
    drain("stock")
    make_due()
    tell_due()
    assert shelf(sandbox) == (15 if fault == "cut" else 10)
    assert number(pot).moving == (None if fault == "rate_limited" else 5)
    Pace.objects.update(blocked_until=None)
    settle()
    assert (shelf(sandbox), number(pot).failures, number(pot).moving) == (15, 0, None)


def test_a_product_that_is_gone_there_is_told_to_people_and_forgotten_when_it_is_back(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str, as_owner: Client
) -> None:
    address = f"/products/{Product.across.get(sku=pot).public_id}"
    publication = Publication.across.get(ext_product_api_id=str(product_of(sandbox, pot)["id"]))
    api_id = publication.ext_product_api_id
    Publication.across.update(ext_product_api_id="5")
    stock(warehouse, pot, on_hand=5)
    settle()
    (problem,) = OrderException.across.filter(type="stock_not_told", state="active")
    assert pot in problem.title
    assert told(shop.organization_id, pot)[0].error
    assert "Stock not told: " in as_owner.get(address).content.decode()
    Publication.across.update(ext_product_api_id=api_id)
    compare(channel())
    settle()
    assert shelf(sandbox) == 15
    assert not OrderException.across.filter(type="stock_not_told", state="active").exists()
    (now,) = told(shop.organization_id, pot)
    assert (now.units, now.waiting, now.error, now.source) == (15, False, "", shop.source)
    assert "Told that 15 units can be sold" in as_owner.get(address).content.decode()


def test_what_waits_while_the_shop_is_off_goes_out_when_it_is_on_again(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    lifecycle.disable(shop, by=TESTER)
    stock(warehouse, pot, on_hand=5)
    drain("stock")
    make_due()
    assert (tell_due(), shelf(sandbox)) == (0, 10)
    lifecycle.enable(shop, by=TESTER)
    settle()
    assert shelf(sandbox) == 15
    lifecycle.save_flows(shop, {"inventory": "disabled"}, by=TESTER)
    channels.keep()
    stock(warehouse, pot, on_hand=5)
    assert state_of(shop) is None
    lifecycle.save_flows(shop, {"inventory": "push"}, by=TESTER)
    settle()
    assert shelf(sandbox) == 20


def test_while_the_inventory_engine_is_off_a_sale_is_not_given_back(
    shop: Integration, sandbox: Sandbox, pot: str
) -> None:
    setting.switch(shop.organization, setting.INVENTORY, on=False, by=TESTER)
    sandbox.place_order({pot: 2})
    run_flow(shop)
    bells.get("events:stock")()
    make_due()
    assert (tell_due(), shelf(sandbox), are_needs_known(shop.organization_id)) == (0, 8, False)
    setting.switch(shop.organization, setting.INVENTORY, on=True, by=TESTER)
    make_due()
    assert (tell_due(), shelf(sandbox)) == (0, 8)  # what open orders need is counted first
    bells.get("virtual commits")()
    settle()
    assert (shelf(sandbox), number(pot).told) == (8, 8)


def test_a_number_that_came_too_late_is_never_told(
    shop: Integration, warehouse: Location, sandbox: Sandbox, pot: str
) -> None:
    """A worker that fell asleep before its call finds that another has its number by now."""
    stock(warehouse, pot, on_hand=5)
    drain("stock")
    make_due()
    slow = Teller(channel())
    asleep = slow._differing

    def wakes_late() -> list[StockNumber]:
        rows = asleep()
        StockNumber.across.update(lease_until=Now() - AGO)
        stock(warehouse, pot, on_hand=-9)
        drain("stock")
        assert Teller(channel()).run() == 1
        return rows

    slow._differing = wakes_late  # type: ignore[method-assign]
    slow.run()
    settle()
    assert (shelf(sandbox), number(pot).told) == (6, 6)
    assert len(writes(sandbox)) == 2  # the ten at the beginning, and the six: never the fifteen
