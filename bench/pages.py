"""Pages over many orders: server time and queries, through Django's own client."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.shop import Shop
from bench.table import Figure
from orders.models import Order

GOAL_MS = 100.0
GOAL_QUERIES = 12
_WARM, _TIMES = 10, 120


def measure(shop: Shop) -> list[Figure]:
    """Measure the orders list in the ways people use it, and the pages of orders chosen by chance."""
    client = Client()
    client.force_login(shop.owner, backend="django.contrib.auth.backends.ModelBackend")
    there = Order.objects.within(shop.organization).count()
    figures = [Figure(f"pages with {there:,} orders, server time p50 / p95 / queries", "")]
    for name, address in _lists().items():
        figures.append(page_figure(client, f"– orders list, {name}", cycle([address]).__next__))
    figures.append(page_figure(client, "– order page", _order_pages(shop).__next__))
    return figures


def _lists() -> dict[str, str]:
    path = reverse("orders:list")
    return {
        "as it opens": path,
        "page 40": f"{path}?page=40",
        "on hold": f"{path}?f=status~is_one_of~onHold",
        "over 500 pounds, dearest first": f"{path}?f=totalPrice~gt~500&sort=-total",
        "with an article": f"{path}?f=lineItems.sku~equals~22423",
        "search of a number": f"{path}?q=536365",
        "search of an article": f"{path}?q=22423",
        "search of the beginning of a number": f"{path}?q=5363",
        "search of what is nowhere": f"{path}?q=nobody",
    }


def _order_pages(shop: Shop) -> Iterator[str]:
    chance = random.Random(11)
    ids = list(Order.objects.within(shop.organization).order_by("pk").values_list("public_id", flat=True))
    while True:
        yield reverse("orders:detail", args=[chance.choice(ids)])


def page_figure(client: Client, what: str, address: Callable[[], str], goal_ms: float = GOAL_MS) -> Figure:
    """Ask for pages, a new address each time, and return server time and queries beside the goal."""
    times = []
    for number in range(_WARM + _TIMES):
        path = address()
        started = time.perf_counter()
        answer = client.get(path)
        took = (time.perf_counter() - started) * 1000
        assert answer.status_code == 200, f"{path} answered {answer.status_code}."
        if number >= _WARM:
            times.append(took)
    with CaptureQueriesContext(connection) as captured:
        client.get(address())
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    met = p95 < goal_ms and len(captured) <= GOAL_QUERIES
    goal = f"p95 under {goal_ms:.0f} ms, at most {GOAL_QUERIES} queries"
    return Figure(what, f"{p50:.0f} ms / {p95:.0f} ms / {len(captured)}", goal, met)
