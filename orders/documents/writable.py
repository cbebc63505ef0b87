"""What rules and people may write of an order's document. Pure.

Writable is what the catalogue says (`Field.writable`): besides plain fields these are custom fields, each
by its name, and the status, which is a move and only goes as far as `values.STATUSES`. What a value must be
is judged in `orders.documents.values`.

Every function returns a new document, or raises NotWritable with all that is wrong; nothing is half done.
`changes` and `new_status` tell what came of it.
"""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orders.documents.catalogue import ORDER
from orders.documents.values import KEYED, SHOWN, Fault, NotWritable, judged, named_list, shown
from orders.lifecycle.order import OrderStatus
from portal.entities import patch
from portal.entities.patch import Change
from portal.filters.fields import Field, Type
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold

_UNKNOWN = _("“{path}” is not a field of an order{guess}")
_LINES = _("Line items cannot be changed by rules; to take some out use “Cancel or reject line items”.")
_READ_ONLY = _("{field} ({path}) cannot be changed by rules{why}.")
_OURS = ("orderId", "integration", "createdAt", "updatedAt", "holdUntil", "exceptions", "disposition", "routingStatus")


def writable_fields() -> Iterator[Field]:
    """Yield what can be written, in the order of the catalogue; custom fields as one field that stands for many."""
    return (one for one in ORDER if one.writable)


def field_at(path: str) -> Field:
    """Return the writable field at a path of the catalogue. Raises NotWritable."""
    found = ORDER.get(path)
    if path.partition(".")[0] == ORDER.lines_path:
        raise NotWritable([Fault(path, _LINES)])
    if found is None:
        raise NotWritable([Fault(path, _UNKNOWN.format(path=path[:SHOWN], guess=_guess(path)))])
    if not found.writable:
        raise NotWritable([Fault(path, _READ_ONLY.format(field=found.label, path=path, why=_why(found)))])
    if found.is_template:
        example = f'{found.path}["Gift wrap"]'
        raise NotWritable(
            [Fault(path, _("Say which custom field by its name, such as {example}.").format(example=example))]
        )
    return found


def set_value(document: Json, path: str, value: Any, *, zone: dt.tzinfo | None = None) -> Json:
    """Return the document with one field set; None takes the value away.

    A date without a timezone is understood in `zone`, and refused without one.
    """
    field = field_at(path)
    return reset(document, path) if value is None else _put(document, field, judged(field, value, path, zone))


def add_items(document: Json, path: str, values: Sequence[Any]) -> Json:
    """Return the document with items added to a list; one that is there already (case does not count) is left out."""
    field = _list_at(path)
    added, present = list(_present(document, path)), {fold(item) for item in _present(document, path)}
    for item in judged(field, list(values), path):
        if fold(item) not in present:
            present.add(fold(item))
            added.append(item)
    return _put(document, field, judged(field, added, path))


def remove_items(document: Json, path: str, values: Sequence[Any]) -> Json:
    """Return the document with items taken out of a list; case and accents do not count."""
    field = _list_at(path)
    gone = {fold(item) for item in judged(field, list(values), path)}
    present = _present(document, path)
    left = [item for item in present if fold(item) not in gone]
    return document if len(left) == len(present) else _put(document, field, left)


def reset(document: Json, path: str) -> Json:
    """Return the document without the value; who resets also gives the field back to its channel (`lifecycle.pins`)."""
    field = field_at(path)
    if field.path == "status":
        raise NotWritable([Fault(path, _("The status cannot be reset: an order always has one."))])
    if field.keyed_name:
        left = [one for one in _present(document, KEYED) if fold(one["name"]) != fold(field.keyed_name)]
        return document if len(left) == len(_present(document, KEYED)) else document | {KEYED: left}
    return _without(document, field.path.split("."))


def merge(document: Json, wanted: Mapping[str, Any]) -> Json:
    """Return the document with an object of changes merged into it (design.md section 7).

    Objects are merged deeply, lists replaced, None resets. All problems are told at once.
    """
    faults: list[Fault] = []
    for path, value in _leaves(wanted, "", faults):
        try:
            document = _named(document, value) if path == KEYED else set_value(document, path, value)
        except NotWritable as error:
            faults += error.faults
    if faults:
        raise NotWritable(faults)
    return document


def changes(before: Json, after: Json) -> list[Change]:
    """Return what was changed in the content; the status is not content but a move (`new_status`)."""
    return patch.diff(before, after | {"status": before["status"]} if "status" in before else after)


def new_status(before: Json, after: Json) -> OrderStatus | None:
    """Return the status that was asked for, None where it stays."""
    return None if before.get("status") == after.get("status") else OrderStatus(after["status"])


def pointer(path: str) -> str:
    """Return where a field stands, as changes and pins name it: `/shippingAddress/city`, `/customFields/gift wrap`."""
    field = ORDER.get(path)
    keys = [KEYED, fold(field.keyed_name)] if field is not None and field.keyed_name else path.split(".")
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def label_at(pointer: str) -> str:
    """Return what people call what stands at a path of changes: “Shipping city”, “Shipping address”."""
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.removeprefix("/").split("/")]
    if keys[0] == KEYED and len(keys) > 1:
        return _("Custom field “{name}”").format(name=keys[1])
    if keys[0] in _PARTS and len(keys) == 1:
        return _PARTS[keys[0]]
    return ORDER.label(".".join(keys))


def _leaves(wanted: Mapping[str, Any], prefix: str, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    """Yield each field of an object of changes by its path; an object that is None stands for all its fields."""
    for key, value in wanted.items():
        path = f"{prefix}{key}"
        if path in _GROUPS and isinstance(value, dict):
            yield from _leaves(value, f"{path}.", faults)
        elif path in _GROUPS and value is None:
            yield from ((field.path, None) for field in _GROUPS[path])
        elif path in _GROUPS:
            faults.append(
                Fault(path, _("“{path}” must be an object or null{got}.").format(path=path, got=shown(value)))
            )
        elif path == "status" and value is None:
            faults.append(Fault(path, _("The status cannot be reset: an order always has one.")))
        else:
            yield path, value


def _named(document: Json, value: Any) -> Json:
    return _without(document, [KEYED]) if value is None else document | {KEYED: named_list(value)}


def _put(document: Json, field: Field, value: Any) -> Json:
    if not field.keyed_name:
        return patch.apply(document, [{"op": "replace", "path": pointer(field.path), "value": value}])
    items, wanted = list(_present(document, KEYED)), fold(field.keyed_name)
    for index, one in enumerate(items):
        if fold(one["name"]) == wanted:
            items[index] = one | {"value": value}
            return document | {KEYED: items}
    return document | {KEYED: [*items, {"name": field.keyed_name, "value": value}]}


def _without(document: Json, keys: Sequence[str]) -> Json:
    """Take a member away, and the object around it where nothing is left of that (a customer always is there)."""
    key, rest = keys[0], keys[1:]
    if key not in document:
        return document
    inner = _without(document[key], rest) if rest and isinstance(document[key], dict) else None
    if rest and (inner or key == "customer"):
        return document | {key: inner}
    return {name: value for name, value in document.items() if name != key}


def _list_at(path: str) -> Field:
    field = field_at(path)
    if field.type is not Type.LIST:
        raise NotWritable([Fault(path, _("{field} is not a list: set its value instead.").format(field=field.label))])
    return field


def _present(document: Json, path: str) -> list[Any]:
    value = document.get(path)
    return value if isinstance(value, list) else []


def _why(field: Field) -> str:
    return _("; it is as the channel says") if field.path not in _OURS else _("; Switchyard keeps it")


def _guess(path: str) -> str:
    near = difflib.get_close_matches(path, [one.path for one in writable_fields()], 1, 0.75)
    return _("; did you mean “{path}”?").format(path=near[0]) if near else "."


_PARTS = {
    "customer": _("Customer"), "shippingAddress": _("Shipping address"), "billingAddress": _("Billing address"),
    "lineItems": _("Line items"), "payments": _("Payments"), "discounts": _("Discounts"),
    "additionalCharges": _("Extra charges"), KEYED: _("Custom fields"), "dispositions": _("Lines taken out"),
}  # fmt: skip
_GROUPS: dict[str, list[Field]] = {
    name: [one for one in ORDER if one.path.startswith(f"{name}.")]
    for name in ("customer", "shippingAddress", "billingAddress")
}
"""Objects inside the document, with their fields."""
