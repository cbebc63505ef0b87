"""The inputs with which people fill a condition: one for each kind of value, the same everywhere.

    {% load ui %}
    {% filter_fields catalogue %}       once on a page: the fields to choose from
    {% include "ui/filter/field.html" with name="f.0.field" path=node.draft.field catalogue=catalogue %}
    {% value_input node.field node.draft.operator node.draft.values node.draft.unit name="f.0" entity=entity as input %}
    {% include "ui/filter/value.html" %}

Each control is a plain one with a name, and is what the form sends; `static/src/pick.js` puts the
one with suggestions before it. Both let their `input` and `change` events rise, so whoever stands
around them listens once (`hx-trigger="change"` on the element around the inputs is enough).
"""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template import Context
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.operands import WEEKDAYS
from portal.filters.shape import Operand, Takes, operators
from portal.filters.tree import UNITS
from portal.kit import json
from portal.kit.clock import now
from portal.ui import suggest
from portal.ui.countries import CODES
from portal.ui.html import fill

WEEKEND = ("saturday", "sunday")


@dataclass(frozen=True)
class Preset:
    """A short cut for a date: an operator and its value. `text` says which days, where these stand still."""

    label: str
    operator: str
    values: tuple[str, ...]
    unit: str = ""
    text: str = ""

    @property
    def filling(self) -> str:
        """What the browser puts into the form."""
        return json.dumps_text({"operator": self.operator, "values": self.values, "unit": self.unit})


@dataclass(frozen=True)
class ValueInput:
    """The control of one condition's value: what `ui/filter/value.html` draws.

    `kind` is none, choice, choices, country, countries, many, text, number, numbers, moment, moments,
    duration, weekdays, clock or length. The names are those of the form.
    """

    kind: str
    name: str
    name2: str
    unit_name: str
    operator_name: str
    operator: str
    values: tuple[str, ...]
    unit: str
    choices: Sequence[Choice] = ()
    suggestions: str = ""
    """Address of the suggestions, or nothing."""
    currency: bool = False
    currencies: str = ""
    """Address of the currencies in use, for an amount."""
    pattern: bool = False
    zone: str = ""
    moment: bool = False
    invalid: object = False
    described_by: str = ""
    small: bool = False
    focus: bool = False
    apply: bool = False
    """Whether a short cut sends the form at once."""
    units: Sequence[str] = UNITS
    weekdays: Sequence[Choice] = WEEKDAYS
    weekend: Sequence[str] = WEEKEND
    countries: str = field(default=" ".join(CODES), repr=False)

    @property
    def first(self) -> str:
        """The first value as typed."""
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        """The second value as typed."""
        return self.values[1] if len(self.values) > 1 else ""

    @property
    def lines(self) -> str:
        """The values, one on each line."""
        return "\n".join(self.values)

    @property
    def id(self) -> str:
        """What the ids of the controls begin with."""
        return f"v-{self.name.replace('.', '-')}"

    @property
    def unknown(self) -> list[str]:
        """Values that are not among the choices; shown as they are, so that nothing typed is lost."""
        known = {choice.value for choice in self.choices}
        return [value for value in self.values if value and value not in known]

    @property
    def presets(self) -> list[Preset]:
        """Short cuts for dates."""
        return date_presets(timezone.localdate(now())) if self.moment else []

    @property
    def chosen_preset(self) -> str:
        """Label of the short cut that says what stands in the form."""
        said = (self.operator, self.values, self.unit if self.kind == "duration" else "")
        return next((one.label for one in self.presets if (one.operator, one.values, one.unit) == said), "")


def value_input(
    field: Field | None,
    operator: str,
    values: Sequence[str],
    unit: str = "",
    *,
    entity: str,
    name: str = "",
    options: Sequence[Choice] = (),
    **look: Any,
) -> ValueInput:
    """Return the control for an operator on a field.

    With `name` “f.0” the form names are those of the builder (f.0.value, f.0.value2, f.0.unit); without
    one they are those of a chip (value, value, unit). `options` are choices of a text field. `look`
    is `invalid`, `described_by`, `small`, `focus` and `apply` of `ValueInput`.
    """
    found = operators.get(operator) if operator in operators else None
    own = found is None or found.operand not in _OPERANDS
    pattern = found is not None and found.operand is Operand.PATTERN
    offered = (field.choices or tuple(options)) if field and own and not pattern else ()
    takes = found.takes if found else Takes.ONE
    kind = _OPERANDS[found.operand] if found and not own else _kind(field, takes, bool(offered))
    is_money = field is not None and field.type is Type.MONEY and kind in ("number", "numbers")
    currency = field.currency if field is not None and is_money else None
    suggested = field is not None and not field.is_template and not pattern and kind in ("text", "many")
    return ValueInput(
        kind=kind,
        name=f"{name}.value" if name else "value",
        name2=f"{name}.value2" if name else "value",
        unit_name=f"{name}.unit" if name else "unit",
        operator_name=f"{name}.operator" if name else "operator",
        operator=operator,
        values=tuple(values),
        unit=unit or "days",
        choices=offered,
        suggestions=suggest.address(entity, field) if suggested else "",
        currency=bool(currency),
        currencies=suggest.address_of(entity, currency) if currency else "",
        pattern=pattern,
        zone=timezone.get_current_timezone_name(),
        moment=field is not None and field.type is Type.DATETIME and own,
        **look,
    )


def shown_input(context: Context, field: Field | None, *args: Any, entity: str, **more: Any) -> ValueInput:
    """`{% value_input … as input %}`: the same, with the names of what an organization has few of (stores)."""
    request = context.get("request")
    organization = getattr(request, "organization", None)
    if field is not None and organization is not None and not field.choices and not more.get("options"):
        known = request.__dict__.setdefault("named_values", {})
        if field.path not in known:
            known[field.path] = suggest.named(entity, field, organization)
        more["options"] = known[field.path]
    return value_input(field, *args, entity=entity, **more)


_OPERANDS = {Operand.WEEKDAY: "weekdays", Operand.TIME: "clock", Operand.LENGTH: "length"}
_ONE = {Type.NUMBER: "number", Type.MONEY: "number", Type.DATETIME: "moment", Type.COUNTRY: "country"}
_SEVERAL = {"number": "numbers", "moment": "moments"}


def _kind(field: Field | None, takes: Takes, offered: bool) -> str:
    if takes in (Takes.NONE, Takes.DURATION):
        return takes.value
    many = takes is Takes.MANY
    if offered and takes is not Takes.TWO:
        return "choices" if many else "choice"
    one = _ONE.get(field.type, "text") if field else "text"
    if many:
        return "countries" if one == "country" else "many"
    return _SEVERAL.get(one, one) if takes is Takes.TWO else one


def date_presets(today: dt.date) -> list[Preset]:
    """Return the short cuts for dates. The language has no operator for a moving day, so days are told as they are."""
    last_of_month = (today.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    yesterday = today - dt.timedelta(days=1)
    month = (today.replace(day=1).isoformat(), last_of_month.isoformat())
    return [
        Preset(_("Today"), "equals", (today.isoformat(),), text=formats.date_format(today, "j M Y")),
        Preset(_("Yesterday"), "equals", (yesterday.isoformat(),), text=formats.date_format(yesterday, "j M Y")),
        Preset(_("Last 7 days"), "in_last", ("7",), "days"),
        Preset(_("Last 30 days"), "in_last", ("30",), "days"),
        Preset(_("This month"), "between", month, text=formats.date_format(today, "F Y")),
    ]


def told_fields(catalogue: Catalogue) -> list[dict[str, object]]:
    """Return the fields as the browser's picker wants them: told once for a whole page."""
    told = []
    for group, members in catalogue.grouped().items():
        for one in members:
            entry: dict[str, object] = {
                "value": one.path,
                "label": _(one.label),
                "group": _(group) if group else _("Other"),
                "type": str(one.type),
            }
            if one.help:
                entry["note"] = _(one.help)
            if one.is_template:
                entry["names"] = suggest.address(catalogue.entity, one)
                entry["label"] = f"{_(one.label)}…"
            if one.line:
                entry["line"] = True
            told.append(entry)
    return told


def filter_fields(catalogue: Catalogue, id: str = "filter-fields") -> SafeString:
    """`{% filter_fields catalogue %}`: the fields to choose from, as data, once on a page.

    An element with an attribute and not a script: htmx takes every script out of the parts it brings.
    """
    return format_html('<template id="{}" data-options="{}"></template>', id, json.dumps_text(told_fields(catalogue)))


def field_options(catalogue: Catalogue, path: str) -> SafeString:
    """Return the options of the plain list of fields, which is shown where no script runs."""
    chosen = fill('value="{}"', path)
    return SafeString(_options(catalogue, get_language()).replace(chosen, f"{chosen} selected", 1))


@functools.lru_cache(maxsize=64)
def _options(catalogue: Catalogue, language: str | None) -> str:
    """Drawn once: a filter may have five hundred conditions, and each has this list."""
    groups = (
        fill('<optgroup label="{}">{}</optgroup>', _(group) if group else _("Other"), _members(members))
        for group, members in catalogue.grouped().items()
    )
    return "".join(groups)


def _members(members: Sequence[Field]) -> SafeString:
    return SafeString("".join(fill('<option value="{}">{}</option>', one.path, _(one.label)) for one in members))


@dataclass(frozen=True)
class FieldShown:
    """How a chosen field is shown. One that users named has the path of those it is one of, and its name."""

    label: str
    base: str = ""
    name: str = ""
    names: str = ""
    """Address that suggests names."""

    @property
    def settled(self) -> bool:
        """Say whether it is a field already, and not one of many that still has to be named."""
        return not self.base or bool(self.name)


def field_shown(catalogue: Catalogue, path: str) -> FieldShown:
    """`{% field_shown catalogue path as shown %}`: how a chosen field is shown, also one that is unknown."""
    found = catalogue.get(path)
    if found is None:
        return FieldShown(path)
    many = catalogue.get(found.base or path)
    if many is None or not many.is_template:
        return FieldShown(_(found.label))
    names = suggest.address(catalogue.entity, many)
    return FieldShown(f"{_(many.label)}…", many.path, found.keyed_name, names)


TAGS: tuple[Callable[..., Any], ...] = (filter_fields, field_options, field_shown)
"""What templates use of this, as tags."""
