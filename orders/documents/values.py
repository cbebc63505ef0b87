"""Judging a value that somebody wants to write into an order's document. Pure.

Types are those of the catalogue, sizes those of the canonical record (`orders.records.order`), so that nothing
gets into a document here that a store could not have sent. What does not fit is told in a sentence.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from orders.documents.instants import instant
from orders.lifecycle.order import OrderStatus
from orders.records.order import Address, Customer, CustomField, OrderRecord
from portal.filters.fields import Field, Type
from portal.filters.mark import gettext_noop as _
from portal.kit.text import storable

S = OrderStatus
STATUSES = (S.DRAFT, S.TO_BE_VALIDATED, S.REVIEW_REQUIRED, S.READY_FOR_FULFILLMENT, S.CANCELED, S.ARCHIVED)
"""What a rule may give as a plain value: a hold needs its end, and what comes after routing happens by itself."""

KEYED = "customFields"
SHOWN = 60
"""How much of a wrong value a message shows."""
_HOLD = _("{field} cannot be set to “{value}” here: use the action “Hold order”, which says until when.")
_STATUS = _("{field} cannot be set to “{value}”. A rule can set: {choices}.")
_KINDS = {
    Type.TEXT: _("{field} must be text{got}."),
    Type.COUNTRY: _("{field} must be the code of a country, such as US{got}."),
    Type.DATETIME: _("{field} must be a date and time with its timezone, such as 2026-12-24T10:00:00Z{got}."),
    Type.ENUM: _("{field} must be one of: {choices}{got}."),
    Type.LIST: _("{field} must be a list of texts{got}."),
    Type.NUMBER: _("{field} must be a number{got}."),
    Type.MONEY: _("{field} must be a number{got}."),
    Type.BOOLEAN: _("{field} must be true or false{got}."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be written: the path as it was given, and a sentence with the cure."""

    path: str
    message: str


class NotWritable(ValueError):
    """This cannot be written; `faults` says what and why, one for each path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(Fault(storable(fault.path), storable(fault.message)) for fault in faults)
        super().__init__(" ".join(fault.message for fault in self.faults))


def judged(field: Field, value: Any, path: str, zone: dt.tzinfo | None = None) -> Any:
    """Return a value as documents have it. Raises NotWritable where the field's type or size is another."""
    if field.path == "status":
        return _status(field, value, path)
    if field.keyed_name:
        return _checked(_adapter("customFields.value"), field, value, path)
    if field.type is Type.DATETIME:
        return instant(_checked(_adapter(field.path), field, _moment(field, value, path, zone), path))
    if not _fits(field.type, value):
        raise _mistyped(field, value, path)
    told = _checked(_adapter(field.path), field, tuple(value) if field.type is Type.LIST else value, path)
    return list(told) if field.type is Type.LIST else told


def _fits(kind: Type, value: Any) -> bool:
    if kind is Type.LIST:
        return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    if kind is Type.BOOLEAN:
        return isinstance(value, bool)
    return kind in (Type.NUMBER, Type.MONEY) or isinstance(value, str)


def _status(field: Field, value: Any, path: str) -> str:
    if value in [status.value for status in STATUSES]:
        return str(value)
    told = _HOLD if value == S.ON_HOLD else _STATUS
    choices = ", ".join(status.value for status in STATUSES)
    raise NotWritable([Fault(path, told.format(field=field.label, value=str(value)[:SHOWN], choices=choices))])


def _moment(field: Field, value: Any, path: str, zone: dt.tzinfo | None) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    if moment is None or moment.tzinfo is None:
        raise _mistyped(field, value, path)
    return moment


def _mistyped(field: Field, value: Any, path: str) -> NotWritable:
    choices = ", ".join(choice.value for choice in field.choices)
    if field.type is Type.LIST and isinstance(value, list | tuple):
        value = next(item for item in value if not isinstance(item, str))
    told = _KINDS[field.type].format(field=field.label, got=shown(value), choices=choices)
    return NotWritable([Fault(path, told)])


def _checked(adapter: TypeAdapter[Any], field: Field, value: Any, path: str) -> Any:
    try:
        return adapter.validate_python(value)
    except (ValidationError, OverflowError) as error:
        raise NotWritable([Fault(path, f"{field.label} {_too_much(error, value)}.")]) from error


def _too_much(error: Exception, value: Any) -> str:
    """Return what a record says against a value, in words."""
    if not isinstance(error, ValidationError):
        return _("must lie between the years 1970 and 9000")
    first = error.errors(include_url=False, include_input=False)[0]
    limit = first.get("ctx", {}).get("max_length")
    if first["type"] == "string_too_long":
        return _("must be at most {limit} characters long").format(limit=f"{limit:,}")
    if first["type"] == "too_long":
        count = f"{len(value):,}"
        return _("can have {limit} entries at most; this would make {count}").format(limit=limit, count=count)
    if first["type"] == "string_type":
        return _("must be text{got}").format(got=shown(value))
    return str(first["msg"]).removeprefix("Value error, ").rstrip(".")


def named_list(value: Any) -> list[dict[str, str]]:
    """Return a whole list of custom fields, as the code of a rule gives it. Raises NotWritable."""
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and one.keys() == {"name", "value"} for one in value
    ):
        raise NotWritable([Fault(KEYED, _("“customFields” must be a list of objects, each with a name and a value."))])
    faults = []
    for index, one in enumerate(value):
        try:
            _CUSTOM.validate_python(one)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = f"{KEYED}.{index}.{'.'.join(map(str, first['loc']))}"
            faults.append(Fault(place, f"{place} {_too_much(error, one.get(str(first['loc'][0])))}."))
    if faults:
        raise NotWritable(faults)
    return list(value)


def shown(value: Any) -> str:
    """Return what was given instead, for the end of a message."""
    told = (
        f"“{value[:SHOWN]}{'…' if len(value) > SHOWN else ''}”" if isinstance(value, str) else _NAMES.get(type(value))
    )
    return _(", not {value}").format(value=told or str(value)[:SHOWN])


_NAMES: dict[type, str] = {list: _("a list"), dict: _("an object"), bool: _("true or false"), type(None): _("nothing")}
_CUSTOM = TypeAdapter(CustomField)
_MODELS: dict[str, type[BaseModel]] = {
    "customer": Customer, "shippingAddress": Address, "billingAddress": Address, KEYED: CustomField,
}  # fmt: skip


@functools.cache
def _adapter(path: str) -> TypeAdapter[Any]:
    """Return what the canonical record demands of the value at a path."""
    group, _dot, name = path.rpartition(".")
    model = _MODELS[group] if group else OrderRecord
    info = next(one for key, one in model.model_fields.items() if (one.alias or key) == name)
    wanted: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(wanted)
