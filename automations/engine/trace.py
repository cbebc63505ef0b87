"""What a run tells: the conditions with the values seen, and each action with before and after. Pure."""

import datetime as dt
from collections.abc import Sequence

from automations.engine.plan import Left, Remark, Send, SetFields, Write
from automations.engine.rules import ReadyAction
from portal.entities import patch
from portal.filters.fields import Catalogue
from portal.filters.tree import Group
from portal.filters.why import why
from portal.kit.json import Json


def of_tree(tree: Group, catalogue: Catalogue, document: Json, now: dt.datetime, zone: dt.tzinfo) -> Json:
    """Return what a simple filter that matched has seen."""
    return {"filter": {"kind": "simple", "outcome": True, "why": why(tree, catalogue, document, now, zone=zone)}}


def of_code(outcome: bool, told: Json) -> Json:
    """Return what a code filter did; `told` is its console, time and error (`of_answer`)."""
    return {"filter": {"kind": "code", "outcome": outcome} | told}


def of_broken(why: str) -> Json:
    """Return that a rule cannot be judged at all."""
    return {"filter": {"kind": "unreadable", "outcome": False, "error": why}}


def of_answer(
    console: Sequence[str], micros: int, waited_micros: int, error: str | None = None, line: int | None = None
) -> Json:
    """Return what a piece of code did: console, its own time and that before it could run, and its error."""
    told: Json = {"console": list(console), "micros": micros}
    if waited_micros:
        told["waitedMicros"] = waited_micros
    return told | ({"error": error, "line": line} if error else {})


def done(one: ReadyAction, writes: Sequence[Write], before: Json, after: Json, told: Json) -> Json:
    """Return an action that was planned, with every member it changes, what it left alone and what it sends."""
    seen = _head(one, "done") | {"changes": patch.diff(before, after)} | told
    if left := [_left(field) for write in writes if isinstance(write, SetFields) for field in write.left]:
        seen["left"] = left
    if notes := [write.summary for write in writes if isinstance(write, Remark | Send)]:
        seen["notes"] = notes
    return seen


def switched_off(one: ReadyAction) -> Json:
    """Return an action that was passed over because it is switched off."""
    return _head(one, "off")


def refused(one: ReadyAction, reason: str, told: Json) -> Json:
    """Return an action that could not be done to this record, and why."""
    return _head(one, "refused") | {"reason": reason} | told


def failed(one: ReadyAction, told: Json) -> Json:
    """Return an action whose code failed."""
    return _head(one, "failed") | told


def undone(steps: Sequence[Json]) -> list[Json]:
    """Return the steps of a rule that a later action undid."""
    return [step | {"outcome": "undone"} if step["outcome"] == "done" else step for step in steps]


def watched(steps: Sequence[Json]) -> list[Json]:
    """Return the steps of a rule that only watches: what it would have done."""
    return [step | {"outcome": "watched"} if step["outcome"] == "done" else step for step in steps]


def _head(one: ReadyAction, outcome: str) -> Json:
    return {
        "key": one.action.key,
        "label": one.action.label,
        "words": one.action.words(one.settings),
        "outcome": outcome,
    }


def _left(field: Left) -> Json:
    return {"path": field.path, "name": field.name}
