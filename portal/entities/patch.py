"""What changed between two documents, readable and reversible. Pure.

A change is an entry of a JSON Patch (RFC 6902: `op`, `path`, `value`) that also carries the `old`
value. Objects are compared member by member, arrays as a whole: for people "the tags were A, B and
are now B, C" says more than moves inside an array.
"""

from collections.abc import Sequence
from typing import Any

from portal.kit.json import Json

Change = dict[str, Any]
_MISSING = object()


def diff(before: Json, after: Json, path: str = "") -> list[Change]:
    """Return the changes that turn `before` into `after`, in the order of their paths."""
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, _MISSING), after.get(key, _MISSING)
        if old is new:  # most members of a changed document are shared with the old one
            continue
        here = f"{path}/{_escape(key)}"
        if old is _MISSING:
            changes.append({"op": "add", "path": here, "value": new})
        elif new is _MISSING:
            changes.append({"op": "remove", "path": here, "old": old})
        elif isinstance(old, dict) and isinstance(new, dict):
            changes += diff(old, new, here)
        elif old != new or isinstance(old, bool) != isinstance(new, bool):
            changes.append({"op": "replace", "path": here, "value": new, "old": old})
    return changes


def apply(document: Json, changes: Sequence[Change]) -> Json:
    """Return a copy of `document` with `changes` made; what they do not touch is shared."""
    for change in changes:
        value = _MISSING if change["op"] == "remove" else change["value"]
        document = _put(document, _keys(change["path"]), value)
    return document


def revert(document: Json, changes: Sequence[Change]) -> Json:
    """Return a copy of `document` with `changes` undone, the last one first."""
    for change in reversed(changes):
        value = _MISSING if change["op"] == "add" else change["old"]
        document = _put(document, _keys(change["path"]), value)
    return document


def read(document: Json, path: str) -> Any:
    """Return the value at a path such as `/shippingAddress/city`, or None where there is none."""
    value: Any = document
    for key in _keys(path):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _put(document: Json, keys: Sequence[str], value: Any) -> Json:
    key, rest = keys[0], keys[1:]
    copy = dict(document)
    if rest:
        inner = copy.get(key)
        copy[key] = _put(inner if isinstance(inner, dict) else {}, rest, value)
    elif value is _MISSING:
        copy.pop(key, None)
    else:
        copy[key] = value
    return copy


def _keys(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
