"""The fifty filters of bench/filters.py in other engines, each as its makers would have them written.

Neither folds accents, so `lower` stands where the product folds: on the orders that are measured the answers
are the same, which is checked before anything is measured. What an engine wants its documents to be (floats,
parsed times, no more than is asked, lower case where it has no function for it) is made beforehand and not
measured, which flatters them.
"""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import rule_engine
import zen

from portal.kit import json as exact
from portal.kit.json import Json
from portal.kit.text import fold

NOW = dt.datetime(2011, 6, 1, 12, tzinfo=dt.UTC)
SKUS = ("85123a", "71053", "22423", "post", "dot")
Answer = Callable[[Any], list[bool]]
BATCH = 200


ASKED = (
    *("totalPrice", "orderTax", "currency", "tags", "email", "orderNote", "shippingCode", "extOrderCreatedAt"),
    *("customer", "shippingAddress"),
)


def slim(document: Json) -> Json:
    """Return the document with binary numbers and only what is asked of it: zen-engine copies it at each call."""
    found: Json = json.loads(exact.dumps_text(document))
    lines = [{"sku": line.get("sku")} for line in found.get("lineItems") or ()]
    return {name: found[name] for name in ASKED if name in found} | {"lineItems": lines}


# zen-engine


def zen_expressions() -> list[str]:
    """Return the fifty in the language of zen-engine."""
    country = "lower(shippingAddress.country ?? '')"
    total, tax = "totalPrice != null and totalPrice", "orderTax == null and totalPrice != null and totalPrice"
    placed, now = "date(extOrderCreatedAt)", int(NOW.timestamp())
    made = [f"{country} == '{one}' and {total} > {100 * n}" for n, one in enumerate(("gb", "de", "fr", "ie", "es"))]
    made += [f"{total} >= {50 * n} and totalPrice <= {50 * n + 75}" for n in range(5)]
    made += [f"some(tags ?? [], lower(#) in ['tag-{n}', 'vip'])" for n in range(5)]
    made += [f"endsWith(lower(email ?? ''), '@shop{n}.example')" for n in range(5)]
    last, company = "lower(customer.lastName ?? '')", "lower(customer.company ?? '')"
    made += [f"{last} == 'müller {n}' or contains({company}, 'gmbh {n}')" for n in range(5)]
    made += [f"{tax} < {10 * n + 10}" for n in range(5)]
    made += [f"not ({country} in ['gb', 'us'] or lower(shippingCode ?? '') == 'code {n}')" for n in range(5)]
    made += [f"some(lineItems ?? [], lower(#.sku ?? '') == '{sku}')" for sku in SKUS]
    made += [f"{placed} >= {now - (30 * n + 30) * 86_400} and {placed} <= {now}" for n in range(5)]
    made += [
        f"contains(lower(orderNote ?? ''), 'gift {n}') and lower(currency ?? '') == 'gbp'" for n in range(5)
    ]  # fmt: skip
    return made


def zen_as_one() -> Answer:
    """One expression that answers all fifty."""
    members = ", ".join(f"r{n}: {one}" for n, one in enumerate(zen_expressions()))
    expression = zen.compile_expression(f"{{{members}}}")

    def answer(document: Any) -> list[bool]:
        told = expression.evaluate(document)
        return [told[f"r{n}"] for n in range(len(told))]

    return answer


def zen_one_by_one() -> Answer:
    """An expression for each of the fifty."""
    made = [zen.compile_expression(one) for one in zen_expressions()]
    return lambda document: [one.evaluate(document) for one in made]


# rule-engine


def flat(document: Json) -> Json:
    """Return what rule-engine is asked about: it resolves names, not paths with gaps, and has no function for case."""
    shipping, customer = document.get("shippingAddress") or {}, document.get("customer") or {}
    placed = document.get("extOrderCreatedAt")
    texts = {
        "country": shipping.get("country"), "lastName": customer.get("lastName"), "company": customer.get("company"),
        "email": document.get("email"), "code": document.get("shippingCode"), "note": document.get("orderNote"),
        "currency": document.get("currency"),
    }  # fmt: skip
    return {
        **{name: fold(text or "") for name, text in texts.items()},
        "total": document.get("totalPrice"),
        "tax": document.get("orderTax"),
        "tags": [fold(tag) for tag in document.get("tags") or ()],
        "skus": [fold(line.get("sku") or "") for line in document.get("lineItems") or ()],
        "placed": dt.datetime.fromisoformat(placed) if placed else None,
    }


def rule_engine_one_by_one() -> Answer:
    """A rule for each of the fifty."""
    made = [f"country == '{one}' and total > {100 * n}" for n, one in enumerate(("gb", "de", "fr", "ie", "es"))]
    made += [f"total >= {50 * n} and total <= {50 * n + 75}" for n in range(5)]
    made += [f"'tag-{n}' in tags or 'vip' in tags" for n in range(5)]
    made += [f"email.ends_with('@shop{n}.example')" for n in range(5)]
    made += [f"lastName == 'muller {n}' or 'gmbh {n}' in company" for n in range(5)]
    made += [f"tax == null and total < {10 * n + 10}" for n in range(5)]
    made += [f"not (country in ['gb', 'us'] or code == 'code {n}')" for n in range(5)]
    made += [f"'{sku}' in skus" for sku in SKUS]
    for n in range(5):
        since = NOW - dt.timedelta(days=30 * n + 30)
        made.append(f"placed >= d'{since.isoformat()}' and placed <= d'{NOW.isoformat()}'")
    made += [f"'gift {n}' in note and currency == 'gbp'" for n in range(5)]
    rules = [rule_engine.Rule(one) for one in made]
    return lambda document: [bool(rule.matches(document)) for rule in rules]


# V8


class InV8:
    """The fifty by hand in bare V8, in a process of its own (only the script child may load V8)."""

    def __init__(self, documents: Sequence[Json]) -> None:
        source = Path(__file__).with_name("filters_by_hand.js").read_text()
        texts = [exact.dumps_text(document) for document in documents]
        order = {"source": source, "entities": texts, "flags": ["--single-threaded"], "answers": True}
        program = Path(__file__).with_name("bare_v8.py")
        self._count = len(texts)
        self._process = subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(json.dumps(order))
        self.answers: list[list[bool]] = json.loads(self._hear())

    def pace(self, rounds: int) -> float:
        """Return orders a second in the best of some rounds, each record parsed inside."""
        return max(self._count / self._round() for _ in range(rounds))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _round(self) -> float:
        self._say("")
        return float(self._hear())

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def pace(answer: Answer, documents: Sequence[Any]) -> float:
    """Return orders a second."""
    started = time.perf_counter()
    for document in documents:
        answer(document)
    return len(documents) / (time.perf_counter() - started)
