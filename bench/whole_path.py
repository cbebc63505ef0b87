"""The whole path: ingest, events, twenty rules, runs, holds; beside the limit and the plain Django way."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from django.db import transaction

from automations.engine import trace
from bench import database, handwritten, plain_django
from bench.data import records
from bench.rules import CODE_RULES, RULES
from bench.shop import BY, Shop
from bench.table import Figure
from bench.workers import until, worker
from orders.ingest.take import take
from orders.models import Order
from orders.records.order import OrderRecord
from portal.events.dispatch import drain
from portal.events.models import Handoff

PAGE = 100
"""Orders a page, as selling channels give them."""
SHARE_OF_LIMIT = 0.30
TIMES_PLAIN = 4.0
COST_OF_TRACES = 0.20


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the two halves took."""

    orders: int
    ingest: float
    rules: float

    @property
    def per_second(self) -> float:
        """Orders a second over the whole path."""
        return self.orders / (self.ingest + self.rules)


def measure(shop: Shop, count: int, plain_count: int) -> list[Figure]:
    """Measure everything on the same orders in the same run."""
    wanted = records(count)
    with _no_traces():
        untraced = _in_one_process(shop, wanted)
    alone = _in_one_process(shop, wanted)
    tables = handwritten.read_back()
    rows = handwritten.count(tables) / count
    database.empty()
    pipeline = count / handwritten.write_in_pipeline(tables)
    database.empty()
    copy = count / handwritten.write_by_copy(tables)
    del tables
    together = _with_two_workers(shop, wanted)
    plain = plain_django.in_one_process(shop, wanted[:plain_count])
    plain_tasks = plain_django.with_two_workers(shop, wanted[:plain_count])
    rules = f"{len(RULES) + 1} rules ({CODE_RULES} JavaScript)"
    best = max(alone.per_second, together)
    return [
        Figure(
            f"whole path, {count:,} orders, {rules}, {rows:.0f} rows an order: one process",
            f"{alone.per_second:,.0f}/s",
        ),
        Figure("– its ingest alone", f"{count / alone.ingest:,.0f}/s"),
        Figure("– its rules, runs and holds alone", f"{count / alone.rules:,.0f}/s"),
        Figure("whole path, ingest beside a cluster of two workers", f"{together:,.0f}/s"),
        Figure("the same rows by hand, pipeline of 100, one connection", f"{pipeline:,.0f}/s"),
        Figure("the same rows by hand, COPY of 100, one connection", f"{copy:,.0f}/s"),
        _share("whole path against the pipeline by hand", alone.per_second / pipeline),
        Figure("whole path against COPY by hand", f"{alone.per_second / copy:.0%}"),
        Figure(f"plain Django, one process without a queue, {plain_count:,} orders", f"{plain:,.0f}/s"),
        Figure(f"plain Django, a task an order, two workers, {plain_count:,} orders", f"{plain_tasks:,.0f}/s"),
        _times("whole path against plain Django, both in one process", alone.per_second / plain),
        _times("whole path against plain Django, both with two workers", together / plain_tasks),
        Figure("whole path, the better of the two", f"{best:,.0f}/s"),
        Figure("whole path without traces, one process", f"{untraced.per_second:,.0f}/s"),
        _cost("what traces cost of the path without them", 1 - alone.per_second / untraced.per_second),
    ]


@contextmanager
def _no_traces() -> Iterator[None]:
    """Have runs written that tell nothing: no condition with its value, no action with before and after."""
    with (
        patch.object(trace, "of_tree", lambda *_: {}),
        patch.object(trace, "of_code", lambda *_: {}),
        patch.object(trace, "done", lambda *_: {"outcome": "done"}),
    ):
        yield


def _cost(what: str, share: float) -> Figure:
    return Figure(what, f"{max(share, 0):.0%}", f"at most {COST_OF_TRACES:.0%}", share <= COST_OF_TRACES)


def _share(what: str, share: float) -> Figure:
    return Figure(what, f"{share:.0%}", f"at least {SHARE_OF_LIMIT:.0%}", share >= SHARE_OF_LIMIT)


def _times(what: str, times: float) -> Figure:
    return Figure(what, f"{times:.1f} ×", f"at least {TIMES_PLAIN:.0f} ×", times >= TIMES_PLAIN)


def fill(shop: Shop, wanted: Sequence[OrderRecord]) -> Pace:
    """Take orders in, then run their rules, in this process."""
    started = time.perf_counter()
    _ingest(shop, wanted)
    taken = time.perf_counter()
    drain("automations", seconds=3600)
    ended = time.perf_counter()
    _check(shop, len(wanted))
    return Pace(len(wanted), taken - started, ended - taken)


def _in_one_process(shop: Shop, wanted: Sequence[OrderRecord]) -> Pace:
    database.empty()
    return fill(shop, wanted)


def _with_two_workers(shop: Shop, wanted: Sequence[OrderRecord]) -> float:
    database.empty()
    with worker():
        started = time.perf_counter()
        _ingest(shop, wanted)
        until(lambda: not Handoff.across.exists(), "The end of the rules", 600)
        seconds = time.perf_counter() - started
    _check(shop, len(wanted))
    return len(wanted) / seconds


def _ingest(shop: Shop, wanted: Sequence[OrderRecord]) -> None:
    for start in range(0, len(wanted), PAGE):
        with transaction.atomic():
            take(shop.source, wanted[start : start + PAGE], by=BY)


def _check(shop: Shop, count: int) -> None:
    """A figure counts only if the work was really done."""
    there = Order.objects.within(shop.organization)
    assert there.count() == count, f"{there.count()} orders instead of {count}"
    assert not there.filter(status="new").exists(), "Some orders are still new."
    assert not Handoff.across.exists(), "Some events were left."
    runs = database.scalar("SELECT count(*) FROM automations_run WHERE status = 'completed'")
    assert runs >= count, f"Only {runs} runs for {count} orders."
