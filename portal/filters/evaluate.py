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
from portal.filters.reads import Alone, Shared, inner
from portal.filters.resolve import Bundle, Resolved, Tally, Test, resolve
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
    expression = writer.node(resolve(root, catalogue, zone), Alone(writer, "d"))
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
        shared = Shared(writer)
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
            "inner": inner,
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

    def node(self, node: Resolved, reads: Alone | Shared) -> str:
        """Return the expression of a node."""
        if isinstance(node, Tally):
            return self.answer(node, self._count(node, reads), "")
        return self._loop(node, reads) if node.lines is not None else self._plain(node, reads)

    def _plain(self, node: Bundle | Test, reads: Alone | Shared) -> str:
        if isinstance(node, Test):
            return self._test(node, reads)
        if not node.items:
            return "False" if node.match == "any" else "True"
        joint = " and " if node.match == "all" else " or "
        joined = "(" + joint.join(self.node(item, reads) for item in node.items) + ")"
        return f"(not {joined})" if node.match == "none" else joined

    def _test(self, test: Test, reads: Alone | Shared) -> str:
        value = reads.read(test.field, test.key)
        if test.other is not None:
            return self.answer(test, value, reads.other(test.other))
        if test.operator.looks_back:
            return f"({reads.changed()} and {self.answer(test, value, reads.before(test.field, test.key))})"
        return self.answer(test, value, "")

    def _count(self, tally: Tally, reads: Alone | Shared) -> str:
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

    def _loop(self, node: Bundle | Test, reads: Alone | Shared) -> str:
        short = self._short_cut(node, reads) if isinstance(node, Test) and isinstance(reads, Shared) else None
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

    def _short_cut(self, test: Test, reads: "Shared") -> str | None:
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
