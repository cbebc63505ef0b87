"""Random trees and documents for the sample catalogue, drawn from few values so that they often meet."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from portal.filters.check import comparable
from portal.filters.fields import BEFORE, Field, Type, keyed_path
from portal.filters.operands import WEEKDAYS
from portal.filters.operators import operators_for
from portal.filters.shape import NUMBERS as NUMBER_TYPES
from portal.filters.shape import Operand, Operator, Takes, operators
from portal.filters.tree import LINES, Condition, Duration, FieldRef, Group, Measure, Node
from tests.portal.filters.sample import SAMPLE

WORDS = [
    "vip",
    "VIP",
    "Café",
    "cafe",
    "ﬁsh",
    "İstanbul",
    "ß",
    "ss",
    "a%b",
    "a_b",
    "a\\b",
    "😀 tea",
    "100",
    "é",
    "O'Neil",
]
NUMBERS: list[int | Decimal] = [0, 1, 2, 5, -1, Decimal("0.1"), Decimal("0.30"), Decimal("2.0"), Decimal("99999999.99")]
HUGE = [10**30, Decimal("1e-40"), Decimal("-1E+60")]
MOMENTS = [
    "2026-01-10T12:00:00.000Z",
    "2026-01-10T11:59:59.999Z",
    "2026-01-10T00:00:00.000Z",
    "2026-01-09T23:59:59.999Z",
    "2026-01-09T12:00:00.000Z",
    "2026-01-10T13:00:00.000+01:00",
    "2026-01-13T12:00:00.000Z",
    "1970-01-01T00:00:00.000Z",
    "2026-03-29T00:59:59.999Z",
    "2026-03-29T01:00:00.000Z",
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T01:30:00.000Z",
    "2026-10-24T22:00:00.000Z",
    "2026-01-10T11:59:59.9994Z",
]
PATTERNS = ["v?p", "c*", "*e*", "*t?a", "1*0", "a\\\\*", "a%*", "?_b", "ﬁ??", "*s"]
NAMES = ["gift", "Gift ", "Größe", 'a "b"', "😀"]
CLOCKS = ["00:00", "06:00", "12:00", "12:30", "23:59"]
DAYS = ["2026-01-09", "2026-01-10", "2026-01-13", "2026-03-29", "2026-10-25"]
WRONG: list[Any] = [None, "", "  ", [], {}, "x", 7, True, ["vip", 3, None, ""], {"a": 1}]

texts = st.one_of(
    st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
)
numbers = st.one_of(
    st.sampled_from(NUMBERS), st.integers(-3, 3), st.decimals(-5, 5, places=2, allow_nan=False, allow_infinity=False)
)
summable = st.one_of(numbers, st.sampled_from(WRONG))
"""Numbers of lines: together they stay within 15 digits, so that V8 sums them exactly (docs/filters.md)."""
good_texts = st.sampled_from(WORDS)


@cache  # here and below: hypothesis looks a strategy over when it is first drawn from, which costs more than drawing
def raw_values(field: Field) -> st.SearchStrategy[Any]:
    """Values a document may hold in this field, some of them wrong."""
    good: dict[Type, st.SearchStrategy[Any]] = {
        Type.TEXT: texts,
        Type.COUNTRY: st.sampled_from(["DE", "de", "AT", "US"]),
        Type.NUMBER: st.one_of(numbers, st.sampled_from(HUGE)),
        Type.MONEY: numbers,
        Type.BOOLEAN: st.booleans(),
        Type.ENUM: st.sampled_from([choice.value for choice in field.choices] or [""]),
        Type.LIST: st.lists(texts, max_size=4),
        Type.DATETIME: st.sampled_from(MOMENTS),
    }
    return st.one_of(good[field.type], good[field.type], good[field.type], st.sampled_from(WRONG))


@cache
def named_values() -> st.SearchStrategy[Any]:
    """A list of names and values, some of them wrong."""
    good = st.fixed_dictionaries({"name": st.sampled_from(NAMES)}, optional={"value": st.one_of(texts, st.none())})
    return st.one_of(st.lists(st.one_of(good, good, st.sampled_from(WRONG)), max_size=3), st.sampled_from(WRONG))


def put(holder: dict[str, Any], path: str, value: Any) -> None:
    if "[]." in path:
        name, rest = path.split("[].")
        holder[name] = [{rest: item} for item in value] if isinstance(value, list) else value
        return
    *parents, last = path.split(".")
    for name in parents:
        holder = holder.setdefault(name, {})
    holder[last] = value


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.is_template:
        return named_values()
    return summable if field.line and field.type in NUMBER_TYPES else raw_values(field)


PLACES = {line: [(SAMPLE.key(one), _values(one)) for one in SAMPLE if one.line is line] for line in (False, True)}
"""The fields of a record, and of a line: where each stands, and what may stand there."""


@st.composite
def holders(draw: st.DrawFn, line: bool) -> dict[str, Any]:
    holder: dict[str, Any] = {}
    chosen = draw(st.integers(0, 2 ** len(PLACES[line]) - 1))  # a bit for each field, in one draw
    for index, (key, values) in enumerate(PLACES[line]):
        if chosen >> index & 1:
            put(holder, key, draw(values))
    return holder


bare, some_lines = holders(False), st.lists(holders(True), max_size=3)
has_lines, knows_former = st.integers(0, 5), st.integers(0, 6)


@cache
@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document = draw(bare)
    if draw(has_lines):
        document["lineItems"] = draw(some_lines)
    return document


UNCHANGED = object()
formers = st.one_of(documents(), st.just(UNCHANGED), st.sampled_from([None, "x", []]))


@st.composite
def updated(draw: st.DrawFn) -> dict[str, Any]:
    """A document that knows what it was before; sometimes it says nothing or nonsense of it."""
    document = draw(documents())
    former = draw(formers)
    was = {**document} if former is UNCHANGED else former
    return {**document, BEFORE: was} if draw(knows_former) else document


def operand(field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    special: dict[Operand, st.SearchStrategy[Any]] = {
        Operand.WEEKDAY: st.lists(st.sampled_from([day.value for day in WEEKDAYS]), min_size=1, max_size=4).map(tuple),
        Operand.TIME: st.lists(st.sampled_from(CLOCKS), min_size=2, max_size=2, unique=True).map(tuple),
        Operand.LENGTH: st.integers(1, 6),
        Operand.PATTERN: st.sampled_from(PATTERNS),
    }
    if operator.operand in special:
        return special[operator.operand]
    ones: dict[Type, st.SearchStrategy[Any]] = {
        Type.TEXT: good_texts,
        Type.LIST: good_texts,
        Type.COUNTRY: st.sampled_from(["DE", "de", "AT"]),
        Type.NUMBER: numbers,
        Type.MONEY: numbers,
        Type.ENUM: st.sampled_from([choice.value for choice in field.choices] or [""]),
        Type.DATETIME: st.sampled_from(MOMENTS + DAYS),
        Type.BOOLEAN: st.none(),
    }
    one = ones[field.type]
    if operator.takes is Takes.DURATION:
        return st.builds(Duration, st.integers(1, 90), st.sampled_from(["minutes", "hours", "days", "weeks"]))
    if operator.takes is Takes.MANY:
        return st.lists(one, min_size=1, max_size=3).map(tuple)
    if operator.takes is Takes.TWO:
        pairs = (
            st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))
            if field.type is Type.DATETIME
            else st.tuples(one, one)
        )
        return pairs.map(lambda pair: tuple(sorted(pair)))
    return one if operator.takes is Takes.ONE else st.none()


lines_choices = st.sampled_from([None, *LINES])
names = st.sampled_from(NAMES)
one_of_five = st.integers(0, 4)


@cache
def every_field(bound: bool) -> st.SearchStrategy[Field]:
    return st.sampled_from([field for field in SAMPLE if field.line or not bound])


@st.composite
def fields(draw: st.DrawFn, bound: bool = False) -> Field:
    """A field of the sample, one out of many given a name."""
    field = draw(every_field(bound))
    if not field.is_template:
        return field
    named = SAMPLE.get(keyed_path(field.path, draw(names)))
    assert named
    return named


@cache
def questions(field: Field, changes: bool) -> st.SearchStrategy[tuple[Operator, st.SearchStrategy[Any]]]:
    """Each operator of a field, with the values it may be given."""
    found = operators_for(field.type, changes=changes and not field.line)
    return st.sampled_from([(one, operand(field, one)) for one in found])


@cache
def others(field: Field) -> st.SearchStrategy[Field] | None:
    """The fields that a field may be compared with; None: there is none."""
    found = [other for other in SAMPLE if comparable(field, other) and not other.is_template]
    return st.sampled_from(found) if found else None


@st.composite
def conditions(draw: st.DrawFn, bound: bool = False, changes: bool = False) -> Condition:
    field = draw(fields(bound))
    operator, values = draw(questions(field, changes))
    lines = draw(lines_choices) if field.line and not bound else None
    other = others(field)
    if other is not None and operator.compares(field.type) and not draw(one_of_five):
        return Condition(field.path, operator.key, FieldRef(draw(other).path), lines)
    return Condition(field.path, operator.key, draw(values), lines)


measured = st.sampled_from([None, *(field for field in SAMPLE if field.line and field.type in NUMBER_TYPES)])
measuring = st.sampled_from([operators.get(key) for key in ("equals", "not_equals", "gt", "lte", "between")])
lows, highs = st.integers(-2, 4), st.integers(4, 300)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """A count of lines or a sum over them, of all lines or of some."""
    field, operator = draw(measured), draw(measuring)
    low, high = draw(lows), draw(highs)
    value: Any = (low, high) if operator.takes is Takes.TWO else draw(st.sampled_from([low, high, Decimal("0.5")]))
    return Measure("sum" if field else "count", operator.key, value, field.path if field else "", draw(measured_lines))


matches = st.sampled_from(["all", "any", "none"])


def groups(items: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Group]:
    return st.builds(Group, matches, st.lists(items, min_size=least, max_size=3).map(tuple))


bound_inner = st.recursive(conditions(bound=True), groups, max_leaves=4)
measured_lines = st.one_of(
    st.just(Group()), st.builds(Group, matches, st.lists(bound_inner, min_size=1, max_size=2).map(tuple))
)
bound_groups = st.builds(Group, matches, st.lists(bound_inner, min_size=1, max_size=3).map(tuple), matches)
nodes = st.recursive(
    st.one_of(conditions(), conditions(), conditions(), bound_groups, measures()), groups, max_leaves=8
)
trees = st.one_of(groups(nodes), st.just(Group()), bound_groups)
updated_trees = st.one_of(
    groups(st.recursive(st.one_of(conditions(changes=True), conditions(changes=True)), groups, max_leaves=6)), trees
)
"""Trees for the trigger of an update, which may ask what a value was before."""


@st.composite
def switched(draw: st.DrawFn) -> Group:
    """A tree in which some nodes are switched off; what is, may be unfinished."""
    tree = _switched(draw, draw(trees))
    assert isinstance(tree, Group)
    return replace(tree, off=False)


def _switched(draw: st.DrawFn, node: Node) -> Node:
    off = draw(st.integers(0, 3)) == 0
    if isinstance(node, Group):
        return replace(node, items=tuple(_switched(draw, item) for item in node.items), off=off)
    if isinstance(node, Measure):
        where = _switched(draw, node.where)
        assert isinstance(where, Group)
        return replace(node, where=replace(where, off=False), off=off)
    if off and draw(st.booleans()):
        node = draw(st.sampled_from([replace(node, value=None), replace(node, operator="?"), Condition("", "")]))
    return replace(node, off=off)
