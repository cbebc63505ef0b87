"""Update order property: set, add to, take out of or reset one field (behaviour.md 4.8)."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from django.utils import timezone
from django.utils.translation import gettext, override
from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, Refusal, actions
from automations.engine.plan import Move, SetFields, Write
from orders.documents import writable
from orders.documents.catalogue import ORDER
from orders.documents.values import NotWritable
from orders.lifecycle.order import OrderStatus
from portal.filters.fields import Field as WritableField
from portal.filters.fields import Type
from portal.filters.mark import gettext_noop as _
from portal.filters.normal import moment
from portal.kit.json import Json
from portal.ui.times import exact

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

Operation = Literal["SET_VALUE", "ADD_ARRAY_ITEMS", "REMOVE_ARRAY_ITEMS", "RESET_VALUE"]
SHOWN = 60
VERBS = {
    OrderStatus.CANCELED: "canceled",
    OrderStatus.ARCHIVED: "archived",
    OrderStatus.DRAFT: "set to draft",
    OrderStatus.REVIEW_REQUIRED: "marked for review",
    OrderStatus.READY_FOR_FULFILLMENT: "sent on",
}
_BLANK: Json = {"status": "new", "customer": {}}


class PropertySettings(BaseModel):
    """Which field, what is done to it, and the value: one, or several for lists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(default="", max_length=500)
    operation: Operation = "SET_VALUE"
    value: str | bool | int | Decimal | None = None
    values: tuple[str, ...] = ()


def plan(settings: PropertySettings, context: Context) -> list[Write]:
    """Change the field; refused where it would then not fit what an order can hold."""
    after = _refusing(settings, context)
    # History is written in one language and the organization's time, whoever has the rule run again.
    with override("en"), timezone.override(context.zone):
        summary = f"Rule “{context.rule_name}”: {words(settings)}."
    return writes(context, after, summary)


def writes(context: Context, after: Json, summary: str) -> list[Write]:
    """Return what makes the document of the context into `after`: its fields, then its status as a move."""
    before, found = context.document, list[Write]()
    if content := writable.changes(before, after):
        found.append(SetFields(content, summary))
    status = writable.new_status(before, after)
    if status is not None:
        if context.careful and status is OrderStatus.READY_FOR_FULFILLMENT:
            status = OrderStatus.REVIEW_REQUIRED
        found.append(Move(status, VERBS.get(status, "changed"), f"Rule “{context.rule_name}”: now “{status.label}”."))
    return found


def _refusing(settings: PropertySettings, context: Context) -> Json:
    try:
        return _after(context.document, settings, context.zone)
    except NotWritable as error:
        raise Refusal(str(error)) from error


def _after(document: Json, settings: PropertySettings, zone: dt.tzinfo) -> Json:
    if settings.operation == "RESET_VALUE":
        return writable.reset(document, settings.path)
    if settings.operation == "ADD_ARRAY_ITEMS":
        return writable.add_items(document, settings.path, settings.values)
    if settings.operation == "REMOVE_ARRAY_ITEMS":
        return writable.remove_items(document, settings.path, settings.values)
    is_list = writable.field_at(settings.path).type is Type.LIST
    return writable.set_value(document, settings.path, list(settings.values) if is_list else settings.value, zone=zone)


def check(
    settings: PropertySettings, trigger: "Trigger", organization: "Organization | None"
) -> Iterator[tuple[str, str]]:
    """Say what is wrong: the path, the operation on a field of its type, the value."""
    if not settings.path.strip():
        yield "path", gettext("Choose the field that is to be changed.")
        return
    try:
        field = writable.field_at(settings.path)
    except NotWritable as error:
        yield "path", str(error)
        return
    on_list, is_list = settings.operation in ("ADD_ARRAY_ITEMS", "REMOVE_ARRAY_ITEMS"), field.type is Type.LIST
    if on_list and not is_list:
        yield "operation", gettext("{field} is not a list: choose “Set to” or “Empty”.").format(field=field.label)
    elif settings.operation != "RESET_VALUE" and not (settings.values if is_list else settings.value not in (None, "")):
        yield "values" if is_list else "value", gettext("Give a value. To take it away, choose “Empty”.")
    else:
        yield from _unfit(settings, "values" if is_list else "value", organization)


def _unfit(settings: PropertySettings, name: str, organization: "Organization | None") -> Iterator[tuple[str, str]]:
    zone = zoneinfo.ZoneInfo(organization.timezone) if organization else dt.UTC
    try:
        _after(_BLANK, settings, zone)
    except NotWritable as error:
        yield "operation" if settings.operation == "RESET_VALUE" else name, str(error)


def words(settings: PropertySettings) -> str:
    """Return the action in words: “set shipping carrier to “DHL””, “add tag “vip””."""
    field = ORDER.get(settings.path)
    if field is None:
        return gettext("change a field that is not chosen yet")
    name = gettext(field.label)
    name = name[:1].lower() + name[1:]
    several = gettext(", ").join(f"“{one}”" for one in settings.values[:5]) + ("…" if len(settings.values) > 5 else "")
    if settings.operation == "RESET_VALUE":
        return gettext("empty {field}, until the channel fills it again").format(field=name)
    if settings.operation == "ADD_ARRAY_ITEMS":
        return gettext("add {values} to {field}").format(values=several, field=name)
    if settings.operation == "REMOVE_ARRAY_ITEMS":
        return gettext("take {values} out of {field}").format(values=several, field=name)
    if field.type is Type.LIST:
        return gettext("set {field} to {values}").format(field=name, values=several)
    told = _told(field, settings.value) if settings.value not in (None, "") else "…"
    told = told if len(told) <= SHOWN else f"{told[: SHOWN - 1]}…"
    return gettext("set {field} to “{value}”").format(field=name, value=told)


def _told(field: WritableField, value: object) -> str:
    """Return a value as people read it: a choice by its label, an instant in the reader's timezone."""
    at = moment(value) if field.type is Type.DATETIME else None
    return exact(at) if at is not None else gettext(field.choice_label(value))


UPDATE_PROPERTY = actions.register(
    "update_property",
    Action(
        "update_property", _("Update order property"), frozenset({"order"}), PropertySettings, plan, words,
        inputs=(
            Input("update", _("Property"), "property",
                  help=_("The value is taken as it is written. To compute it from the order, update by code.")),
        ),
        check=check,
        help=_("What a person has set by hand stays as it is, and the run says so."),
    ),
)  # fmt: skip
