"""How fast fifty filters are asked of real orders, against one function written by hand.

`python -m bench.filters` prints the table; `measure()` gives its figures. Each form answers all fifty
filters for every order, and the answers of all are compared before anything is measured.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bench import filters_elsewhere as elsewhere
from bench.data import origin, records
from bench.filters_by_hand import by_hand
from bench.table import Figure
from orders.documents.catalogue import ORDER
from orders.documents.columns import content
from portal.filters.evaluate import FilterSet, compile_test, compile_tree
from portal.filters.normal import FORMS, dig, lines_of
from portal.filters.resolve import Resolved, Tally, Test, resolve
from portal.filters.tree import Condition, Duration, Group, Node
from portal.filters.why import why
from portal.kit.json import Json

NOW = dt.datetime(2011, 6, 1, 12, tzinfo=dt.UTC)
GOAL = 0.8
TIMES_ZEN = 2.0
ROUNDS = 3
SET = "filter set (one for a list of rules)"

Answer: TypeAlias = Callable[[Json], list[bool]]


def _all(*items: Node) -> Group:
    return Group("all", items)


def filters() -> list[Group]:
    """Return the fifty filters that `by_hand` also asks, in its order."""
    is_ = Condition
    made: list[Group] = []
    for n, country in enumerate(("GB", "DE", "FR", "IE", "ES")):
        made.append(_all(is_("shippingAddress.country", "equals", country), is_("totalPrice", "gt", 100 * n)))
    made += [_all(is_("totalPrice", "between", (50 * n, 50 * n + 75))) for n in range(5)]
    made += [_all(is_("tags", "contains_any", (f"tag-{n}", "vip"))) for n in range(5)]
    made += [_all(is_("email", "ends_with", f"@shop{n}.example")) for n in range(5)]
    for n in range(5):
        either = (is_("customer.lastName", "equals", f"Müller {n}"), is_("customer.company", "contains", f"gmbh {n}"))
        made.append(Group("any", either))
    made += [_all(is_("orderTax", "is_empty"), is_("totalPrice", "lt", 10 * n + 10)) for n in range(5)]
    for n in range(5):
        neither = (
            is_("shippingAddress.country", "is_one_of", ("GB", "US")),
            is_("shippingCode", "equals", f"code {n}"),
        )
        made.append(Group("none", neither))
    made += [_all(is_("lineItems.sku", "equals", sku)) for sku in ("85123A", "71053", "22423", "POST", "DOT")]
    made += [_all(is_("extOrderCreatedAt", "in_last", Duration(30 * n + 30, "days"))) for n in range(5)]
    made += [_all(is_("orderNote", "contains", f"gift {n}"), is_("currency", "equals", "GBP")) for n in range(5)]
    return made


def _closures(node: Resolved) -> Callable[[Any, list[Json]], bool]:
    """Return a filter as nested closures, the form that evaluate.py was measured against."""
    if isinstance(node, Test):
        form, key, holds = FORMS[node.field.type], node.key, compile_test(node)
        if node.lines is None:
            return lambda d, lines: holds(form(dig(d, key)), NOW)
        return lambda d, lines: any(holds(form(dig(line, key)), NOW) for line in lines)
    assert not isinstance(node, Tally), "None of the fifty counts or sums."
    items = [_closures(item) for item in node.items]
    if node.match == "all":
        return lambda d, lines: all(item(d, lines) for item in items)
    if node.match == "any":
        return lambda d, lines: any(item(d, lines) for item in items)
    return lambda d, lines: not any(item(d, lines) for item in items)


def forms(roots: Sequence[Group]) -> dict[str, Answer]:
    """Return each form as a function from a document to the answers of all filters."""
    together = FilterSet(roots, ORDER)
    alone = [compile_tree(root, ORDER) for root in roots]
    nested = [_closures(resolve(root, ORDER)) for root in roots]

    def closures(document: Json) -> list[bool]:
        lines = lines_of(document, "lineItems")
        return [holds(document, lines) for holds in nested]

    return {
        "by hand": lambda document: by_hand(document, NOW),
        SET: lambda document: together.matches(document, NOW),
        "generated functions, one by one": lambda document: [holds(document, NOW) for holds in alone],
        "nested closures, one by one": closures,
    }


def measure(count: int = 10_000) -> list[Figure]:
    """Measure `count` orders through fifty filters in every form; the best of three rounds."""
    roots = filters()
    documents = [content(record) for record in records(count)]
    answers = forms(roots)
    theirs = _elsewhere(documents)
    told = _agree(answers, documents[:2_000])
    for one in theirs:
        some = [one.answer(document) for document in one.documents[: len(told)]]
        assert some == told[: len(some)], f"{one.name} answers otherwise."
    paces = {name: max(_pace(answer, documents) for _ in range(ROUNDS)) for name, answer in answers.items()}
    others = {one.name: max(_pace(one.answer, one.documents) for _ in range(ROUNDS)) for one in theirs}
    v8 = _in_v8(documents[:2_000], told)
    return [
        Figure(f"{len(roots)} filters, all asked of {count:,} {origin()}, one process", ""),
        *_own(paces, max(pace for name, pace in others.items() if name.startswith("zen-engine"))),
        Figure("– the same by hand in V8, JSON parsed inside, 200 a call", f"{v8:,.0f} orders/s"),
        *(Figure(f"– {name}", f"{pace:,.0f} orders/s") for name, pace in others.items()),
        _why(roots, documents[:200]),
    ]


def _own(paces: dict[str, float], zen: float) -> list[Figure]:
    limit, whole = paces.pop("by hand"), paces.pop(SET)
    return [
        Figure("– one function by hand", f"{limit:,.0f} orders/s"),
        Figure(
            f"– {SET}", f"{whole:,.0f} orders/s, {whole / limit:.0%}", f"{GOAL:.0%} of by hand", whole >= GOAL * limit
        ),
        Figure(
            "– the filter set against the best form of zen-engine",
            f"{whole / zen:.1f} ×",
            f"at least {TIMES_ZEN:.0f} ×",
            whole >= TIMES_ZEN * zen,
        ),
        *(Figure(f"– {name}", f"{pace:,.0f} orders/s, {pace / limit:.0%}") for name, pace in paces.items()),
    ]


@dataclass(frozen=True, slots=True)
class _Other:
    """Another engine, with the documents as it wants them; so many as take some seconds."""

    name: str
    answer: elsewhere.Answer
    documents: Sequence[Any]


def _elsewhere(documents: Sequence[Json]) -> list[_Other]:
    loose = [elsewhere.slim(document) for document in documents[:5_000]]
    flat = [elsewhere.flat(document) for document in documents[:200]]
    return [
        _Other("zen-engine, one expression for all", elsewhere.zen_as_one(), loose),
        _Other("zen-engine, one expression a filter", elsewhere.zen_one_by_one(), loose[:500]),
        _Other("rule-engine, one rule a filter", elsewhere.rule_engine_one_by_one(), flat),
    ]


def _in_v8(documents: Sequence[Json], told: Sequence[list[bool]]) -> float:
    paces = []
    for start in range(0, len(documents), elsewhere.BATCH):
        some = documents[start : start + elsewhere.BATCH]
        engine = elsewhere.InV8(some)
        assert engine.answers == list(told[start : start + len(some)]), "V8 answers otherwise."
        paces.append(engine.pace(ROUNDS * 10) if start == 0 else 0.0)
        engine.close()
    return max(paces)


def _agree(answers: dict[str, Answer], documents: Sequence[Json]) -> list[list[bool]]:
    """Return what every form says of these documents."""
    found = []
    for document in documents:
        told = [answer(document) for answer in answers.values()]
        assert all(one == told[0] for one in told), document
        found.append(told[0])
    return found


def _pace(answer: Answer, documents: Sequence[Json]) -> float:
    started = time.perf_counter()
    for document in documents:
        answer(document)
    return len(documents) / (time.perf_counter() - started)


def _why(roots: Sequence[Group], documents: Sequence[Json]) -> Figure:
    _ = [why(root, ORDER, documents[0], NOW) for root in roots]
    started = time.perf_counter()
    for document in documents:
        for root in roots:
            why(root, ORDER, document, NOW)
    micros = (time.perf_counter() - started) * 1e6 / (len(documents) * len(roots))
    return Figure("– why, one filter of one order", f"{micros:.1f} µs")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    for figure in measure():
        print(f"{figure.what:<75} {figure.measured}  {figure.verdict}")
