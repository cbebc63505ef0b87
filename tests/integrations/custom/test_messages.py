"""Signed messages both ways: what a shop or a warehouse sends us, and what a shop is told."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from integrations.connectors.custom_warehouse.sandbox.server import Door, Fault, serve
from integrations.custom import keys
from integrations.hooks import address
from integrations.kit import standard_webhooks
from integrations.models import HookMessage, Integration
from orders.models import Fulfillment, InventoryLevel, Order, ShippingRequest
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due, try_again
from portal.events.dispatch import drain
from tests.integrations.conftest import TESTER, reread
from tests.integrations.custom.conftest import an_order
from tests.integrations.custom.test_api import parcel
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db
Made = tuple[Integration, keys.Secrets]
Routed = Callable[..., ShippingRequest]


def knock(
    integration: Integration, secret: str, topic: str, told: Any, *, id: str = "m1", at: float | None = None
) -> Any:
    """Send a signed message to the address of an integration."""
    hooks = address.hooks_of(integration)
    assert hooks is not None
    address.ensure(integration)
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = standard_webhooks.sign(secret, id=id, body=body, at=at)
    path = f"{address.path_of(integration, hooks)}/{topic}" if topic else address.path_of(integration, hooks)
    return Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers=headers)


def test_a_signed_order_is_taken_once_and_another_s_is_not(store: Made, warehouse: Made) -> None:
    integration, secrets = store
    for status in (202, 200, 200):
        assert knock(integration, secrets.signing, "order.upserted", an_order()).status_code == status
    assert knock(integration, secrets.signing, "order.upserted", an_order(note="x")).status_code == 409
    assert knock(integration, warehouse[1].signing, "order.upserted", an_order("o-2"), id="m2").status_code == 401
    late = knock(integration, secrets.signing, "order.upserted", an_order("o-2"), id="m2", at=time.time() - 301)
    assert late.status_code == 401
    assert [order.ext_order_api_id for order in Order.across.all()] == ["o-1"]
    assert HookMessage.objects.count() == 1


def test_what_does_not_fit_is_told_by_path_and_may_come_again_mended(store: Made) -> None:
    integration, secrets = store
    wrong = knock(integration, secrets.signing, "order.upserted", an_order(currency="dollars"))
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "/currency")
    assert knock(integration, secrets.signing, "order.upserted", b"[").status_code == 400
    assert knock(integration, secrets.signing, "inventory.changed", {}).status_code == 422
    assert knock(integration, secrets.signing, "order.upserted", an_order()).status_code == 202
    told = {"type": "order.cancelled", "data": {"order_id": "o-1"}}
    assert knock(integration, secrets.signing, "", told, id="m2").json() == {"id": "o-1", "status": "cancelled"}


def test_both_secrets_count_for_a_day_after_a_rotation(store: Made) -> None:
    integration, secrets = store
    new = keys.rotate(integration, by=TESTER)
    for number, secret in enumerate((secrets.signing, new)):
        assert knock(integration, secret, "order.upserted", an_order(f"o-{number}"), id=f"m{number}").status_code == 202
    integration.credentials.filter(field="signing_former").update(updated_at="2026-01-01T00:00:00Z")
    assert knock(integration, secrets.signing, "order.upserted", an_order("o-9"), id="m9").status_code == 401
    assert keys.forget_former() == 1


def test_a_warehouse_answers_counts_and_ships_by_messages(warehouse: Made, barn: Program, routed: Routed) -> None:
    integration, secrets = warehouse
    request = routed()
    name = f"sr-{request.public_id}"
    messages: list[tuple[str, Any]] = [
        ("shipping_request.accepted", {"id": name, "external_id": "W-1"}),
        ("inventory.changed", {"sku": "TEA-1", "location_id": "w1", "mode": "absolute", "available": 6,
                               "committed": 2, "updated_at": "2026-01-05T10:00:00Z"}),
        ("fulfillment.created", parcel("f1", name, "l1", "TEA-1", 2)),
        ("shipping_request.rejected", {"id": name, "reason": "No tins left"}),
    ]  # fmt: skip
    for number, (topic, told) in enumerate(messages):
        assert knock(integration, secrets.signing, topic, told, id=f"m{number}").status_code == 202, topic
    assert list(Fulfillment.across.order_by("pk").values_list("kind", flat=True)) == ["shipped", "rejected"]
    assert InventoryLevel.across.get(sku="TEA-1", location__name="Barn").on_hand == 6


class Shop:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Any]] = []

    def take(self, id: str, topic: str, data: Any) -> tuple[int, dict[str, Any]]:
        self.told.append((id, topic, data))
        return 200, {}


@pytest.fixture
def door(settings: Settings, store: Made) -> Iterator[Door]:
    with serve(Shop(), store[1].signing) as door:  # type: ignore[arg-type]
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{door.server_port}"]
        keys.save_address(store[0], door.url, by=TESTER)
        yield door


def send() -> None:
    drain("telling")
    Delivery.across.filter(state="pending").update(next_at=Now())
    send_due()


def test_a_shop_is_told_what_was_shipped_and_again_when_asked(
    door: Door, store: Made, barn: Program, routed: Routed, as_owner: Client
) -> None:
    request = routed()
    door.fault = Fault("server_error", 2)
    barn.post("/warehouse/fulfillments", parcel("f1", f"sr-{request.public_id}", "l1", "TEA-1", 2))
    shop: Any = door.warehouse
    for _attempt in range(3):
        send()
    ((id, topic, data),) = shop.told
    assert (topic, data["order_id"], data["tracking_numbers"], data["complete"]) == (
        "fulfillment.created", "o-1", ["1Zf1"], False
    )  # fmt: skip
    delivery = Delivery.across.get(kind="fulfillment")
    assert delivery.state == "done"
    Delivery.across.update(state="parked")
    try_again(Delivery.across.get(kind="fulfillment"))
    send()
    assert [one[0] for one in shop.told] == [id, id]  # the same message: the shop does nothing the second time
    page = f"/integrations/{store[0].public_id}/connection/test/"
    assert as_owner.post(page).status_code == 302
    assert shop.told[-1][1] == "test"
    assert reread(store[0]).status == "connected"
