"""The form for the fields of an order that people change by hand, and what is done when somebody else was faster."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.documents.catalogue import ORDER
from orders.models import Order
from portal.kit.json import Json
from portal.kit.text import storable

LONG = ("orderNote", "shippingNote", "giftNote")
GROUPS: tuple[tuple[StrOrPromise, Sequence[str]], ...] = (
    (gettext_lazy("Tags and notes"), ("tags", *LONG)),
    (gettext_lazy("Shipping"), ("shippingCarrier", "shippingClass", "shippingCode")),
    (
        gettext_lazy("Ship to"),
        tuple(
            f"shippingAddress.{name}"
            for name in (
                "firstName", "lastName", "company", "address1", "address2", "zipCodeOrPostalCode", "city",
                "stateOrProvince", "country", "phone", "email",
            )
        ),
    ),
)  # fmt: skip
PATHS = [path for _title, paths in GROUPS for path in paths]


class Text(forms.CharField):
    """A text; line breaks count the same however a browser sends them."""

    def to_python(self, value: object) -> str:
        """Return the text with plain line breaks."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class EditForm(forms.Form):
    """The fields by their paths. What a field was when the page was loaded travels with it, hidden.

    So only what somebody has changed is written, and a colleague's change of another field is not undone.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=values(order.content) | {"version": order.version}, auto_id="edit-%s")
        for path in PATHS:
            self.fields[path] = _field(path)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields as they stand together: (title, fields)."""
        return [(str(title), [self[path] for path in paths]) for title, paths in GROUPS]

    def were(self) -> SafeString:
        """Return what the fields were when the page was loaded, as hidden inputs."""
        names = ((self.add_initial_prefix(path), self._was(path)) for path in PATHS)
        return format_html_join("", '<input type="hidden" name="{}" value="{}">', names)

    def _was(self, path: str) -> str:
        name = self.add_initial_prefix(path)
        return str(self.data.get(name, "") if self.is_bound else self.initial[path])

    def changes(self) -> dict[str, Any]:
        """Return what was changed, by path; None where a field was emptied."""
        told: dict[str, Any] = {}
        for path in self.changed_data:
            if path in PATHS:
                text = self.cleaned_data[path]
                told[path] = _tags(text) if path == "tags" else text or None
        return told


def values(content: Json) -> dict[str, str]:
    """Return the fields as the form shows them: tags one a line."""
    address = content.get("shippingAddress") or {}
    told = {path: str(content.get(path) or "") for path in PATHS if "." not in path}
    told |= {path: str(address.get(path.partition(".")[2]) or "") for path in PATHS if "." in path}
    return told | {"tags": "\n".join(content.get("tags") or ())}


def meanwhile(form: EditForm, order: Order) -> EditForm:
    """Return the form anew after somebody else's change: what was typed stays, all else is as it is now.

    Where both have changed the same field, it says what the other one made of it.
    """
    now = values(order.content)
    data, both = {"version": str(order.version)}, []
    for path in PATHS:
        typed = path in form.changed_data
        if typed and form._was(path) != now[path]:
            both.append(path)
        data[path] = form.data.get(path, "") if typed else now[path]
        data[form.add_initial_prefix(path)] = now[path]
    again = EditForm(order, data)
    again.full_clean()
    again.add_error(
        None,
        _("%(number)s was changed by somebody else while you edited it. What you typed stands below: save it again.")
        % {"number": order.ext_order_id},
    )
    for path in both:
        shown = now[path].replace("\n", ", ") or _("empty")
        again.add_error(path, _("Somebody else has set this to “%(value)s” meanwhile.") % {"value": shown})
    return again


def _field(path: str) -> forms.CharField:
    widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off"})
    if path == "tags" or path in LONG:
        widget = forms.Textarea(attrs={"rows": 3 if path == "tags" else 2})
    label = _(ORDER.label(path)).removeprefix("Shipping ") if "." in path else _(ORDER.label(path))
    return Text(
        label=label[:1].upper() + label[1:],
        required=False,
        widget=widget,
        show_hidden_initial=True,
        help_text=_("One a line.") if path == "tags" else "",
    )


def _tags(text: str) -> list[str]:
    return [line.strip() for line in storable(text).splitlines() if line.strip()]
