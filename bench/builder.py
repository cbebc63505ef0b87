"""The filter builder on the server: how long each edit of a filter takes, through Django's own client.

The filter has twelve conditions in nested groups, one of them bound to a line: larger than most.
"""

import time

from django.test import Client
from django.urls import reverse

from bench.shop import Shop
from bench.table import Figure

GOAL_MS = 50.0
WARM, TIMES = 5, 60
EDITS = {
    "looking at what was typed": "filter:look",
    "adding a condition": "filter:add:1",
    "adding a group": "filter:add_group:",
    "duplicating a group": "filter:duplicate:1",
    "negating a group": "filter:negate:2",
    "moving a condition": "filter:move:0>1.0",
    "removing a condition": "filter:remove:1.1",
}


def form() -> dict[str, list[str]]:
    """Return the posted form of the filter."""
    data: dict[str, list[str]] = {"f.match": ["all"]}
    _put(data, "0", "status", "is_one_of", "onHold", "new", "readyForFulfillment")
    data["f.1.match"] = ["any"]
    _put(data, "1.0", "totalPrice", "between", "50", "500")
    _put(data, "1.1", "tags", "contains_any", "vip", "wholesale")
    _put(data, "1.2", "shippingAddress.country", "is_one_of", "GB", "DE", "FR")
    _put(data, "1.3", "email", "ends_with", "@example.com")
    data |= {"f.2.match": ["all"], "f.2.lines": ["any"]}
    _put(data, "2.0", "lineItems.sku", "equals", "22423")
    _put(data, "2.1", "lineItems.quantity", "gte", "6")
    data["f.3.match"] = ["none"]
    _put(data, "3.0", "customer.company", "contains", "gmbh")
    _put(data, "3.1", "shippingAddress.city", "equals", "Leeds")
    _put(data, "3.2", "orderNote", "is_empty")
    data["f.3.3.match"] = ["all"]
    _put(data, "3.3.0", "extOrderCreatedAt", "in_last", "30", "days")
    _put(data, "3.3.1", "shippingPrice", "gt", "10")
    _put(data, "4", "currency", "equals", "GBP")
    return data


def _put(data: dict[str, list[str]], path: str, field: str, operator: str, *values: str) -> None:
    data |= {f"f.{path}.field": [field], f"f.{path}.operator": [operator], f"f.{path}.value": list(values)}


def measure(shop: Shop) -> list[Figure]:
    """Measure each edit; all the server does, without the network and the browser."""
    client = Client()
    client.force_login(shop.owner, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("ui:filter_step", args=["orders"])
    figures = [Figure("filter builder, twelve conditions, server time p50 / p95", "")]
    for name, do in EDITS.items():
        p50, p95 = _percentiles(client, address, form() | {"do": [do]})
        figures.append(Figure(f"– {name}", f"{p50:.0f} / {p95:.0f} ms", f"p95 under {GOAL_MS:.0f} ms", p95 < GOAL_MS))
    return figures


def _percentiles(client: Client, address: str, data: dict[str, list[str]]) -> tuple[float, float]:
    times = []
    for number in range(WARM + TIMES):
        started = time.perf_counter()
        answer = client.post(address, data, headers={"HX-Request": "true"})
        took = (time.perf_counter() - started) * 1000
        assert answer.status_code == 200, f"{data['do'][0]} answered {answer.status_code}: {answer.content[:200]!r}"
        if number >= WARM:
            times.append(took)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]
