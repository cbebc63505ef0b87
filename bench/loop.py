"""The closed loop: real orders from the sandbox shop to the sandbox warehouse, and tracking back, everything on.

The product's own worker does it: rules, holds, routing, stock, requests, parcels, tracking, and the shop's numbers.
Beside it a bare script sends the same orders to the same kind of warehouse and the same tracking back, keeping nothing.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings

from automations import services
from automations.definition import Definition
from automations.models import Rule
from bench import database
from bench.rules import CODE_RULES, RULES
from bench.sides import PLACE
from bench.table import Figure
from bench.workers import ROOT, until, worker
from integrations import lifecycle
from integrations.connect import with_token
from integrations.models import Integration
from integrations.models.stock import StockNumber
from orders.models import InventoryLevel, Location, Order, OrderException, Publication
from orders.routing import cards
from portal.audit.actor import Actor
from portal.kit.clock import database_now
from portal.kit.invariants import broken
from portal.tenancy.models import Organization

Json = dict[str, Any]
BY = Actor.system("Benchmark")
SHARE, PER_SECOND = 0.5, 50.0
PAGE = 100
_WAIT = 1800
_APART = 4
"""Seconds between the moment at which the shop's numbers are known and the first sale: it tells whole seconds."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where one outside system is."""

    url: str
    token: str
    more: Json
    process: "subprocess.Popen[str]"

    def open(self) -> None:
        """Have all orders placed in the shop, and wait until they are."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("open\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def get(self, path: str, **params: Any) -> Any:
        """Ask it something."""
        answer = requests.get(f"{self.url}{path}", params=params, headers=self.headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    @property
    def headers(self) -> dict[str, str]:
        """What opens its door."""
        return {"Authorization": f"Bearer {self.token}"}


def measure(count: int) -> list[Figure]:
    """Measure the loop, and the bare script half before and half after it: machines change their speed meanwhile.

    Each has a shop and a warehouse of its own.
    """
    half = -(-count // 2)
    bare = _bare_alone(half)
    with _sides(count) as (shop, warehouse):
        seconds = _loop(count, shop, warehouse)
        _check(count, shop, warehouse)
    bare += _bare_alone(half)
    ours, theirs = count / seconds, 2 * half / bare
    rules = f"{len(RULES) + 1} rules ({CODE_RULES} JavaScript)"
    return [
        Figure(
            f"the loop, {count:,} orders, {rules}: shop, rules, routing, warehouse, tracking in the shop",
            f"{ours:,.0f}/s",
            f"at least {PER_SECOND:.0f}/s",
            ours >= PER_SECOND,
        ),
        Figure("– a bare script that sends the same to the same sandboxes", f"{theirs:,.0f}/s"),
        Figure(
            "– the loop against the bare script", f"{ours / theirs:.0%}", f"at least {SHARE:.0%}",
            ours >= SHARE * theirs,
        ),
    ]  # fmt: skip


@contextmanager
def _sides(count: int) -> Iterator[tuple[Side, Side]]:
    with _side("shop", count) as shop, _side("warehouse", count) as warehouse:
        yield shop, warehouse


@contextmanager
def _side(which: str, count: int) -> Iterator[Side]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sides", which, str(count)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield Side(told.pop("url"), told.pop("token"), told, process)
    finally:
        process.terminate()
        process.wait(30)


def _loop(count: int, shop: Side, warehouse: Side) -> float:
    """Return the seconds from the moment both are connected and stocked until all tracking stands in the shop."""
    settings.CONNECTOR_ENDPOINTS["ecwid"] = {"api": f"{shop.url}/api/v3", "oauth": f"{shop.url}/api/oauth"}
    settings.CONNECTOR_ENDPOINTS["shipbob"] = {"api": warehouse.url}
    hosts = [one.url.removeprefix("http://") for one in (shop, warehouse)]
    settings.ALLOWED_PRIVATE_HOSTS = hosts
    environment = {
        "ECWID_API_URL": f"{shop.url}/api/v3", "SHIPBOB_API_URL": warehouse.url,
        "ALLOWED_PRIVATE_HOSTS": ",".join(hosts),
        "ECWID_CALLS_PER_MINUTE": "1000000", "SHIPBOB_CALLS_PER_MINUTE": "1000000",
    }  # fmt: skip
    database.empty()
    organization = Organization.objects.create(name="Loop")
    _rules(organization)
    house = _connect(organization, "shipbob", {"token": warehouse.token}, _FLOWS["shipbob"])
    with worker(environment):
        skus = warehouse.more["skus"]
        stock = InventoryLevel.across.filter(organization=organization, on_hand__gt=0)
        until(lambda: stock.count() >= skus, "The stock of the warehouse", 300)
        place = Location.across.get(organization=organization, externals__ext_location_id=str(PLACE))
        card = {"destinations": [{"locations": [place.public_id]}], "check_stock": True, "allow_split": True}
        cards.create(organization, "All orders", card, by=BY)
        assert house.enabled
        store = lifecycle.add(
            organization, "ecwid", name="Shop", by=BY, flows={**_FLOWS["ecwid"], "orders": "disabled"}
        )
        begins = {"settings": {"whole_catalogue": True}, "sync_from": database_now().replace(year=2020)}
        Integration.across.filter(pk=store.pk).update(**begins)
        store.refresh_from_db()
        with_token(store, {"store_id": str(shop.more["store"]), "token": shop.token}, by=BY)
        sold = Publication.across.filter(source=store.source)
        until(lambda: sold.count() >= skus, "The catalogue of the shop", 300)
        numbers = StockNumber.across.filter(channel__source=store.source)
        until(
            lambda: numbers.count() >= sold.count() and not numbers.exclude(state="done").exists(), "Its numbers", 300
        )
        time.sleep(_APART)
        shop.open()
        started = time.perf_counter()
        lifecycle.save_flows(store, {"orders": "pull"}, by=BY)
        until(lambda: _shipped(shop) >= count, "The tracking of all orders", _WAIT, look_every=0.5)
        return time.perf_counter() - started


_FLOWS: Mapping[str, Mapping[str, str]] = {
    "ecwid": {"orders": "pull", "products": "pull", "fulfillments": "push", "inventory": "push"},
    "shipbob": {"shipping_requests": "push", "fulfillments": "pull", "inventory": "pull"},
}


def _connect(organization: Organization, connector: str, token: Json, flows: Mapping[str, str]) -> Integration:
    made = lifecycle.add(organization, connector, name=connector, by=BY, flows=flows)
    return with_token(made, token, by=BY)


def _rules(organization: Organization) -> None:
    """Have the twenty rules of the whole path judge each order; whoever holds one lets it go at once, to be routed."""
    services.ensure_defaults(organization)
    default = Rule.objects.within(organization).get(trigger="NEW_ORDER", is_default=True)
    services.save_rule(default, _at_once(Definition.model_validate(default.current.definition)), by=BY)
    for definition in RULES:
        made = services.create_rule(organization, "NEW_ORDER", _at_once(definition), by=BY)
        services.set_enabled(made, True, by=BY)


def _at_once(definition: Definition) -> Definition:
    """Return a rule whose hold, if it has one, ends as soon as it is placed."""
    settings = {"minutes": 0, "next_status": "readyForFulfillment"}
    actions = [
        one.model_copy(update={"settings": one.settings | settings}) if one.key == "hold" else one
        for one in definition.actions
    ]
    return definition.model_copy(update={"actions": tuple(actions)})


def _shipped(shop: Side) -> int:
    store = shop.more["store"]
    return int(shop.get(f"/api/v3/{store}/orders", fulfillmentStatus="SHIPPED", limit=1)["total"])


def _check(count: int, shop: Side, warehouse: Side) -> None:
    """Compare our books with both outside ones: nothing lost, nothing double."""
    book = warehouse.get("/sandbox/orders")["orders"]
    references = [one["reference_id"] for one in book]
    assert len(references) == len(set(references)) == count, f"The warehouse has {len(references)} orders."
    tracked: dict[str, str] = {}
    for offset in range(0, count + PAGE, PAGE):
        page = shop.get(f"/api/v3/{shop.more['store']}/orders", offset=offset, limit=PAGE)
        tracked |= {one["id"]: one.get("trackingNumber", "") for one in page["items"] if one["id"].startswith("L")}
    assert len(tracked) == count
    assert all(tracked.values()), "Some orders have no tracking."
    assert len(set(tracked.values())) == count, "Two orders have the same tracking."
    assert Order.across.filter(organization__name="Loop", status="fulfilled").count() >= count
    assert broken() == [], broken()
    raised = OrderException.across.values_list("type", "title")[:10]
    assert not raised, f"Nothing was wrong, and people were told: {list(raised)}"


def _bare_alone(count: int) -> float:
    """Return the seconds that the bare script needs for so many orders, with nothing beside it."""
    with _sides(count) as (shop, warehouse):
        shop.open()
        return _bare(count, shop, warehouse)


def _bare(count: int, shop: Side, warehouse: Side) -> float:
    """Do the same calls by hand, one after the other, keeping nothing but a list."""
    at, to = requests.Session(), requests.Session()
    at.headers.update(shop.headers)
    channel = next(
        one["id"] for one in warehouse.get("/2026-01/channel")["items"] if "orders_write" in one["scopes"]
    )  # fmt: skip
    to.headers.update(warehouse.headers | {"shipbob_channel_id": str(channel)})
    orders_url = f"{shop.url}/api/v3/{shop.more['store']}/orders"
    started = time.perf_counter()
    mine: dict[str, str] = {}
    for offset in range(0, count + PAGE, PAGE):
        for one in at.get(orders_url, params={"offset": str(offset), "limit": str(PAGE)}, timeout=60).json()["items"]:
            if one["id"].startswith("L"):
                mine[str(one["internalId"])] = one["id"]
                to.post(f"{warehouse.url}/2026-01/order", json=_order(one), timeout=60).raise_for_status()
    told: set[str] = set()
    while len(told) < count:
        assert time.perf_counter() - started < _WAIT, f"The warehouse ships {len(told)} of {count}, and no more."
        page = to.get(
            f"{warehouse.url}/2026-01/order",
            params={"HasTracking": "true", "IsTrackingUploaded": "false", "SortOrder": "Oldest", "Limit": "250"},
            timeout=60,
        ).json()
        done = [shipment for one in page for shipment in one["shipments"]]
        for one in page:
            number = one["shipments"][0]["tracking"]["tracking_number"]
            body = {"trackingNumber": number, "fulfillmentStatus": "SHIPPED"}
            at.put(f"{orders_url}/{one['reference_id']}", json=body, timeout=60).raise_for_status()
            told.add(one["reference_id"])
        ids = {"shipment_ids": [one["id"] for one in done], "is_tracking_uploaded": True}
        to.post(f"{warehouse.url}/2026-01/shipment:batchUpdateTrackingUpload", json=ids, timeout=60).raise_for_status()
    return time.perf_counter() - started


def _order(one: Json) -> Json:
    person = one.get("shippingPerson") or {}
    address = {
        "address1": person.get("street") or "1 Street", "city": person.get("city") or "London",
        "country": person.get("countryCode") or "GB", "zip_code": person.get("postalCode") or "N1 1AA", "state": "",
    }  # fmt: skip
    lines = [
        {"reference_id": item["sku"], "sku": item["sku"], "name": item["name"], "quantity": item["quantity"]}
        for item in one["items"]
    ]
    return {
        "reference_id": str(one["internalId"]), "order_number": one["id"], "shipping_method": "Standard",
        "type": "DTC", "recipient": {"name": person.get("name") or "A", "address": address}, "products": lines,
        "location_id": PLACE,
    }  # fmt: skip
