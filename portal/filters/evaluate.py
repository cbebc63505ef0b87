"""The Python reading: a filter becomes one Python function, made once per rule version.

The function is generated as source and compiled. Measured by bench/filters.py, this is faster than
nested closures (docs/performance.md), and it is safe because nothing from a filter or a document
is ever pasted into the source: it consists of the templates of the operators and of names made
here (`k0`, `c1`, …); all values, field paths included, stand behind those names as globals.

`compile_tree` makes a function of one filter. `FilterSet` makes functions of many filters that
share what they read: a rule list folds each text of an order once, not once a rule.
"""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

from portal.filters.fields import Catalogue, Field
from portal.filters.normal import FORMS, before, dig, getter, lines_of
from portal.filters.resolve import Bundle, Other, Resolved, Tally, Test, resolve
from portal.filters.tree import Group
from portal.kit.json import Json

Predicate: TypeAlias = Callable[[Json, dt.datetime], bool]
View: TypeAlias = list[Any]
"""A document as a filter set reads it: itself, its lines once they are asked for, its values."""


@functools.lru_cache(maxsize=2_000)
def compile_tree(root: Group, catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> Predicate:
    """Return the function (document, now) -> bool of one filter; kept for the next caller.

    `now` is aware; days in the filter are days of `zone`. Raises BadFilter when the tree does not
    fit the catalogue. The function itself never raises, whatever the document looks like.
    """
    writer = _Writer(catalogue.lines_path)
    expression = writer.node(resolve(root, catalogue, zone), _Alone(writer, "d"))
    source = f"def filter(d, now):\n if d.__class__ is not dict: d = {{}}\n return {expression}\n"
    return cast(Predicate, writer.function(source))


def compile_test(test: Test | Tally) -> Callable[..., bool]:
    """Return one condition as a function of normal forms: (value, now) -> bool.

    A condition that compares with another field, or looks back, takes that value as the third.
    """
    return cast(Callable[..., bool], _Writer.single(test))


class FilterSet:
    """Many filters over one catalogue, read together.

    For each document make one view, then ask any filter of it, in any order::

        filters = FilterSet(roots, ORDER)
        view = filters.view(document)
        filters.holds[3](view, now)
    """

    def __init__(self, roots: Sequence[Group], catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> None:
        writer = _Writer(catalogue.lines_path)
        shared = _Shared(writer)
        expressions = [writer.node(resolve(root, catalogue, zone), shared) for root in roots]
        source = "".join(f"def f{i}(d, now):\n return {text}\n" for i, text in enumerate(expressions))
        names = "".join(f"f{index}, " for index in range(len(expressions)))
        every = f"def matches(d, now):\n d = view(d)\n return [{', '.join(expressions)}]\n"
        made = writer.function(f"{source}{shared.source()}{every}filter = (({names}), view, matches)\n")
        self.holds: tuple[Callable[[View, dt.datetime], bool], ...] = made[0]
        """Each filter as a function (view, now) -> bool."""
        self.view: Callable[[Json], View] = made[1]
        self.matches: Callable[[Json, dt.datetime], list[bool]] = made[2]
        """All filters at once: (document, now) -> their answers."""


class _Writer:
    """Prints resolved trees as Python; keeps the values behind the names it prints."""

    def __init__(self, lines_path: str) -> None:
        self.lines_path = lines_path
        self.names: dict[str, Any] = {
            "__builtins__": {},
            "dict": dict,
            "len": len,
            "before": before,
            "dig": dig,
            "inner": _inner,
            "lines_of": lines_of,
        }
        self.loops: list[str] = []

    def name(self, value: Any) -> str:
        """Return a fresh name that stands for a value."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, source: str) -> Any:
        """Compile the loops and the given source, and return what it calls `filter`."""
        exec(compile("".join(self.loops) + source, "<filter>", "exec"), self.names)  # noqa: S102 - see the module docstring
        return self.names["filter"]

    @classmethod
    def single(cls, test: Test | Tally) -> Any:
        """Return the function of one condition over the normal form of its value."""
        writer = cls("")
        return writer.function(f"def filter(v, now, o=None):\n return {writer.answer(test, 'v', 'o')}\n")

    def answer(self, test: Test | Tally, value: str, other: str) -> str:
        """Return the expression of one condition, given those of its value and of what it is compared with."""
        a, b = [*map(self.name, test.args), "", ""][:2]
        if test.operator.looks_back:
            holds = test.reading.python.format(value="x", before="y", a=a)
            return f"((x := {value}, y := {other}) and {holds})"
        if isinstance(test, Test) and test.other is not None:
            absent = "x is None or y is None or" if test.operator.absent else "x is not None and y is not None and"
            return f"((x := {value}, y := {other}) and ({absent} x {test.reading.against} y))"
        holds = test.reading.python.format(value="x", now="now", a=a, b=b)
        absent = "is None or" if test.operator.absent else "is not None and"
        return f"((x := {value}) {absent} {holds})"

    def node(self, node: Resolved, reads: "_Alone | _Shared") -> str:
        """Return the expression of a node."""
        if isinstance(node, Tally):
            return self.answer(node, self._count(node, reads), "")
        return self._loop(node, reads) if node.lines is not None else self._plain(node, reads)

    def _plain(self, node: Bundle | Test, reads: "_Alone | _Shared") -> str:
        if isinstance(node, Test):
            return self._test(node, reads)
        if not node.items:
            return "False" if node.match == "any" else "True"
        joint = " and " if node.match == "all" else " or "
        joined = "(" + joint.join(self.node(item, reads) for item in node.items) + ")"
        return f"(not {joined})" if node.match == "none" else joined

    def _test(self, test: Test, reads: "_Alone | _Shared") -> str:
        value = reads.read(test.field, test.key)
        if test.other is not None:
            return self.answer(test, value, reads.other(test.other))
        if test.operator.looks_back:
            return f"({reads.changed()} and {self.answer(test, value, reads.before(test.field, test.key))})"
        return self.answer(test, value, "")

    def _count(self, tally: Tally, reads: "_Alone | _Shared") -> str:
        """Write a loop that counts or sums over the lines, and return its call."""
        inner = reads.inside()
        where = self._plain(tally.where, inner) if tally.where.items else "True"
        if tally.measure.kind == "count":
            step = f"  if {where}:\n   n += 1\n"
        else:
            step = f"  if {where} and (x := {inner.read(tally.field, tally.key)}) is not None:\n   n += x\n"
        name = f"q{len(self.loops)}"
        self.loops.append(f"def {name}(d, now):\n n = 0\n for w in {reads.rows()}:\n{step} return n\n")
        return f"{name}(d, now)"

    def _loop(self, node: Bundle | Test, reads: "_Alone | _Shared") -> str:
        short = self._short_cut(node, reads) if isinstance(node, Test) and isinstance(reads, _Shared) else None
        if short:
            return short
        inner = reads.inside()
        expression = self._plain(node, inner)
        stop, end = {"any": ("True", "False"), "all": ("False", "True"), "none": ("False", "True")}[node.lines or "any"]
        meets = f"not {expression}" if node.lines == "all" else expression
        name = f"q{len(self.loops)}"
        self.loops.append(
            f"def {name}(d, now):\n for w in {reads.rows()}:\n  if {meets}:\n   return {stop}\n return {end}\n"
        )
        return f"{name}(d, now)"

    def _short_cut(self, test: Test, reads: "_Shared") -> str | None:
        """Return a condition as a question about the set of all lines' values, where it can be one."""
        quantifiers = ("all",) if test.operator.absent else ("any", "none")
        if test.reading.over_lines is None or test.lines not in quantifiers or test.other is not None:
            return None
        a, b = [*map(self.name, test.args), "", ""][:2]
        holds = test.reading.over_lines.format(values=reads.column(test.field, test.key), a=a, b=b)
        return f"(not ({holds}))" if test.lines == "none" else f"({holds})"

    def form(self, field: Field, raw: str) -> str:
        """Return the call that puts a raw value into its normal form."""
        return f"{self.name(FORMS[field.type])}({raw})"

    def raw(self, holder: str, field: Field, key: str) -> str:
        """Return the expression of the raw value at a key of `holder`, which is a dict."""
        if field.keyed is not None:
            return f"{self.name(getter(field, key))}({holder})"
        name = self.name(key)
        return f"dig({holder}, {name})" if "." in key or "[]" in key else f"{holder}.get({name})"


def _inner(holder: Json, name: str) -> Json:
    """Return the object behind a name, an empty one where there is none."""
    value = holder.get(name)
    return value if value.__class__ is dict else {}


class _Alone:
    """Reads each value where it is asked for: best for one filter, which stops early."""

    def __init__(self, writer: _Writer, holder: str) -> None:
        self.writer = writer
        self.holder = holder

    def read(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form."""
        return self.writer.form(field, self.writer.raw(self.holder, field, key))

    def other(self, other: Other) -> str:
        """Return the expression of the field that a condition compares with."""
        return (_Alone(self.writer, "d") if other.outside else self).read(other.field, other.key)

    def changed(self) -> str:
        """Return the expression that says whether the document knows what it was before."""
        return "before(d) is not None"

    def before(self, field: Field, key: str) -> str:
        """Return the expression of a field's normal form before the change."""
        return _Alone(self.writer, "before(d)").read(field, key)

    def inside(self) -> "_Alone":
        """Return the reader of one line."""
        return _Alone(self.writer, "w")

    def rows(self) -> str:
        """Return the expression of the lines."""
        return f"lines_of(d, {self.writer.name(self.writer.lines_path)})"


class _Shared:
    """Reads each value from a view, where it was put once for all filters of a set.

    A view is a list: the document; its lines as tuples of values, None until a filter asks for
    them; the document's own values; the sets of all lines' values of a field, None until asked for.
    """

    def __init__(self, writer: _Writer, parent: "_Shared | None" = None) -> None:
        self.writer = writer
        self.parent = parent
        self.slots: dict[str, tuple[int, Field]] = {}
        self.columns: dict[str, tuple[str, Field]] = {}
        self.line = _Shared(writer, self) if parent is None else None

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
        return _Alone(self.writer, "before(d[0])").read(field, key)

    def column(self, field: Field, key: str) -> str:
        """Return the expression of the set of a line field's values."""
        name, _ = self.columns.setdefault(key, (f"s{len(self.columns)}", field))
        return f"(d[-{int(name[1:]) + 1}] or {name}(d))"

    def inside(self) -> "_Shared":
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
        holders, values = self._values()
        empty = "None, " * len(self.columns)
        source = (
            f"def view(d):\n d = d if d.__class__ is dict else {{}}\n{holders} return [d, None, {values}{empty}]\n"
            f"def rows(v):\n v[1] = [row(d) for d in {lines}]\n return v[1]\n"
        )
        line_holders, line_values = self.line._values()
        source += f"def row(d):\n{line_holders} return ({line_values})\n"
        for key, (name, field) in self.columns.items():
            value = self.writer.form(field, self.writer.raw("d", field, key))
            place = -int(name[1:]) - 1
            source += f"def {name}(v):\n v[{place}] = {{{value} for d in {lines}}}\n return v[{place}]\n"
        return source

    def _values(self) -> tuple[str, str]:
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
