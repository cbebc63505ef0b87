"""Traces made ready to be shown: the filter line by line, the actions with before and after."""

from typing import Any

from automations.engine.triggers import Trigger
from portal.kit.json import Json
from portal.ui.explained import Line, why_lines


def filter_lines(trace: Json) -> list[Line]:
    """Return the lines of a simple filter's trace, indented by depth; none for a code filter."""
    why = trace.get("filter", {}).get("why")
    return why_lines(why) if why else []


def action_rows(trace: Json) -> list[dict[str, Any]]:
    """Return the actions of a trace as they are."""
    rows: list[dict[str, Any]] = trace.get("actions", [])
    return rows


def fields_for_code(trigger: Trigger) -> list[str]:
    """Return what the code editor completes: `entity.` and every path of the catalogue."""
    paths = {f"entity.{field.path.split('[]')[0]}" for field in trigger.catalogue if not field.line}
    return sorted({*paths, "entity", "entity.lineItems", "related", "helpers", "helpers.now"})
