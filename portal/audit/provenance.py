"""Who set a field, when, and what it was before: read from the history that each change has written.

A field is named by its path in the document, as changes name it: `/shippingAddress/city`. Inside a list of
objects the next part names one of them, by its `uniqueId` or, folded, by its `name`: `/lineItems/l1`,
`/customFields/gift wrap`.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Q, Value

from portal.audit.models import History
from portal.entities.patch import Change, diff
from portal.kit import json
from portal.kit.text import fold
from portal.tenancy.models import Organization

MOST = 50
"""History rows that are read; the beginning of the record comes beside them."""
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Origin:
    """One change of a field: by whom, when, in which run, and what changed of the field itself.

    The beginning of the record has no changes: it says where a field comes from that nobody changed since.
    """

    at: dt.datetime
    version: int
    actor_kind: str
    actor_id: str
    actor_name: str
    verb: str
    summary: str
    run_id: int | None
    changes: Sequence[Change]
    begins: bool = False


def provenance(
    organization: Organization, entity_type: str, entity_id: int, *paths: str, limit: int = MOST
) -> list[Origin]:
    """Return the changes of a field (of several, of all that is inside them), the newest first; one query.

    The last entry is the beginning of the record, as long as its history goes back so far.
    """
    rows = History.objects.within(organization).filter(entity_type=entity_type, entity_id=entity_id)
    began = Q(version=1) & ~Q(changes=[])
    found = rows.alias(touches=_touches(paths)).filter(Q(touches=True) | began).order_by("-id")
    return list(_origins(found[: limit + 1], paths))


def narrowed(changes: Sequence[Change], path: str) -> list[Change]:
    """Return what changes did to one field, each change cut down to it."""
    return [cut for change in changes for cut in _cut(change, path)]


def _touches(paths: Sequence[str]) -> Func:
    """Return the condition that a row changes one of the fields, something inside them or what they stand in."""
    exact = [part for path in paths for part in _upward(path)]
    inside = {f"inside{index}": f"{path}/" for index, path in enumerate(paths)}
    tests = " || ".join(["@.path == $exact[*]", *(f"@.path starts with ${name}" for name in inside)])
    known = json.dumps_text({"exact": exact} | inside)
    wanted = (F("changes"), Value(f"$[*] ? ({tests})"), Value(known))
    return Func(*wanted, function="jsonb_path_exists", output_field=BooleanField())


def _upward(path: str) -> Iterator[str]:
    """Yield a path and those of everything that it stands in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _origins(rows: Sequence[History], paths: Sequence[str]) -> Iterator[Origin]:
    for row in rows:
        cut = [one for path in paths for one in narrowed(row.changes, path)]
        if cut or row.version == 1:
            yield Origin(
                row.at, row.version, row.actor_kind, row.actor_id, row.actor_name, row.verb, row.summary, row.run_id,
                cut, begins=row.version == 1,
            )  # fmt: skip


def _cut(change: Change, path: str) -> Iterator[Change]:
    here = change["path"]
    if here == path or here.startswith(f"{path}/"):
        yield change
    elif path.startswith(f"{here}/"):
        keys = [key.replace("~1", "/").replace("~0", "~") for key in path.removeprefix(f"{here}/").split("/")]
        yield from _between(_dig(change.get("old", _ABSENT), keys), _dig(change.get("value", _ABSENT), keys), path)


def _between(old: Any, new: Any, path: str) -> Iterator[Change]:
    """Yield the change from one value to another; none where they are the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from diff(old, new, path)
    elif old is _ABSENT and new is not _ABSENT:
        yield {"op": "add", "path": path, "value": new}
    elif new is _ABSENT and old is not _ABSENT:
        yield {"op": "remove", "path": path, "old": old}
    elif old is not new and old != new:
        yield {"op": "replace", "path": path, "value": new, "old": old}


def _dig(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if isinstance(value, list):
            value = _item(value, key)
        else:
            value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _item(items: Sequence[Any], key: str) -> Any:
    """Return the object of a list that a key names: a line by its ID, the value of a custom field by its name."""
    for item in items:
        if isinstance(item, dict) and item.get("uniqueId") == key:
            return item
        if isinstance(item, dict) and "value" in item and fold(str(item.get("name", ""))) == key:
            return item["value"]
    return _ABSENT
