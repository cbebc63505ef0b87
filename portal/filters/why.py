"""The why reading: the same tree with what each condition saw, and the first thing that blocked.

A node is plain JSON, because run traces store it as it is:

- a condition: `{"path", "outcome", "text", "field", "label", "operator", "value", "seen"}`; on line
  fields also `"lines"` (what was asked), `"line_outcomes"` and in `"seen"` one value per line; with
  `"other"` the value that it was compared with, when that is another field's, or the one before;
- a measure: the same, with `"measure"`, the number as `"seen"`, and in `"counted"` the lines that count;
- a group: `{"path", "outcome", "match", "items"}`; a group bound to a line has `"lines"` and, in
  `"rows"`, one such group per line: `{"line", "outcome", "items"}`.

`seen` is the raw value of the document. At most 50 lines and 20 values of a list are kept, and
texts are cut at 200 characters; `"more"` says how many lines were left out.
"""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from portal.filters.codec import value_to_json
from portal.filters.evaluate import compile_test
from portal.filters.fields import Catalogue
from portal.filters.normal import FORMS, before, getter, lines_of
from portal.filters.resolve import Bundle, Resolved, Tally, Test, resolve
from portal.filters.to_words import clause, measure_clause
from portal.filters.tree import Group, show_path
from portal.kit.json import Json

WhyNode: TypeAlias = Json
MAX_LINES, MAX_ITEMS, MAX_TEXT = 50, 20, 200


class _Seen(NamedTuple):
    """What an explanation looks at: the document or a line, the whole document, its lines, the clock."""

    holder: Any
    document: Any
    lines: list[Json]
    now: dt.datetime


_Explain: TypeAlias = Callable[[_Seen], WhyNode]


def why(root: Group, catalogue: Catalogue, document: Json, now: dt.datetime, *, zone: dt.tzinfo = dt.UTC) -> WhyNode:
    """Return the explanation of one filter for one document, with `"blocker"` at the root.

    The blocker is the path of the first condition or group that kept the filter from holding, None
    when it holds. Raises BadFilter when the tree does not fit the catalogue.
    """
    seen = _Seen(document, document, lines_of(document, catalogue.lines_path), now)
    node = _compiled(root, catalogue, zone)(seen)
    return {**node, "blocker": _blocker(node), "now": now.isoformat()}


@functools.lru_cache(maxsize=500)
def _compiled(root: Group, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    return _explain(resolve(root, catalogue, zone), catalogue, zone)


def _explain(node: Resolved, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    if isinstance(node, Test):
        return _condition(node, catalogue, zone) if node.lines is None else _line_condition(node, catalogue, zone)
    if isinstance(node, Tally):
        return _measure(node, catalogue, zone)
    items = [_explain(item, catalogue, zone) for item in node.items]
    return _group(node, items) if node.lines is None else _line_group(node, items)


def _group(group: Bundle, items: list[_Explain]) -> _Explain:
    fixed = {"path": show_path(group.path), "match": group.match}

    def explain(seen: _Seen) -> WhyNode:
        nodes = [item(seen) for item in items]
        return {**fixed, "outcome": _joined(group.match, [node["outcome"] for node in nodes]), "items": nodes}

    return explain


def _line_group(group: Bundle, items: list[_Explain]) -> _Explain:
    fixed = {"path": show_path(group.path), "match": group.match, "lines": group.lines}

    def explain(seen: _Seen) -> WhyNode:
        rows, outcomes = [], []
        for index, line in enumerate(seen.lines):
            nodes = [item(seen._replace(holder=line, lines=[])) for item in items]
            outcome = _joined(group.match, [node["outcome"] for node in nodes])
            rows.append({"line": index, "outcome": outcome, "items": nodes})
            outcomes.append(outcome)
        outcome = _joined(group.lines or "any", outcomes)
        return _cut({**fixed, "outcome": outcome, "rows": rows[:MAX_LINES]}, seen.lines)

    return explain


def _condition(test: Test, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    fixed, judge = _fixed(test, catalogue, zone), _judge(test)
    return lambda seen: {**fixed, **judge(seen)}


def _line_condition(test: Test, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    fixed, judge = _fixed(test, catalogue, zone) | {"lines": test.lines}, _judge(test)

    def explain(seen: _Seen) -> WhyNode:
        told = [judge(seen._replace(holder=line)) for line in seen.lines]
        outcomes = [one["outcome"] for one in told]
        node = {
            **fixed,
            "outcome": _joined(test.lines or "any", outcomes),
            "seen": [one["seen"] for one in told[:MAX_LINES]],
            "line_outcomes": outcomes[:MAX_LINES],
        }
        return _cut(node, seen.lines)

    return explain


def _judge(test: Test) -> _Explain:
    """Return the judgement of one value: its outcome, what was seen, and what it was compared with."""
    read, form, holds = getter(test.field, test.key), FORMS[test.field.type], compile_test(test)
    if test.operator.looks_back:
        return _judge_change(test)
    if test.other is None:
        return lambda seen: {"outcome": holds(form(raw := read(seen.holder)), seen.now), "seen": _shown(raw)}
    other, outside = test.other, test.other.outside
    read_other, form_other = getter(other.field, other.key), FORMS[other.field.type]

    def judge(seen: _Seen) -> WhyNode:
        raw, against = read(seen.holder), read_other(seen.document if outside else seen.holder)
        outcome = holds(form(raw), seen.now, form_other(against))
        return {"outcome": outcome, "seen": _shown(raw), "other": _shown(against)}

    return judge


def _judge_change(test: Test) -> _Explain:
    read, form, holds = getter(test.field, test.key), FORMS[test.field.type], compile_test(test)

    def judge(seen: _Seen) -> WhyNode:
        raw, former = read(seen.holder), before(seen.document)
        if former is None:
            return {"outcome": False, "seen": _shown(raw)}
        was = read(former)
        return {"outcome": holds(form(raw), seen.now, form(was)), "seen": _shown(raw), "other": _shown(was)}

    return judge


def _measure(tally: Tally, catalogue: Catalogue, zone: dt.tzinfo) -> _Explain:
    where, holds = (
        _group(tally.where, [_explain(item, catalogue, zone) for item in tally.where.items]),
        compile_test(tally),
    )
    measure = tally.measure
    read, form = getter(tally.field, tally.key), FORMS[tally.field.type]
    fixed = {
        "path": show_path(tally.path),
        "text": measure_clause(measure, tally.field, catalogue, zone=zone),
        "measure": measure.kind,
        "field": measure.field,
        "label": tally.field.label,
        "operator": measure.operator,
        "value": value_to_json(measure.value),
    }

    def explain(seen: _Seen) -> WhyNode:
        inside = (seen._replace(holder=line, lines=[]) for line in seen.lines)
        counted = [index for index, one in enumerate(inside) if where(one)["outcome"]]
        number = len(counted)
        if measure.kind == "sum":
            number = sum(form(read(seen.lines[index])) or 0 for index in counted)
        node = {**fixed, "outcome": holds(number, seen.now), "seen": number, "counted": counted[:MAX_LINES]}
        return _cut(node, seen.lines)

    return explain


def _fixed(test: Test, catalogue: Catalogue, zone: dt.tzinfo) -> Json:
    condition = test.condition
    return {
        "path": show_path(test.path),
        "text": clause(condition, test.field, catalogue, lines=test.lines, zone=zone),
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
