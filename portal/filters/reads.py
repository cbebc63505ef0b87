"""Where a generated filter function finds its values: afresh for one filter, in a view for many.

See `evaluate.py`; a reader returns expressions of Python, of names that its writer makes.
"""

from typing import Protocol

from portal.filters.fields import Field
from portal.filters.resolve import Other
from portal.kit.json import Json


class Writer(Protocol):
    """What a reader needs of the writer of a function."""

    lines_path: str

    def name(self, value: object) -> str:
        """Return a fresh name that stands for a value."""

    def form(self, field: Field, raw: str) -> str:
        """Return the call that puts a raw value into its normal form."""

    def raw(self, holder: str, field: Field, key: str) -> str:
        """Return the expression of the raw value at a key of `holder`, which is a dict."""


def inner(holder: Json, name: str) -> Json:
    """Return the object behind a name, an empty one where there is none."""
    value = holder.get(name)
    return value if value.__class__ is dict else {}


class Alone:
    """Reads each value where it is asked for: best for one filter, which stops early."""

    def __init__(self, writer: Writer, holder: str) -> None:
        self.writer = writer
        self.holder = holder

    def read(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form."""
        return self.writer.form(field, self.writer.raw(self.holder, field, key))

    def other(self, other: Other) -> str:
        """Return the expression of the field that a condition compares with."""
        return (Alone(self.writer, "d") if other.outside else self).read(other.field, other.key)

    def changed(self) -> str:
        """Return the expression that says whether the document knows what it was before."""
        return "before(d) is not None"

    def before(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form before the change."""
        return Alone(self.writer, "before(d)").read(field, key)

    def inside(self) -> "Alone":
        """Return the reader of one line."""
        return Alone(self.writer, "w")

    def rows(self) -> str:
        """Return the expression of the lines."""
        return f"lines_of(d, {self.writer.name(self.writer.lines_path)})"


class Shared:
    """Reads each value from a view, where it was put once for all filters of a set.

    A view is a list: the document; its lines as tuples of values, None until a filter asks for
    them; the document's own values; the sets of all lines' values of a field, None until asked for.
    """

    def __init__(self, writer: Writer, parent: "Shared | None" = None) -> None:
        self.writer = writer
        self.parent = parent
        self.slots: dict[str, tuple[int, Field]] = {}
        self.columns: dict[str, tuple[str, Field]] = {}
        self.line = Shared(writer, self) if parent is None else None

    def read(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form."""
        first = 0 if self.parent else 2
        slot, _ = self.slots.setdefault(key, (len(self.slots) + first, field))
        return f"{'w' if self.parent else 'd'}[{slot}]"

    def other(self, other: Other) -> str:
        """Return the expression of the field that a condition compares with."""
        return (self.parent or self if other.outside else self).read(other.field, other.key)

    def changed(self) -> str:
        """Return the expression that says whether the document knows what it was before."""
        return "before(d[0]) is not None"

    def before(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form before the change; few rules ask, so it is not shared."""
        return Alone(self.writer, "before(d[0])").read(field, key)

    def column(self, field: Field, key: str) -> str:
        """Return the expression of the set of a line field's values."""
        name, _ = self.columns.setdefault(key, (f"s{len(self.columns)}", field))
        return f"(d[-{int(name[1:]) + 1}] or {name}(d))"

    def inside(self) -> "Shared":
        """Return the reader of one line."""
        assert self.line is not None
        return self.line

    def rows(self) -> str:
        """Return the expression of the lines, read when the first filter asks for them."""
        return "(d[1] if d[1] is not None else rows(d))"

    def source(self) -> str:
        """Return the source of `view(document)`, `rows(view)` and the functions of the columns."""
        assert self.line is not None
        lines = f"lines_of(v[0], {self.writer.name(self.writer.lines_path)})"
        holders, values = self.values()
        empty = "None, " * len(self.columns)
        source = (
            f"def view(d):\n d = d if d.__class__ is dict else {{}}\n{holders} return [d, None, {values}{empty}]\n"
            f"def rows(v):\n v[1] = [row(d) for d in {lines}]\n return v[1]\n"
        )
        line_holders, line_values = self.line.values()
        source += f"def row(d):\n{line_holders} return ({line_values})\n"
        for key, (name, field) in self.columns.items():
            value = self.writer.form(field, self.writer.raw("d", field, key))
            place = -int(name[1:]) - 1
            source += f"def {name}(v):\n v[{place}] = {{{value} for d in {lines}}}\n return v[{place}]\n"
        return source

    def values(self) -> tuple[str, str]:
        """Return statements that fetch the objects in which values lie, and the values."""
        holders: dict[str, str] = {}
        values = ""
        for key, (_, field) in self.slots.items():
            parent, _, last = key.rpartition(".")
            if field.keyed is not None or "." in parent or "[]" in key or not parent:
                raw = self.writer.raw("d", field, key)
            else:
                raw = f"{holders.setdefault(parent, f'p{len(holders)}')}.get({self.writer.name(last)})"
            values += f"{self.writer.form(field, 'x')} if (x := {raw}) is not None else None, "
        fetch = "".join(f" {name} = inner(d, {self.writer.name(parent)})\n" for parent, name in holders.items())
        return fetch, values
