"""What a run tells: the conditions with the values seen, and each action with before and after. Pure."""

import datetime as dt
from typing import Any

from automations.engine.actions import Action
from portal.entities import patch
from portal.filters.fields import Catalogue
from portal.filters.tree import Group
from portal.filters.why import why
from portal.kit.json import Json


def of_tree(tree: Group, catalogue: Catalogue, document: Json, now: dt.datetime, zone: dt.tzinfo) -> Json:
    """Return what a simple filter that matched has seen."""
    return {"filter": {"kind": "simple", "outcome": True, "why": why(tree, catalogue, document, now, zone=zone)}}


def of_code(outcome: bool, console: tuple[str, ...], micros: int, error: str | None, line: int | None) -> Json:
    """Return what a code filter did."""
    told: Json = {"kind": "code", "outcome": outcome, "console": list(console), "micros": micros}
    return {"filter": told | ({"error": error, "line": line} if error else {})}


def of_broken(why: str) -> Json:
    """Return that a rule cannot be judged at all."""
    return {"filter": {"kind": "unreadable", "outcome": False, "error": why}}


def done(action: Action[Any], settings: Any, before: Json, after: Json) -> Json:
    """Return an action that was planned, with every member it changes."""
    return {
        "key": action.key,
        "label": action.label,
        "words": action.words(settings),
        "outcome": "done",
        "changes": patch.diff(before, after),
    }


def refused(action: Action[Any], settings: Any, reason: str) -> Json:
    """Return an action that could not be done, and why."""
    return {
        "key": action.key,
        "label": action.label,
        "words": action.words(settings),
        "outcome": "refused",
        "reason": reason,
    }


def undone(steps: list[Json]) -> list[Json]:
    """Return the steps of a rule that a later action undid."""
    return [step | {"outcome": "undone"} for step in steps]
