"""Traces made ready to be shown: the filter line by line, the actions with before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automations.engine.triggers import Trigger
from portal.kit import json
from portal.kit.json import Json

_JOINS = {"all": "all of", "any": "any of", "none": "none of"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explained filter: a condition with the value it saw, or the head of a group."""

    depth: int
    text: str
    outcome: bool
    seen: str
    is_group: bool
    blocker: bool


def filter_lines(trace: Json) -> list[Line]:
    """Return the lines of a simple filter's trace, indented by depth; none for a code filter."""
    why = trace.get("filter", {}).get("why")
    if not why:
        return []
    items = why.get("items", [])
    if why["match"] == "all" and items:
        return [line for item in items for line in _lines(item, 0, why.get("blocker"))]
    return list(_lines(why, 0, why.get("blocker"))) if items else []


def _lines(node: Json, depth: int, blocker: str | None) -> Iterator[Line]:
    is_blocker = blocker is not None and node.get("path") == blocker
    if "field" in node:
        yield Line(depth, node["text"], node["outcome"], _seen(node), False, is_blocker)
        return
    head = _JOINS[node["match"]]
    if "rows" in node:
        yield Line(depth, f"{node['lines']} line with {head}", node["outcome"], "", True, is_blocker)
        for row in node["rows"]:
            yield Line(depth + 1, f"line {row['line'] + 1}", row["outcome"], "", True, False)
            for item in row["items"]:
                yield from _lines(item, depth + 2, None)
        return
    yield Line(depth, head, node["outcome"], "", True, is_blocker)
    for item in node["items"]:
        yield from _lines(item, depth + 1, blocker)


def _seen(node: Json) -> str:
    seen = node.get("seen")
    if seen is None:
        return "empty"
    if isinstance(seen, list):
        return ", ".join("empty" if one is None else str(one) for one in seen) or "empty"
    return str(seen) if not isinstance(seen, dict) else json.dumps_text(seen)


def action_rows(trace: Json) -> list[dict[str, Any]]:
    """Return the actions of a trace as they are."""
    rows: list[dict[str, Any]] = trace.get("actions", [])
    return rows


def fields_for_code(trigger: Trigger) -> list[str]:
    """Return what the code editor completes: `entity.` and every path of the catalogue."""
    paths = {f"entity.{field.path.split('[]')[0]}" for field in trigger.catalogue if not field.line}
    return sorted({*paths, "entity", "entity.lineItems", "related", "helpers", "helpers.now"})
