"""The portal over a million orders: lists, pages of single records, and the counts that stand on every page."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from bench.database import scalar
from bench.pages import page_figure
from bench.table import Figure
from orders.models import Order, OrderException, ShippingRequest
from portal.tenancy.models import Membership, Organization
from portal.ui.cards import cards
from portal.ui.menu import menu

PAGE_MS, COUNT_MS = 150.0, 50.0
_TIMES, _SAMPLE = 40, 200
_LISTS = {
    "orders, as they open": ("orders:list", ""),
    "orders, ready for fulfillment": ("orders:list", "?f=status~is_one_of~readyForFulfillment"),
    "orders, page 40": ("orders:list", "?page=40"),
    "orders, search of a number": ("orders:list", "?q=500123"),
    "shipping requests, as they open": ("orders:shipping_requests", ""),
    "shipping requests, sent": ("orders:shipping_requests", "?f=status~is_one_of~sentToFulfillment"),
    "shipping requests, search of a number": ("orders:shipping_requests", "?q=500123"),
    "fulfillments, as they open": ("orders:fulfillments", ""),
    "fulfillments, search of a tracking number": ("orders:fulfillments", "?q=TRK500123"),
    "exceptions, as they open": ("orders:exceptions", ""),
    "stock, as it opens": ("orders:inventory", ""),
    "home": ("portal:dashboard", ""),
}


def measure() -> list[Figure]:
    """Measure pages and counts in the connected database."""
    member = Membership.objects.select_related("user", "organization").get()
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    tables = ("orders_order", "orders_shippingrequest", "orders_orderline", "portal_history")
    orders, requests, lines, history = (scalar(f"SELECT count(*) FROM {one}") for one in tables)
    head = (
        f"pages with {orders:,} orders, {requests:,} shipping requests, {lines:,} lines, {history:,} rows of history: "
        "server time p50 / p95 / queries"
    )
    figures = [Figure(head, "")]
    for name, (url, query) in _LISTS.items():
        figures.append(page_figure(client, f"– {name}", cycle([reverse(url) + query]).__next__, PAGE_MS))
    for name, url, model in (
        ("order page", "orders:detail", Order),
        ("shipping request page", "orders:shipping_request", ShippingRequest),
        ("exception page", "orders:exception", OrderException),
    ):
        figures.append(page_figure(client, f"– {name}", _some(url, model).__next__, PAGE_MS))
    return [*figures, *_counts(member.organization)]


def _some(url: str, model: type[Order] | type[ShippingRequest] | type[OrderException]) -> Iterator[str]:
    """Yield the addresses of records chosen by chance."""
    chance, most = random.Random(11), scalar(f"SELECT max(id) FROM {model._meta.db_table}")
    wanted = [chance.randrange(1, most + 1) for _ in range(_SAMPLE)]
    found = list(model.across.filter(pk__in=wanted).values_list("public_id", flat=True))
    return (reverse(url, args=[one]) for one in cycle(found))


def _counts(organization: Organization) -> list[Figure]:
    def navigation() -> None:
        for entry in menu.entries.all():
            if entry.badge is not None:
                entry.badge(organization)

    def dashboard() -> None:
        for card in cards.all():
            render_to_string(card.template, card.read(organization))

    return [_timed("– counts of the navigation", navigation), _timed("– cards of the dashboard", dashboard)]


def _timed(what: str, act: Callable[[], None]) -> Figure:
    times = []
    for number in range(_TIMES + 5):
        started = time.perf_counter()
        act()
        if number >= 5:
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    measured = f"{times[len(times) // 2]:.0f} ms / {p95:.0f} ms"
    return Figure(what, measured, f"p95 under {COUNT_MS:.0f} ms", p95 < COUNT_MS)
