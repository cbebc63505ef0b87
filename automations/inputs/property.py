"""A change of one property: which, what is to happen to it, and the value. One input for four settings.

The names in the form are `update.path`, `update.operation` and `update.value` (one for each value of a
list); the settings are `path`, `operation`, `value` and `values`. What is offered depends on the type
of the property: only lists can have items added or taken out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Said, Settings, Shown, Values, Where, first, kinds, text_of
from automations.inputs.newlines import unix
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.mark import gettext_noop
from portal.filters.raw import from_raw, to_raw
from portal.ui.inputs import value_input

SET, ADD, REMOVE, RESET = "SET_VALUE", "ADD_ARRAY_ITEMS", "REMOVE_ARRAY_ITEMS", "RESET_VALUE"
PARTS = ("path", "operation", "value", "values")
YES = "true"
OPERATIONS = (
    Choice(SET, gettext_noop("Set to")),
    Choice(ADD, gettext_noop("Add")),
    Choice(REMOVE, gettext_noop("Take out")),
    Choice(RESET, gettext_noop("Empty")),
)


def writable(catalogue: Catalogue) -> Catalogue:
    """Return the fields that rules may change."""
    return Catalogue(
        catalogue.entity,
        catalogue.noun,
        [field for field in catalogue if field.writable],
        lines_path=catalogue.lines_path,
    )


def operations(field: Field | None) -> list[Choice]:
    """Return what can be done with a property of this type."""
    return [one for one in OPERATIONS if one.value in (SET, RESET) or (field and field.type is Type.LIST)]


def chosen(input: Input, values: Values, where: Where) -> tuple[Field | None, str]:
    """Return the property and what is to happen to it; the first of what is possible where nothing fits."""
    field = where.catalogue.get(first(values, f"{input.name}.path"))
    wanted, offered = first(values, f"{input.name}.operation"), [one.value for one in operations(field)]
    return field, wanted if wanted in offered else offered[0]


def operator(field: Field) -> str:
    """Return the operator of the filter language whose input is that of a value of this property."""
    return "contains_any" if field.type is Type.LIST else "equals"


def _given(input: Input, values: Values) -> list[str]:
    return [line.strip() for value in values.get(f"{input.name}.value", ()) for line in value.splitlines()]


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    if f"{input.name}.path" not in values:
        return {}
    field, operation = chosen(input, values, where)
    told: dict[str, Any] = {"path": first(values, f"{input.name}.path").strip(), "operation": operation}
    if operation == RESET:
        return told
    if field is not None and field.type is Type.LIST:
        return told | {"values": [text for text in _given(input, values) if text]}
    return told | {"value": _value(field, first(values, f"{input.name}.value"), where)}


def _value(field: Field | None, text: str, where: Where) -> Any:
    if field is not None and field.type is Type.BOOLEAN:
        return text.strip().lower() == YES
    return from_raw(field, "equals", (unix(text),), "", where.zone) if text.strip() else None


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    path = text_of(settings.get("path"))
    return {
        f"{input.name}.path": (path,),
        f"{input.name}.operation": (text_of(settings.get("operation")) or SET,),
        f"{input.name}.value": _texts(where.catalogue.get(path), settings, where),
    }


def _texts(field: Field | None, settings: Settings, where: Where) -> tuple[str, ...]:
    if settings.get("values"):
        return tuple(map(str, settings["values"]))
    value = settings.get("value")
    if isinstance(value, bool):
        return (YES if value else "false",)
    if value is None or not isinstance(value, str | int | float):
        return (text_of(value),)
    return to_raw(field, value, where.zone)[0]  # type: ignore[arg-type]


def _faults(input: Input, values: Values, where: Where) -> Sequence[Said]:
    path = first(values, f"{input.name}.path").strip()
    if not path:
        return [("path", _("Choose the property that is to change."))]
    field, operation = chosen(input, values, where)
    if field is None or not field.writable:
        return [("path", _("Rules cannot change “{path}”. Choose another property.").format(path=path[:80]))]
    if operation == RESET or field.type is Type.BOOLEAN or any(_given(input, values)):
        return ()
    return [("value", _("Give the value. To leave the property empty, choose “Empty”."))]


def _show(shown: Shown) -> dict[str, Any]:
    catalogue = writable(shown.where.catalogue)
    field, operation = chosen(shown.input, shown.values, shown.where)
    given = shown.values.get(f"{shown.input.name}.value", ())
    wrong = [words for place, words in shown.said if place in ("value", "values")]
    value = None
    if field is not None and operation != RESET and field.type is not Type.BOOLEAN:
        name, below = shown.name, f"{shown.id}-errors"
        with timezone.override(shown.where.zone):
            value = value_input(
                field, operator(field), given,
                entity=catalogue.entity, name=name, invalid=bool(wrong), described_by=below,
            )  # fmt: skip
        value = replace(value, moment=False)  # the short cuts for dates are spans to look back on
    return {
        "catalogue": catalogue,
        "path": first(shown.values, f"{shown.input.name}.path"),
        "field": field,
        "operation": operation,
        "operations": operations(field),
        "yes_no": field is not None and operation != RESET and field.type is Type.BOOLEAN,
        "yes": any(text.lower() == YES for text in given),
        "value": value,
        "waiting": given if value is None and not (field and field.type is Type.BOOLEAN) else (),
        "path_errors": [words for place, words in shown.said if place == "path"],
    }


PROPERTY = kinds.register(
    "property",
    Kind("property", _read, _write, _faults, settings=lambda input: PARTS, show=_show, redraws=True),
)
