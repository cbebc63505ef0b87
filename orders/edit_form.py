"""The form for what people change of an order by hand, part by part as `orders.lifecycle.editable` allows."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.documents.catalogue import ORDER
from orders.edit_lines import LineRows, Look, is_new
from orders.lifecycle.editable import Part, may_edit, why_not
from orders.models import Order
from portal.filters.fields import keyed_path
from portal.kit.json import Json
from portal.kit.text import storable

LONG = ("orderNote", "shippingNote", "giftNote")
DATES = ("shipAfterDate", "shipByDate", "expectedDeliveryDate")
_ADDRESS = (
    "firstName", "lastName", "company", "address1", "address2", "zipCodeOrPostalCode", "city", "stateOrProvince",
    "country", "phone", "email",
)  # fmt: skip
FIELDS: Mapping[Part, Sequence[str]] = {
    Part.NOTES: ("tags", "orderNote"),
    Part.CONTACT: ("email", "customer.firstName", "customer.lastName", "customer.company", "customerPONumber"),
    Part.SHIP_TO: tuple(f"shippingAddress.{name}" for name in _ADDRESS),
    Part.BILL_TO: tuple(f"billingAddress.{name}" for name in _ADDRESS),
    Part.SHIPPING: ("shippingCarrier", "shippingClass", "shippingCode", *DATES, "shippingNote", "giftNote"),
}
PATHS = [path for paths in FIELDS.values() for path in paths]
"""What every order has; its custom fields and lines come behind."""
THEIRS = "theirs"


class Text(forms.CharField):
    """A text; line breaks count the same however a browser sends them."""

    def to_python(self, value: object) -> str:
        """Return the text with plain line breaks."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


@dataclass(frozen=True)
class Group:
    """A part of the form. `why` says why it cannot be changed now; then it has no fields."""

    part: Part
    title: str
    fields: Sequence["Choice"]
    why: str = ""


@dataclass(frozen=True)
class Choice:
    """A field, and where two people have changed it what the other one made of it."""

    bound: forms.BoundField
    theirs: str | None = None
    mine: str = ""
    take: str = ""
    """Name of the choice between the two."""
    takes_theirs: bool = False


class EditForm(forms.Form):
    """The fields by their paths. What a field was when the page was loaded travels with it, hidden.

    So only what somebody has changed is written, and a colleague's change of another field is not undone.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None, look: Look | None = None) -> None:
        zone = order.organization.zone
        told = values(order.content, zone) | custom_values(order.content)
        self.order, self.zone = order, zone
        self.customs = {_custom_name(one["name"]): one["name"] for one in order.content.get("customFields") or ()}
        self.lines = LineRows(order, data, look)
        self.theirs: dict[str, str] = {}
        super().__init__(data, initial=told | self.lines.initial | {"version": order.version}, auto_id="edit-%s")
        for path in self._paths():
            self.fields[path] = _field(path, self.customs.get(path, ""))
        if may_edit(Part.CUSTOM, order.status):
            self.fields["custom-name"] = forms.CharField(label=_("New field"), required=False, max_length=300)
            self.fields["custom-value"] = forms.CharField(label=_("Its value"), required=False, max_length=10_000)
        if may_edit(Part.LINES, order.status):
            self.fields |= self.lines.fields()

    def _paths(self) -> list[str]:
        status = self.order.status
        told = [path for part, paths in FIELDS.items() if may_edit(part, status) for path in paths]
        return [*told, *(self.customs if may_edit(Part.CUSTOM, status) else ())]

    def groups(self) -> list[Group]:
        """Return the parts in their order, those that cannot be changed with the reason; lines are beside."""
        shown = [*FIELDS, Part.CUSTOM]
        return [Group(part, _(part.label), list(self._of(part)), why_not(part, self.order.status)) for part in shown]

    def _of(self, part: Part) -> Iterator[Choice]:
        named = [*self.customs, "custom-name", "custom-value"] if part is Part.CUSTOM else FIELDS[part]
        yield from (self.choice(name) for name in named if name in self.fields)

    def choice(self, name: str) -> Choice:
        """Return a field with what somebody else has made of it meanwhile."""
        if name not in self.theirs:
            return Choice(self[name])
        shown = self.theirs[name].replace("\n", ", ") or _("empty")
        mine = str(self.data.get(name, "")).replace("\r\n", "\n").replace("\n", ", ") or _("empty")
        return Choice(self[name], shown, mine, f"take-{name}", self._takes_theirs(name))

    def line_rows(self) -> list[Any]:
        """Return the lines that are there, each with its fields."""
        return self.lines.rows(self) if may_edit(Part.LINES, self.order.status) else []

    def lines_why(self) -> str:
        """Say why lines cannot be changed; nothing where they can."""
        return why_not(Part.LINES, self.order.status)

    def were(self) -> SafeString:
        """Return what the fields were when the page was loaded, as hidden inputs; those of lines stand with them."""
        return self._hidden(name for name in self.fields if not name.startswith("line-"))

    def lines_were(self) -> SafeString:
        """Return what the fields of the lines were."""
        return self._hidden(name for name in self.fields if name.startswith("line-"))

    def _hidden(self, names: Iterable[str]) -> SafeString:
        names = [name for name in names if name in self.initial and name != "version" and not is_new(name)]
        pairs = ((self.add_initial_prefix(name), self.was(name)) for name in names)
        return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)

    def was(self, name: str) -> str:
        """Return what a field was when the page was loaded."""
        key = self.add_initial_prefix(name)
        return str(self.data.get(key, "") if self.is_bound else self.initial.get(name, ""))

    def typed(self) -> list[str]:
        """Return the fields that somebody has changed, but for those where the other one's value is taken."""
        return [name for name in self.changed_data if not self._takes_theirs(name)]

    def _takes_theirs(self, name: str) -> bool:
        return self.data.get(f"take-{name}") == THEIRS

    def changes(self) -> dict[str, Any]:
        """Return what was changed of the fields, by path; None where one was emptied."""
        told: dict[str, Any] = {}
        for name in self.typed():
            if name in PATHS:
                told[name] = self._value(name)
            elif name in self.customs:
                told[keyed_path("customFields", self.customs[name])] = self.cleaned_data[name] or None
        if self.cleaned_data.get("custom-name", "").strip():
            name = storable(self.cleaned_data["custom-name"].strip())
            told[keyed_path("customFields", name)] = self.cleaned_data["custom-value"]
        return told

    def _value(self, path: str) -> Any:
        text = self.cleaned_data[path]
        if path in DATES:
            return _instant(text, self.zone)
        return _tags(text) if path == "tags" else text or None

    def name_of(self, path: str) -> str | None:
        """Return the field at which a fault of a path stands; None where there is none."""
        customs = {keyed_path("customFields", name): key for key, name in self.customs.items()}
        found = self.lines.name_of(path) or customs.get(path, path)
        return found if found in self.fields else None


def values(content: Json, zone: dt.tzinfo = dt.UTC) -> dict[str, str]:
    """Return the fields as the form shows them: tags one a line, dates in the reader's timezone."""
    told = {}
    for path in PATHS:
        group, _dot, key = path.rpartition(".")
        within = (content.get(group) or {}) if group else content
        told[path] = str(within.get(key) or "") if path != "tags" else "\n".join(content.get("tags") or ())
    return told | {path: _local(told[path], zone) for path in DATES}


def custom_values(content: Json) -> dict[str, str]:
    """Return the custom fields by the names that they have in the form."""
    return {_custom_name(one["name"]): str(one["value"]) for one in content.get("customFields") or ()}


def _custom_name(name: str) -> str:
    """Return a name for a form, since a custom field may be called anything."""
    return f"custom-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"


def _local(text: str, zone: dt.tzinfo) -> str:
    if not text:
        return ""
    return dt.datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _instant(text: str, zone: dt.tzinfo) -> str | None:
    """Return a date as documents have it; what is none stays as it was typed, and is told."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text or None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _field(path: str, custom: str) -> forms.CharField:
    widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off"})
    if path == "tags" or path in LONG:
        widget = forms.Textarea(attrs={"rows": 3 if path == "tags" else 2})
    elif path in DATES:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    label = custom or _(ORDER.label(path))
    for prefix in ("Shipping ", "Customer "):
        label = label.removeprefix(prefix) if "." in path else label
    return Text(
        label=label[:1].upper() + label[1:],
        required=False,
        widget=widget,
        show_hidden_initial=True,
        help_text=_("One a line.") if path == "tags" else "",
    )


def _tags(text: str) -> list[str]:
    return [line.strip() for line in storable(text).splitlines() if line.strip()]
