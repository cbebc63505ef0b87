"""The lines of an order in its edit form: quantity, price, whether it ships, removing, and rows for new ones."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from orders.by_hand.lines import LineWishes, least
from orders.documents.dispositions import plain
from orders.models import Order
from orders.requests.settle import asked_of
from orders.requests.tally import Became, tally
from portal.kit.ids import new_public_id
from portal.kit.json import Json
from portal.kit.text import fold, storable

if TYPE_CHECKING:
    from orders.edit_form import Choice, EditForm

MOST = 200
"""Of an order with more lines only some are in the form at a time: those that were looked for, from one of them on."""
WINDOW = 50
_NEW = re.compile(r"new-([0-9a-z]{1,16})-sku")
_MEMBERS = {"quantity": "quantity", "price": "itemPrice", "ships": "requiresShipping"}
_MOST_NEW = 50


@dataclass(frozen=True)
class Row:
    """A line that is there, with its fields; `least` is how few units it may have, 0 where it may go."""

    name: str
    sku: str
    quantity: "Choice"
    price: "Choice"
    ships: forms.BoundField
    remove: forms.BoundField | None
    least: str
    is_beside: bool
    """It is not among the lines that are looked at: somebody has changed it before."""


@dataclass(frozen=True)
class NewRow:
    """A row for a new line, empty or as it was typed."""

    token: str
    sku: str = ""
    name: str = ""
    quantity: str = ""
    price: str = ""
    ships: bool = True
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """Which lines of a large order somebody wants to see: those with a text in their SKU or name, from one on."""

    find: str = ""
    start: int = 0
    moved: bool = False
    """They have gone on, or back, just now."""


@dataclass(frozen=True)
class Window:
    """The lines in the form, among those that fit what was looked for, and how to move on."""

    find: str
    start: int
    shown: int
    fitting: int
    total: int
    beside: frozenset[str] = frozenset()
    """The lines that are in the form beside them, because somebody has changed them."""
    moved: bool = False

    @property
    def first(self) -> int:
        """The number of the first line shown, as people count."""
        return min(self.start + 1, self.fitting)

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.start + self.shown

    @property
    def before(self) -> int | None:
        """Where the window before begins; None: this is the first one."""
        return max(self.start - WINDOW, 0) if self.start else None

    @property
    def after(self) -> int | None:
        """Where the next window begins; None: this is the last one."""
        return self.last if self.last < self.fitting else None


def empty_row() -> NewRow:
    """Return a row for one more line."""
    return NewRow(new_public_id())


def is_new(name: str) -> bool:
    """Say whether a field belongs to a new line or removes one: it was nothing before."""
    return name.startswith("new-") or name.endswith("-remove") or name in ("custom-name", "custom-value")


class LineRows:
    """The part of the form that the lines are."""

    def __init__(self, order: Order, data: Mapping[str, Any] | None, look: Look | None = None) -> None:
        self.order, self.data, self.look = order, data or {}, look or Look()
        lines = {_key(one["uniqueId"]): one for one in order.content["lineItems"]}
        self.window: Window | None = None
        self.items: dict[str, Json] = lines
        self.errors: dict[str, list[str]] = {}
        if len(lines) > MOST:
            self._narrow(lines, self.look)

    def _narrow(self, lines: dict[str, Json], look: Look) -> None:
        """Keep of a large order those lines that the form came with, else those that somebody looks for."""
        fitting, start = _fitting(lines, look)
        shown = fitting[start : start + WINDOW]
        if self.data:
            self.items = {key: one for key, one in lines.items() if f"initial-{key}-quantity" in self.data}
        else:
            self.items = {key: lines[key] for key in shown}
        beside = frozenset(self.items.keys() - set(shown))
        self.window = Window(look.find, start, len(shown), len(fitting), len(lines), beside, look.moved)

    @cached_property
    def became(self) -> Mapping[str, Became]:
        """What became of the lines until now: how few units each may have."""
        return tally(self.order.content, asked_of([self.order.pk]).get(self.order.pk, ()))

    @property
    def initial(self) -> dict[str, Any]:
        """What the fields are now."""
        return {name: value for key, line in self.items.items() for name, value in _now(key, line).items()}

    def fields(self) -> dict[str, forms.Field]:
        """Return the fields of the lines that are there."""
        found: dict[str, forms.Field] = {}
        for key, line in self.items.items():
            number = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            found[f"{key}-quantity"] = _typed(_("Quantity"), number)
            found[f"{key}-price"] = _typed(_("Price, %(currency)s") % {"currency": self.order.currency}, number)
            found[f"{key}-ships"] = _typed(_("Requires shipping"), forms.CheckboxInput())
            if not least(self.became.get(line["uniqueId"])):
                found[f"{key}-remove"] = forms.BooleanField(label=_("Remove"), required=False)
        return found

    def rows(self, form: "EditForm") -> list[Row]:
        """Return the lines for the page."""
        return [
            Row(
                line.get("name") or line["sku"] or line["uniqueId"],
                line["sku"],
                form.choice(f"{key}-quantity"),
                form.choice(f"{key}-price"),
                form[f"{key}-ships"],
                form[f"{key}-remove"] if f"{key}-remove" in form.fields else None,
                _number(least(self.became.get(line["uniqueId"]))),
                self.window is not None and key in self.window.beside,
            )
            for key, line in self.items.items()
        ]

    @property
    def adds(self) -> bool:
        """Say whether a new line was begun."""
        return any(row.sku or row.name or row.price for row in self.new_rows())

    def new_rows(self) -> list[NewRow]:
        """Return the new lines as they were typed, else one empty row."""
        tokens = [found[1] for name in self.data if (found := _NEW.fullmatch(str(name)))][:_MOST_NEW]
        return [self._new_row(token) for token in tokens] or [empty_row()]

    def _new_row(self, token: str) -> NewRow:
        sku, name, quantity, price, ships = (
            str(self.data.get(f"new-{token}-{key}", "")).strip()
            for key in ("sku", "name", "quantity", "price", "ships")
        )
        return NewRow(token, sku, name, quantity, price, bool(ships), tuple(self.errors.get(f"hand-{token}", ())))

    def wishes(self, form: "EditForm") -> LineWishes:
        """Return what shall become of the lines."""
        changed: dict[str, dict[str, Any]] = {}
        gone = {name.removesuffix("-remove") for name in form.changed_data if name.endswith("-remove")}
        for name in form.typed():
            key, _dash, member = name.rpartition("-")
            if key in self.items and member in _MEMBERS:
                changed.setdefault(self.items[key]["uniqueId"], {})[_MEMBERS[member]] = _value(member, form, name)
        removed = frozenset(self.items[key]["uniqueId"] for key in gone if key in self.items)
        kept = {unique_id: told for unique_id, told in changed.items() if unique_id not in removed}
        return LineWishes(kept, removed, [_line(row) for row in self.new_rows() if row.sku or row.name])

    def name_of(self, path: str) -> str | None:
        """Return the field at which a fault of a line stands."""
        first, _slash, rest = path.partition("/")
        unique_id, _slash, member = rest.rpartition("/")
        own = {place: name for name, place in _MEMBERS.items()}
        return f"{_key(unique_id)}-{own.get(member, 'quantity')}" if first == "lineItems" and rest else None

    def tell(self, path: str, message: str) -> bool:
        """Keep a fault of a new line; says whether it was one."""
        token = path.split("/")[1] if path.startswith("lineItems/hand-") else ""
        if token and _key(token) not in self.items:
            self.errors.setdefault(token, []).append(message)
            return True
        return False


def carried(order: Order, data: QueryDict, look: Look) -> QueryDict:
    """Return what was typed into the form, with the lines that somebody looks for now beside those they have changed.

    Lines that nobody has touched leave the form.
    """
    lines = {_key(one["uniqueId"]): one for one in order.content["lineItems"]}
    told = data.copy()
    kept = {key for key in lines if f"initial-{key}-quantity" in data and _is_touched(key, data)}
    for name in [one for one in told if one.removeprefix("initial-").startswith("line-")]:
        if name.removeprefix("initial-").rpartition("-")[0] not in kept:
            del told[name]
    fitting, start = _fitting(lines, look)
    for key in fitting[start : start + WINDOW]:
        for name, value in _now(key, lines[key]).items() if key not in kept else ():
            told[f"initial-{name}"] = value
            if value or not name.endswith("-ships"):
                told[name] = value
    return told


def _fitting(lines: Mapping[str, Json], look: Look) -> tuple[list[str], int]:
    """Return the lines that somebody looks for, and from which of them on they are shown."""
    wanted = fold(look.find.strip())
    fitting = [key for key, one in lines.items() if wanted in fold(f"{one['sku']} {one.get('name') or ''}")]
    return fitting, look.start if look.start < len(fitting) else 0


def _is_touched(key: str, data: QueryDict) -> bool:
    names = [f"{key}-{member}" for member in _MEMBERS]
    return f"{key}-remove" in data or any(data.get(one, "") != data.get(f"initial-{one}", "") for one in names)


def _now(key: str, line: Json) -> dict[str, str]:
    """Return the fields of a line as it is."""
    return {
        f"{key}-quantity": _number(line["quantity"]),
        f"{key}-price": "" if line.get("itemPrice") is None else f"{Decimal(line['itemPrice']):f}",
        f"{key}-ships": "on" if line.get("requiresShipping", True) else "",
    }


def _line(row: NewRow) -> Json:
    told: Json = {"uniqueId": f"hand-{row.token}", "sku": row.sku, "quantity": row.quantity or "1"}
    told |= {"name": storable(row.name)} if row.name else {}
    told |= {"itemPrice": row.price} if row.price else {}
    return told | {"sku": storable(row.sku), "requiresShipping": row.ships}


def _value(member: str, form: "EditForm", name: str) -> Any:
    value = form.cleaned_data[name]
    if member == "ships":
        return bool(value)
    return storable(str(value).strip()) or None


def _key(unique_id: str) -> str:
    return f"line-{hashlib.blake2b(unique_id.encode(), digest_size=6).hexdigest()}"


def _number(value: int | Decimal) -> str:
    told = plain(Decimal(value))
    return str(told) if isinstance(told, int) else f"{told:f}"


def _typed(label: str, widget: forms.Widget) -> forms.Field:
    checks = isinstance(widget, forms.CheckboxInput)
    kind: type[forms.Field] = forms.BooleanField if checks else forms.CharField
    return kind(label=label, required=False, widget=widget, show_hidden_initial=True)
