"""A shop of one's own: what the suite of shops asks (`tests.integrations.conformance`), as far as it sends by itself.

Pages, gates, pauses and lost access are the matter of shops that are asked; here the shop calls.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django import Settings

from integrations import lifecycle
from integrations.connectors.custom_warehouse.sandbox import server
from integrations.connectors.custom_warehouse.sandbox.server import Door, Fault
from integrations.custom import keys
from integrations.models import Integration, KeptAnswer
from orders.models import Order, Product, Publication
from portal.kit.jobs import watchers
from portal.kit.json import Json
from portal.tenancy.models import Organization
from tests.integrations.conformance_parcels import ParcelsConformance
from tests.integrations.conftest import TESTER, order_numbers, reread
from tests.integrations.custom.conftest import an_order, make, shop, store  # noqa: F401 - fixtures
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db
Made = tuple[Integration, keys.Secrets]


class Shop:
    """Keeps orders and sends those that changed, as often as it likes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.orders: dict[str, Json] = {}

    def place(self, count: int) -> list[str]:
        names = [f"o-{number}" for number in range(len(self.orders), len(self.orders) + count)]
        self.orders |= {name: an_order(name) for name in names}
        return names

    def change(self, name: str, **fields: Any) -> None:
        self.orders[name] |= {"updated_at": "2026-01-06T10:00:00Z", **fields}

    def send(self, names: Sequence[str] | None = None) -> list[int]:
        """Send orders by hundreds; returns the statuses of the answers."""
        told = [self.orders[name] for name in (names if names is not None else list(self.orders))]
        parts = [told[start : start + 100] for start in range(0, len(told), 100)]
        return [self.program.post("/store/orders", part).status_code for part in parts]


@pytest.fixture
def sandbox_shop(shop: Program) -> Shop:  # noqa: F811
    return Shop(shop)


def test_orders_come_once_and_in_full(sandbox_shop: Shop, store: Made) -> None:  # noqa: F811
    placed = sandbox_shop.place(130)
    for _again in range(2):
        assert set(sandbox_shop.send()) == {200}
    assert sorted(order_numbers(store[0])) == sorted(f"A-{name}" for name in placed)


def test_changes_and_cancellations_arrive_in_any_order_and_count_once(
    sandbox_shop: Shop,
    store: Made,  # noqa: F811
) -> None:
    changed, canceled, *_rest = sandbox_shop.place(5)
    sandbox_shop.send()
    before = [dict(one) for one in sandbox_shop.orders.values()]
    sandbox_shop.change(changed, note="Ring twice")
    sandbox_shop.change(canceled, status="cancelled")
    late = [*sandbox_shop.orders.values(), *before, *sandbox_shop.orders.values()]
    random.Random(7).shuffle(late)
    for one in late:
        sandbox_shop.program.post("/store/orders", one)
    orders = {order.ext_order_api_id: order for order in Order.across.filter(source=store[0].source)}
    assert (orders[changed].version, orders[changed].content["orderNote"]) == (2, "Ring twice")
    assert orders[canceled].status == "canceled"
    assert len(orders) == 5


def test_nothing_flows_while_switched_off_and_everything_comes_afterwards(
    sandbox_shop: Shop,
    store: Made,  # noqa: F811
) -> None:
    lifecycle.disable(store[0], by=TESTER)
    sandbox_shop.place(2)
    assert sandbox_shop.send() == [503]
    assert order_numbers(store[0]) == []
    lifecycle.enable(reread(store[0]), by=TESTER)
    assert sandbox_shop.send() == [200]
    assert len(order_numbers(store[0])) == 2


def test_products_come_with_variants_and_bundles(shop: Program, store: Made) -> None:  # noqa: F811
    told: list[Json] = [
        {"sku": "TEA", "name": "Tea"},
        {"sku": "TEA-S", "name": "Tea, small", "parent_sku": "TEA", "options": {"size": "S"}, "price": "4.50",
         "currency": "USD", "weight_g": 120},
        {"sku": "SET", "name": "Gift set", "components": [{"sku": "TEA-S", "quantity": 2}]},
        {"sku": "BAD", "price": 4.5},
    ]  # fmt: skip
    answer = shop.post("/store/products", told)
    assert answer.data["counts"] == {"created": 3, "refused": 1}
    assert answer.data["results"][3]["errors"][0]["path"] == "/price"
    kinds = dict(Product.across.values_list("sku", "kind"))
    assert kinds == {"TEA": "parent", "TEA-S": "child", "SET": "bundle"}
    assert Publication.across.filter(source=store[0].source).count() == 3
    shop.post("/store/products", told[0] | {"name": "Green tea"})
    assert Product.across.get(sku="TEA").name == "Green tea"
    assert Product.across.get(sku="TEA").kind == "parent"


def test_what_is_kept_for_a_key_is_forgotten(shop: Program, store: Made) -> None:  # noqa: F811
    tidy = watchers.get("old answers and signing secrets of custom integrations").job
    shop.post("/store/orders", an_order(), **{"Idempotency-Key": "k1"})
    assert tidy() == 0
    KeptAnswer.objects.update(at="2026-01-01T00:00:00Z")
    assert tidy() == 1


@dataclass
class OwnShop:
    """A shop with an address: it knows a message by its ID, and what it has shown of an order."""

    program: Program = field(default_factory=Program)
    told: dict[str, Json] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    door: Door | None = None

    def take(self, id: str, topic: str, data: Json) -> tuple[int, Json]:
        if data.get("order_id") in self.refused:
            return 422, {"errors": [{"code": "unknown", "message": "No such order."}]}
        self.told.setdefault(id, data)
        return 200, {}


class TestCustomStoreParcels(ParcelsConformance):
    def serve(self, settings: Settings) -> Iterator[OwnShop]:
        own = OwnShop()
        with pytest.MonkeyPatch.context() as patch, server.serve(own, "") as door:  # type: ignore[arg-type]
            patch.setattr(server, "LATE", 0.7)
            settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{door.server_port}"]
            own.door = door
            yield own

    def connect(self, organization: Organization, channel: OwnShop) -> Integration:
        assert channel.door is not None
        made, secrets = make(organization, "custom_store", "Corner shop")
        channel.program, channel.door.secret = Program(secrets.key), secrets.signing
        return keys.save_address(made, channel.door.url, by=TESTER)

    def reconnect(self, channel: OwnShop, integration: Integration) -> None:
        assert channel.door is not None
        keys.save_address(integration, channel.door.url, by=TESTER)

    def order(self, channel: OwnShop, integration: Integration) -> Order:
        lines = [{"id": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "unit_price": "20.00"}]
        assert channel.program.post("/store/orders", an_order(lines=lines)).status_code == 200
        return Order.across.get(ext_order_api_id="o-1")

    def shown(self, channel: OwnShop, order: Order) -> list[str]:
        return [number for one in self._of(channel, order) for number in one["tracking_numbers"]]

    def is_complete(self, channel: OwnShop, order: Order) -> bool:
        return any(one["complete"] for one in self._of(channel, order))

    def _of(self, channel: OwnShop, order: Order) -> list[Json]:
        return [one for one in channel.told.values() if one["order_id"] == order.ext_order_api_id]

    def refuse(self, channel: OwnShop, order: Order) -> None:
        channel.refused.add(order.ext_order_api_id)

    def fault(self, channel: OwnShop, kind: str, *, times: int | None = None) -> None:
        assert channel.door is not None
        channel.door.fault = Fault(kind, times)

    def heal(self, channel: OwnShop) -> None:
        assert channel.door is not None
        channel.door.fault = Fault()
