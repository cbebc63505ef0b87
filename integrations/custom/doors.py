"""Taking in what custom systems send, by whatever way it came: the API, a signed webhook, a file.

Each kind of message has a door, which leads to the same place as a connector's pull. A row that does not fit is
told by path, code and message; the rest is taken. All of it is one transaction.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from pydantic import ValidationError

from integrations.custom import shapes
from integrations.models import Integration, SyncRun
from integrations.sync.outcome import Outcome
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit import json
from portal.kit.json import Json
from portal.kit.registry import Registry
from portal.kit.text import storable

MOST_FAULTS = 20
HEARD_EVERY = dt.timedelta(seconds=30)
"""How exact it is when a system was heard of last: it is not worth a write for each message."""
_CODES = {
    "missing": "required", "string_too_long": "too_long", "string_too_short": "too_short", "too_long": "too_many",
    "too_short": "too_few", "literal_error": "not_a_choice", "greater_than_equal": "too_small",
    "less_than_equal": "too_large", "string_pattern_mismatch": "wrong_form", "value_error": "wrong_form",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row: where (a JSON pointer), what as a word for programs, what for people."""

    path: str
    code: str
    message: str

    def told(self) -> Json:
        """Return it as answers tell it."""
        return {"path": self.path, "code": self.code, "message": storable(self.message)[:500]}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row."""

    id: str
    status: str
    """created, updated, unchanged, stale, left_out, kept (a person has to look), taken, refused, …"""
    faults: tuple[Fault, ...] = ()

    @property
    def refused(self) -> bool:
        """Say whether nothing of it was taken."""
        return self.status == "refused"

    def told(self) -> Json:
        """Return it as answers tell it."""
        faults = {"errors": [one.told() for one in self.faults]} if self.faults else {}
        return {"id": self.id, "status": self.status, **faults}


@dataclass(frozen=True, slots=True)
class Good:
    """A row that has its shape."""

    shape: Any
    raw: Json


Taker = Callable[[Integration, Sequence[Good], Sequence[Refused]], list[Row]]


@dataclass(frozen=True, slots=True)
class Door:
    """One kind of message. `take` gets the good rows and returns what became of each, in their order."""

    kind: str
    connector: str
    flow: str
    """Off: nothing of the kind is taken."""
    shape: type[shapes.Shape]
    take: Taker
    name: str = "id"
    """The member by which a row is known."""


ANSWERS = frozenset({"shipping_request_answers", "order_answers"})
"""What answers something that was sent or fetched: taken whatever flow is on."""
doors: Registry[Door] = Registry("door of custom integrations")


def door_of(integration: Integration, kind: str) -> Door | None:
    """Return the door of a kind, None where the integration's role has none."""
    door = doors.get(kind) if kind in doors else None
    return door if door is not None and door.connector == integration.connector else None


def take(integration: Integration, door: Door, rows: Sequence[Any]) -> list[Row]:
    """Take rows in and return what became of each, in their order; one transaction."""
    found: list[Row | None] = []
    good: list[Good] = []
    bad: list[Refused] = []
    for raw in rows:
        try:
            good.append(Good(door.shape.model_validate(raw), raw))
            found.append(None)
        except ValidationError as error:
            row = Row(name_of(door, raw), "refused", faults_of(error))
            found.append(row)
            bad.append(refusal(row, raw))
    with transaction.atomic():
        taken = iter(door.take(integration, good, bad))
        result = [one if one is not None else next(taken) for one in found]
        note(integration, door.flow, result)
    return result


def name_of(door: Door, raw: Any) -> str:
    """Return what a row calls itself, "" where it cannot be read."""
    value = raw.get(door.name) if isinstance(raw, dict) else None
    return storable(value)[:128] if isinstance(value, str) else ""


def faults_of(error: ValidationError) -> tuple[Fault, ...]:
    """Return what is wrong, with paths as JSON pointers; what was sent is not repeated."""
    found = []
    for one in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]:
        path = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')[:80]}" for part in one["loc"])
        code = _CODES.get(one["type"], "wrong_type" if one["type"].endswith("type") else "wrong_value")
        found.append(Fault(storable(path), code, _words(one["type"], str(one["msg"]), one.get("ctx", {}))))
    return tuple(found)


_SAID = {
    "missing": "is missing", "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty", "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries", "literal_error": "must be one of {expected}",
    "greater_than_equal": "must be {ge} or more", "less_than_equal": "must be {le} or less",
    "int_type": "must be a whole number", "string_type": "must be text", "bool_type": "must be true or false",
    "list_type": "must be a list", "dict_type": "must be an object", "model_type": "must be an object",
    "model_attributes_type": "must be an object", "string_pattern_mismatch": "must have the form {pattern}",
}  # fmt: skip


def _words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """Return what is wrong in a sentence without the words of a program."""
    said = _SAID.get(kind)
    return said.format_map(context) if said else message.removeprefix("Value error, ")


def refusal(row: Row, raw: Any) -> Refused:
    """Return a refused row as exceptions keep it."""
    try:
        kept = json.dumps(raw)
    except json.NotJson:
        kept = repr(raw).encode("utf-8", "backslashreplace")
    first = row.faults[0]
    more = f" (and {len(row.faults) - 1} more)" if len(row.faults) > 1 else ""
    name = row.id or hashlib.sha256(kept).hexdigest()[:16]
    return Refused(name, first.path.strip("/").replace("/", ".") or "record", first.message + more, kept)


def actor(integration: Integration) -> Actor:
    """Return who does what its system has asked for."""
    return Actor.integration(integration.public_id, integration.name)


_COUNTED = {"created": "created", "updated": "updated", "cancelled": "updated", "noted": "updated",
            "changed": "updated", "refused": "refused", "kept": "refused", "stale": "left_out",
            "left_out": "left_out"}  # fmt: skip


def note(integration: Integration, flow: str, rows: Sequence[Row]) -> None:
    """Keep in the activity what a message brought; one that brought nothing new leaves no line."""
    counts: dict[str, int] = {}
    for row in rows:
        name = _COUNTED.get(row.status, "unchanged")
        counts[name] = counts.get(name, 0) + 1
    outcome = Outcome(pages=1, **counts)
    if outcome.is_news:
        SyncRun.objects.create(
            integration=integration, flow=flow, **{name: getattr(outcome, name) for name in outcome.__slots__}
        )
    unheard = Q(last_ok_at=None) | Q(last_ok_at__lt=F("connection_since") + dt.timedelta(seconds=1))
    stale = unheard | Q(last_ok_at__lt=Now() - HEARD_EVERY)
    Integration.across.filter(stale, pk=integration.pk).update(last_ok_at=Now())


def count(rows: Sequence[Row]) -> Mapping[str, int]:
    """Return how many rows became what."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.status] = found.get(row.status, 0) + 1
    return found
