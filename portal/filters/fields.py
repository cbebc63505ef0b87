"""Fields and catalogues: the only place that knows what an entity can be asked.

An app declares one catalogue per entity beside its canonical document::

    from portal.filters.fields import Catalogue, Field, Type, choices
    from portal.filters.mark import gettext_noop as _

    ORDER = Catalogue(
        "order",
        _("order"),
        [
            Field("status", _("Status"), Type.ENUM, group=_("State"),
                  choices=choices({"new": _("New"), "onHold": _("On hold")}), column="status"),
            Field("totalPrice", _("Total"), Type.MONEY, group=_("Totals"), column="total"),
            Field("shippingAddress.city", _("Shipping city"), Type.TEXT, group=_("Shipping")),
            Field("tags", _("Tags"), Type.LIST, group=_("Tags"), noun=_("tag"), writable=True),
            Field("payments[].method", _("Payment methods"), Type.LIST, noun=_("payment method")),
            Field("lineItems.sku", _("Line SKU"), Type.TEXT, group=_("Line items"), noun=_("SKU"), line=True),
        ],
    )

A field with `keyed` stands for any number of fields: a list of objects, each a name and a value.
`Field("customFields", _("Custom field"), Type.TEXT, keyed=("name", "value"))` gives the catalogue
a field for every name: that of “Gift wrap” has the path `customFields["Gift wrap"]` (`keyed_path`),
and its value is that of the first item whose folded name is the folded one.

`path` is the path in the camelCase document. In a list field `[]` walks through a list of objects.
A line field starts with the catalogue's `lines_path`. Labels are plain English marked with
`gettext_noop`; pages translate them when they show them.

How SQL finds a field (see `portal.filters.facets` for the rest):

- `column` names a plain column that holds the very value of the document. It is compared for
  numbers, money, datetimes (which may be finer than the document's milliseconds), booleans and enums,
  and lists sort by it.
- `folded` names a column that holds `portal.kit.text.fold` of a text, or an array of folded texts
  for a list field. Raw text columns are never compared: PostgreSQL folds differently.
- A field with neither is read from the row's `facets`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from portal.kit import json
from portal.kit.text import fold

KEYED = re.compile(r'(?P<base>[^"\[]+)\[(?P<name>"(?:[^"\\]|\\.)*")\]')
MAX_KEY = 200


class Type(StrEnum):
    """What kind of value a field holds, and thereby which operators it has."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    ENUM = "enum"
    LIST = "list"
    COUNTRY = "country"


BEFORE = "$before"
"""The member of a document that holds what it was before the change, where a catalogue knows of changes."""
FOLDED_TYPES = frozenset({Type.TEXT, Type.COUNTRY, Type.LIST})
"""Types whose values are compared folded."""


class Choice(NamedTuple):
    """A value of an enum field and its label."""

    value: str
    label: str


def choices(labels: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return choices from a mapping of value to label, in its order."""
    return tuple(Choice(value, label) for value, label in labels.items())


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity's document: what people call it and where SQL finds it."""

    path: str
    label: str
    type: Type
    group: str = ""
    choices: tuple[Choice, ...] = ()
    noun: str = ""
    """The field inside a sentence, singular for lists (“any tag is …”); the label when left out."""
    column: str | None = None
    folded: str | None = None
    line: bool = False
    writable: bool = False
    """Whether rules may change it."""
    currency: str | None = None
    """Path of the field that names the currency of a money field."""
    help: str = ""
    keyed: tuple[str, str] | None = None
    """Of a field that stands for many: the members that hold the name and the value."""
    base: str = ""
    """Of one field out of many: the path of the one that stands for them."""
    keyed_name: str = ""
    """Of one field out of many: its name as the filter spells it."""

    @property
    def is_template(self) -> bool:
        """Say whether it stands for many fields and is none itself: conditions must name one."""
        return self.keyed is not None and not self.keyed_name

    @property
    def name(self) -> str:
        """Return the field as it stands inside a sentence."""
        return self.noun or self.label[:1].lower() + self.label[1:]

    @property
    def sql_column(self) -> str | None:
        """Return the column that SQL compares, or None when the value is read from the facets."""
        return self.folded if self.type in FOLDED_TYPES else self.column

    def choice_label(self, value: object) -> str:
        """Return the label of a choice, or the value itself when there is none."""
        return next((choice.label for choice in self.choices if choice.value == value), str(value))


def keyed_path(base: str, name: str) -> str:
    """Return the path of one field out of many: `customFields["Gift wrap"]`."""
    return f"{base}[{json.dumps_text(name)}]"


class BadCatalogue(ValueError):
    """A catalogue contradicts itself; found when the process starts."""


class Catalogue:
    """All fields of one entity, by path and by group."""

    def __init__(
        self,
        entity: str,
        noun: str,
        fields: Iterable[Field],
        *,
        lines_path: str = "lineItems",
        changes: bool = False,
    ) -> None:
        self.entity = entity
        self.noun = noun
        self.lines_path = lines_path
        self.changes = changes
        """Whether its documents know what they were before (triggers on updates): see `BEFORE`."""
        self.fields = tuple(fields)
        self._by_path = {field.path: field for field in self.fields}
        self._check()

    def _check(self) -> None:
        if len(self._by_path) != len(self.fields):
            raise BadCatalogue(f"The catalogue of {self.entity} names a path twice.")
        for field in self.fields:
            if field.line != field.path.startswith(self.lines_path + "."):
                raise BadCatalogue(f"{field.path}: line fields, and only they, start with “{self.lines_path}.”.")
            if field.type is Type.ENUM and not field.choices:
                raise BadCatalogue(f"{field.path}: an enum field needs its choices.")
            if "[]" in field.path and field.type is not Type.LIST:
                raise BadCatalogue(f"{field.path}: only a list field can walk through a list.")

            if field.keyed is not None and field.type is not Type.TEXT:
                raise BadCatalogue(f"{field.path}: what is found by name is text.")

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.get(path) is not None

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def get(self, path: str) -> Field | None:
        """Return the field of this path, or None. `customFields["x"]` is one of the fields named by users."""
        return self._by_path.get(path) or self._named(path)

    def _named(self, path: str) -> Field | None:
        match = KEYED.fullmatch(path) if path.endswith('"]') and len(path) < 2 * MAX_KEY else None
        many = self._by_path.get(match["base"]) if match else None
        if match is None or many is None or many.keyed is None:
            return None
        try:
            name = str(json.loads(match["name"]))
        except json.NotJson:
            return None
        if not fold(name) or len(name) > MAX_KEY or any("\ud800" <= char <= "\udfff" for char in name):
            return None
        shown = f"{many.label} “{name}”"
        noun = f"{many.name} “{name}”"
        return replace(many, path=keyed_path(many.path, name), label=shown, noun=noun, base=many.path, keyed_name=name)

    def updated(self) -> "Catalogue":
        """Return the same catalogue for documents that know what they were before."""
        return Catalogue(self.entity, self.noun, self.fields, lines_path=self.lines_path, changes=True)

    def plain(self) -> "Catalogue":
        """Return the same catalogue for documents that do not know what they were before."""
        return Catalogue(self.entity, self.noun, self.fields, lines_path=self.lines_path) if self.changes else self

    def label(self, path: str) -> str:
        """Return the label of a path; the path itself when it is unknown."""
        field = self.get(path)
        return field.label if field else path

    def words(self, names: Iterable[str], most: int = 6) -> str:
        """Return what parts of a document are called, for a sentence, each once; those behind `most` are left out."""
        told = list(dict.fromkeys(self.label(name) if self.get(name) else _in_words(name) for name in names))
        return f"{', '.join(told[:most])}{' and more' if len(told) > most else ''}"

    def grouped(self) -> dict[str, list[Field]]:
        """Return the fields by group, both in the order of declaration."""
        groups: dict[str, list[Field]] = {}
        for field in self.fields:
            groups.setdefault(field.group, []).append(field)
        return groups

    def key(self, field: Field) -> str:
        """Return the path inside its own object: that of the line for line fields.

        A name that users gave is folded in it, so that the key is the same however they write it.
        """
        path = field.path
        if field.keyed_name:
            path = keyed_path(field.base, fold(field.keyed_name))
        return path.removeprefix(self.lines_path + ".") if field.line else path


def _in_words(name: str) -> str:
    """Return the name of a part that holds fields of its own as words: `shippingAddress`, Shipping address."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
