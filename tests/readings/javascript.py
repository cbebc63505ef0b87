"""Runs converted filters in the real V8 pool: many filters and documents in one request."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from automations.scripting.contract import CodeRequest
from automations.scripting.pool import Pool
from portal.filters.fields import BEFORE, Catalogue
from portal.filters.to_js import to_js
from portal.filters.tree import Group
from portal.kit import json
from tests.portal.filters.sample import NOW

ROOM = 50_000
"""Characters of code in one request; 64 KB are taken."""


def answers(
    pool: Pool, roots: Sequence[Group], documents: Sequence[Any], catalogue: Catalogue, zone: dt.tzinfo = dt.UTC
) -> list[list[bool]]:
    """Return for each document what each filter says, as a code filter would be asked."""
    codes = [to_js(root, catalogue, zone) for root in roots]
    return run(pool, codes, documents)


def run(pool: Pool, codes: Sequence[str], documents: Sequence[Any], now: dt.datetime = NOW) -> list[list[bool]]:
    """Return for each document what each code filter says.

    All stand in one action, each as the function that the body of a filter is, so that a batch costs one instance.
    """
    if sum(map(len, codes)) > ROOM and len(codes) > 1:
        half = len(codes) // 2
        halves = zip(run(pool, codes[:half], documents, now), run(pool, codes[half:], documents, now), strict=True)
        return [[*one, *other] for one, other in halves]
    functions = ",\n".join(f"(entity, related, helpers) => {{\n{code}\n}}" for code in codes)
    source = f"const filters = [{functions}];\nreturn {{ told: filters.map((one) => one(entity, related, helpers)) }};"
    entities = [json.dumps({key: value for key, value in one.items() if key != BEFORE}) for one in documents]
    related = [json.dumps({"before": one[BEFORE]} if BEFORE in one else {}) for one in documents]
    request = CodeRequest("test:parity", source, "action", entities, now.isoformat(), related)
    results = pool.run([request])[0]
    assert {result.error for result in results} == {None}, source
    told = [result.value["told"] for result in results]
    assert {answer.__class__ for row in told for answer in row} <= {bool}
    return told
