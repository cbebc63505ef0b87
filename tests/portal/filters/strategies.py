"""Random trees and documents for the sample catalogue, drawn from few values so that they often meet."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from portal.filters.fields import Field, Type
from portal.filters.operators import operators_for
from portal.filters.shape import Operator, Takes
from portal.filters.tree import LINES, Condition, Duration, Group
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
]
DAYS = ["2026-01-09", "2026-01-10", "2026-01-13"]
WRONG: list[Any] = [None, "", "  ", [], {}, "x", 7, True, ["vip", 3, None, ""], {"a": 1}]

texts = st.one_of(
    st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
)
numbers = st.one_of(
    st.sampled_from(NUMBERS), st.integers(-3, 3), st.decimals(-5, 5, places=2, allow_nan=False, allow_infinity=False)
)
good_texts = st.sampled_from(WORDS)


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


def put(holder: dict[str, Any], path: str, value: Any) -> None:
    if "[]." in path:
        name, rest = path.split("[].")
        holder[name] = [{rest: item} for item in value] if isinstance(value, list) else value
        return
    *parents, last = path.split(".")
    for name in parents:
        holder = holder.setdefault(name, {})
    holder[last] = value


@st.composite
def holders(draw: st.DrawFn, line: bool) -> dict[str, Any]:
    holder: dict[str, Any] = {}
    for field in SAMPLE:
        if field.line is line and draw(st.booleans()):
            put(holder, SAMPLE.key(field), draw(raw_values(field)))
    return holder


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document = draw(holders(False))
    if draw(st.integers(0, 5)):
        document["lineItems"] = draw(st.lists(holders(True), max_size=3))
    return document


def operand(field: Field, operator: Operator) -> st.SearchStrategy[Any]:
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


@st.composite
def conditions(draw: st.DrawFn, bound: bool = False) -> Condition:
    field = draw(st.sampled_from([field for field in SAMPLE if field.line or not bound]))
    operator = draw(st.sampled_from(operators_for(field.type)))
    lines = draw(st.sampled_from([None, *LINES])) if field.line and not bound else None
    return Condition(field.path, operator.key, draw(operand(field, operator)), lines)


matches = st.sampled_from(["all", "any", "none"])


def groups(items: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Group]:
    return st.builds(Group, matches, st.lists(items, min_size=least, max_size=3).map(tuple))


bound_inner = st.recursive(conditions(bound=True), groups, max_leaves=4)
bound_groups = st.builds(Group, matches, st.lists(bound_inner, min_size=1, max_size=3).map(tuple), matches)
nodes = st.recursive(st.one_of(conditions(), conditions(), bound_groups), groups, max_leaves=8)
trees = st.one_of(groups(nodes), st.just(Group()), bound_groups)
