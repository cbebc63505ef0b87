"""Twelve typical filters over a million orders: the first page and the count, as the list of orders asks.

Each is asked again and again with other values, as people do; the plan of each is kept in `bench/plans`
and looked at: where an index is possible, no big table may be read from end to end.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.database import scalar
from bench.table import Figure
from orders.lists.orders import ORDERS
from orders.models import Order
from portal.filters.tree import Condition, Duration, Group, Measure, Node
from portal.kit import json
from portal.tenancy.models import Organization
from portal.ui.list_state import State

PAGE_MS, COUNT_MS = 150.0, 400.0
WARM, TIMES = 2, 25
PLANS = Path(__file__).resolve().parent / "plans"
BIG = ("orders_order", "orders_orderline")
_BUSY = ("22423", "85123A", "22720", "20725", "21212", "22457")
_RARE = ("71053", "84029E", "22960", "21733", "22086")


@dataclass(frozen=True, slots=True)
class Filter:
    """One of the twelve: what it is called, and the trees it is asked with, one after the other."""

    name: str
    trees: Sequence[Group]
    indexed: bool = True
    """Whether an index is possible, so that reading a whole table is a fault."""


def _all(*items: Node, lines: Any = None) -> Group:
    return Group("all", items, lines)


def _is(field: str, operator: str, value: Any = None, lines: Any = None) -> Condition:
    return Condition(field, operator, value, lines)


def filters() -> list[Filter]:
    """Return the twelve, each with frequent and with rare values."""
    day = _newest().date()
    status, placed, sku = "status", "extOrderCreatedAt", "lineItems.sku"
    statuses = ("onHold", "readyForFulfillment", "reviewRequired", "fulfilled", "archived")
    return [
        Filter("status", [_all(_is(status, "is_one_of", (one,))) for one in statuses]),
        Filter(
            "status and date",
            [
                _all(_is(status, "equals", one), _is(placed, "between", (str(day - dt.timedelta(back)), str(day))))
                for one in ("canceled", "returned", "fulfilled")
                for back in (3, 30, 300)
            ],
        ),
        Filter("source", [_all(_is("integration", "is_one_of", (f"{n:016x}",))) for n in (1, 2, 3, 4)]),
        Filter(
            "tag", [_all(_is("tags", "contains_any", (tag,))) for tag in ("wholesale", "vip", "fraud-check", "nobody")]
        ),
        Filter(
            "total range",
            [_all(_is("totalPrice", "between", span)) for span in ((10, 20), (500, 600), (2_000, 90_000), (7, 7))],
        ),
        Filter("customer e-mail", [_all(_is("email", "equals", email)) for email in _emails()]),
        Filter(
            "country",
            [_all(_is("shippingAddress.country", "is_one_of", (one,))) for one in ("GB", "DE", "IE", "JP", "AQ")],
        ),
        Filter("SKU on any line", [_all(_is(sku, "equals", one)) for one in _BUSY + _RARE]),
        Filter(
            "SKU and quantity on one line",
            [
                _all(Group("all", (_is(sku, "equals", one), _is("lineItems.quantity", "gte", 6)), "any"))
                for one in _BUSY + _RARE
            ],
        ),
        Filter("no line with an SKU", [_all(_is(sku, "equals", one, "none")) for one in _BUSY + _RARE]),
        Filter(
            "text in a name",
            [_all(_is("shippingAddress.lastName", "contains", text)) for text in ("ov", "ander", "brien")],
            indexed=False,
        ),
        Filter(
            "custom field",
            [_all(_is('customFields["Gift wrap"]', "equals", one)) for one in ("yes", "red", "blue")],
        ),
        Filter("placed in the last 7 days", [_all(_is(placed, "in_last", Duration(7, "days")))]),
        Filter("any and none, nested", list(_nested())),
        Filter("more than 10 lines", [_all(Measure("count", "gt", most)) for most in (10, 14)]),
        Filter(
            "quantities that add up to over 100",
            [_all(Measure("sum", "gt", most, "lineItems.quantity")) for most in (100, 1_000)],
        ),
    ]


def _nested() -> Iterator[Group]:
    for sku in _BUSY:
        either = Group("any", (_is("lineItems.sku", "equals", sku), _is("tags", "contains_any", ("fraud-check",))))
        neither = Group("none", (_is("shippingAddress.country", "equals", "GB"), _is("status", "equals", "canceled")))
        yield _all(either, neither)


def _newest() -> dt.datetime:
    found = scalar("SELECT max(placed_at) FROM orders_order")
    assert isinstance(found, dt.datetime)
    return found


def _emails() -> list[str]:
    some = Order.across.filter(pk__in=range(1, 900_000, 90_001)).values_list("email_folded", flat=True)
    return [email for email in some if email]


def measure() -> list[Figure]:
    """Measure the page and the count of each filter in the connected database."""
    return list(measuring())


def measuring() -> Iterator[Figure]:
    """Yield each figure as soon as it is there."""
    organization = Organization.objects.get()
    zone, at = dt.UTC, _newest() + dt.timedelta(minutes=1)
    PLANS.mkdir(exist_ok=True)
    orders, lines = Order.across.count(), scalar("SELECT count(*) FROM orders_orderline")
    yield Figure(f"filters over {orders:,} orders with {lines:,} lines: first page / count, p50 and p95", "")
    for one in filters():
        pages: list[float] = []
        counts: list[float] = []
        about = 0
        for number, tree in enumerate(islice(cycle(one.trees), WARM + TIMES)):
            state = State(tree=tree)
            took, _ = _timed(lambda: list(_page(organization, state, zone, at)))  # noqa: B023
            counted, answer = _timed(lambda: ORDERS.count(ORDERS.filtered(organization, state, zone, at)))  # noqa: B023
            if number >= WARM:
                pages.append(took)
                counts.append(counted)
                about += answer[1]
        _keep_plans(one, organization, zone, at)
        whole = read_whole(one, organization, zone, at) if one.indexed else set()
        yield _figure(one, pages, counts, about, whole)


def _page(organization: Organization, state: State, zone: dt.tzinfo, at: dt.datetime) -> Any:
    return ORDERS.ordered(ORDERS.filtered(organization, state, zone, at), state)[: state.size]


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = act()
    return (time.perf_counter() - started) * 1000, answer


def _figure(one: Filter, pages: list[float], counts: list[float], about: int, whole: set[str]) -> Figure:
    (page50, page95), (count50, count95) = _percentiles(pages), _percentiles(counts)
    measured = f"{page50:.0f} / {page95:.0f} ms, count {count50:.0f} / {count95:.0f} ms"
    estimated = f", {about / len(counts):.0%} of them estimates" if about else ""
    return Figure(
        f"– {one.name}",
        measured + estimated + (f", reads all of {', '.join(whole)}" if whole else ""),
        f"p95 under {PAGE_MS:.0f} and {COUNT_MS:.0f} ms",
        page95 < PAGE_MS and count95 < COUNT_MS and not whole,
    )


def _percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _keep_plans(one: Filter, organization: Organization, zone: dt.tzinfo, at: dt.datetime) -> None:
    """Write the plan of each tree's page, as it was carried out, into a file."""
    pages = [(tree, _page(organization, State(tree=tree), zone, at)) for tree in one.trees]
    texts = [f"{tree}\n\n{rows.explain(analyze=True, buffers=True)}\n" for tree, rows in pages]
    (PLANS / f"{one.name.replace(' ', '-')}.txt").write_text("\n".join(texts))


def read_whole(one: Filter, organization: Organization, zone: dt.tzinfo, at: dt.datetime) -> set[str]:
    """Return the big tables that the page of one of the trees reads from end to end."""
    found: set[str] = set()
    for tree in one.trees:
        rows = _page(organization, State(tree=tree), zone, at)
        found |= _read_whole(json.loads(rows.explain(format="json"))[0]["Plan"])
    return found


def _read_whole(plan: dict[str, Any]) -> set[str]:
    found = {plan["Relation Name"]} & set(BIG) if plan["Node Type"].endswith("Seq Scan") else set()
    return found.union(*(_read_whole(part) for part in plan.get("Plans", ())))
