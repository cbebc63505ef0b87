"""The why reading: the same tree with what each condition saw, and the first thing that blocked.

A node is plain JSON, because run traces store it as it is:

- a condition: `{"path", "outcome", "text", "field", "label", "operator", "value", "seen"}`; on line
  fields also `"lines"` (what was asked), `"line_outcomes"` and in `"seen"` one value per line;
- a group: `{"path", "outcome", "match", "items"}`; a group bound to a line has `"lines"` and, in
  `"rows"`, one such group per line: `{"line", "outcome", "items"}`.

`seen` is the raw value of the document. At most 50 lines and 20 values of a list are kept, and
texts are cut at 200 characters; `"more"` says how many lines were left out.
"""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, TypeAlias

from portal.filters.codec import value_to_json
from portal.filters.evaluate import compile_test
from portal.filters.fields import Catalogue
from portal.filters.normal import FORMS, dig, lines_of
from portal.filters.resolve import Bundle, Resolved, Test, resolve
from portal.filters.to_words import clause
from portal.filters.tree import Group, show_path
from portal.kit.json import Json

WhyNode: TypeAlias = Json
MAX_LINES, MAX_ITEMS, MAX_TEXT = 50, 20, 200

_Explain: TypeAlias = Callable[[Any, list[Json], dt.datetime], WhyNode]


def why(root: Group, catalogue: Catalogue, document: Json, now: dt.datetime, *, zone: dt.tzinfo = dt.UTC) -> WhyNode:
    """Return the explanation of one filter for one document, with `"blocker"` at the root.

    The blocker is the path of the first condition or group that kept the filter from holding, None
    when it holds. Raises BadFilter when the tree does not fit the catalogue.
    """
    node = _compiled(root, catalogue, zone)(document, lines_of(document, catalogue.lines_path), now)
    return {**node, "blocker": _blocker(node), "now": now.isoformat()}


@functools.lru_cache(maxsize=500)
def _compiled(root: Group, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    return _explain(resolve(root, catalogue, zone), catalogue, zone)


def _explain(node: Resolved, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    if isinstance(node, Test):
        return _condition(node, zone) if node.lines is None else _line_condition(node, zone)
    items = [_explain(item, catalogue, zone) for item in node.items]
    return _group(node, items) if node.lines is None else _line_group(node, items)


def _group(group: Bundle, items: list[_Explain]) -> _Explain:
    fixed = {"path": show_path(group.path), "match": group.match}

    def explain(holder: Any, lines: list[Json], now: dt.datetime) -> WhyNode:
        nodes = [item(holder, lines, now) for item in items]
        return {**fixed, "outcome": _joined(group.match, [node["outcome"] for node in nodes]), "items": nodes}

    return explain


def _line_group(group: Bundle, items: list[_Explain]) -> _Explain:
    fixed = {"path": show_path(group.path), "match": group.match, "lines": group.lines}

    def explain(holder: Any, lines: list[Json], now: dt.datetime) -> WhyNode:
        rows, outcomes = [], []
        for index, line in enumerate(lines):
            nodes = [item(line, [], now) for item in items]
            outcome = _joined(group.match, [node["outcome"] for node in nodes])
            rows.append({"line": index, "outcome": outcome, "items": nodes})
            outcomes.append(outcome)
        outcome = _joined(group.lines or "any", outcomes)
        return _cut({**fixed, "outcome": outcome, "rows": rows[:MAX_LINES]}, lines)

    return explain


def _condition(test: Test, zone: dt.tzinfo) -> _Explain:
    fixed, form, holds, key = _fixed(test, zone), FORMS[test.field.type], compile_test(test), test.key

    def explain(holder: Any, lines: list[Json], now: dt.datetime) -> WhyNode:
        raw = dig(holder, key)
        return {**fixed, "outcome": holds(form(raw), now), "seen": _shown(raw)}

    return explain


def _line_condition(test: Test, zone: dt.tzinfo) -> _Explain:
    fixed, form, holds, key = _fixed(test, zone), FORMS[test.field.type], compile_test(test), test.key
    fixed["lines"] = test.lines

    def explain(holder: Any, lines: list[Json], now: dt.datetime) -> WhyNode:
        raws = [dig(line, key) for line in lines]
        outcomes = [holds(form(raw), now) for raw in raws]
        node = {
            **fixed,
            "outcome": _joined(test.lines or "any", outcomes),
            "seen": [_shown(raw) for raw in raws[:MAX_LINES]],
            "line_outcomes": outcomes[:MAX_LINES],
        }
        return _cut(node, lines)

    return explain


def _fixed(test: Test, zone: dt.tzinfo) -> Json:
    condition = test.condition
    return {
        "path": show_path(test.path),
        "text": clause(condition, test.field, lines=test.lines, zone=zone),
        "field": condition.field,
        "label": test.field.label,
        "operator": condition.operator,
        "value": value_to_json(condition.value),
    }


def _joined(match: str, outcomes: list[bool]) -> bool:
    if match == "all":
        return all(outcomes)
    return any(outcomes) if match == "any" else not any(outcomes)


def _shown(raw: Any) -> Any:
    if raw.__class__ is str:
        return raw if len(raw) <= MAX_TEXT else raw[:MAX_TEXT] + "…"
    if raw.__class__ is list:
        return [_shown(item) for item in raw[:MAX_ITEMS]]
    return None if raw.__class__ is dict else raw


def _cut(node: WhyNode, lines: list[Json]) -> WhyNode:
    if len(lines) > MAX_LINES:
        node["more"] = len(lines) - MAX_LINES
    return node


def _blocker(node: WhyNode, wanted: bool = True) -> str | None:
    """Return the path of the first node whose outcome is not the wanted one and decides."""
    if node["outcome"] is wanted:
        return None
    if "items" not in node:
        return str(node["path"])
    inner = wanted if node["match"] != "none" else not wanted
    found = (_blocker(item, inner) for item in node["items"])
    return next((path for path in found if path is not None), str(node["path"]))
