"""Every problem is found, at its node, with a cure."""

import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.filters.check import check
from portal.filters.evaluate import compile_tree
from portal.filters.problems import BadFilter
from portal.filters.tree import ALWAYS, Condition, Duration, FieldRef, Group, Match, Measure
from tests.portal.filters.sample import NOW, SAMPLE


def problems(*items: Any, match: Match = "all", lines: Any = None) -> list[tuple[tuple[int, ...], str, str]]:
    return [(p.path, p.part, p.message) for p in check(Group(match, items, lines), SAMPLE)]


@pytest.mark.parametrize(
    ("condition", "part", "message"),
    [
        (Condition("nothing", "equals", "x"), "field", "There is no such field."),
        (Condition("email", "resembles", "x"), "operator", "There is no such operator."),
        (Condition("email", "gt", 5), "operator", "This field does not have this operator."),
        (Condition("email", "equals"), "value", "The value is not a text."),
        (Condition("email", "equals", "  "), "value", "The value is empty."),
        (Condition("email", "equals", "\u0301"), "value", "The value is empty."),
        (Condition("email", "equals", "x" * 10_001), "value", "The text is longer than 10,000 characters."),
        (Condition("email", "equals", "a\x00"), "value", "The text holds a character that no record can hold."),
        (Condition("email", "equals", "\ud800"), "value", "The text holds a character that no record can hold."),
        (Condition("email", "is_empty", "x"), "value", "This operator takes no value."),
        (Condition("email", "is_one_of", ()), "value", "This operator takes a list of values."),
        (Condition("email", "is_one_of", ("x",) * 1_001), "value", "The list has more than 1,000 values."),
        (Condition("weight", "gt", "5"), "value", "The value is not a number."),
        (Condition("weight", "gt", True), "value", "The value is not a number."),
        (Condition("weight", "gt", Decimal("NaN")), "value", "The number has too many digits."),
        (Condition("weight", "gt", Decimal("1E+999999")), "value", "The number has too many digits."),
        (Condition("weight", "gt", 10**5_000), "value", "The number has too many digits."),
        (Condition("weight", "gt", Decimal("0.0000001")), "value", "The number has too many digits."),
        (Condition("weight", "between", (5, 1)), "value", "The lower end is above the upper end."),
        (Condition("weight", "between", (5,)), "value", "This operator takes two values."),
        (Condition("status", "equals", "lost"), "value", "The value is not one of the choices."),
        (Condition("createdAt", "before", 5), "value", "The value is not a date."),
        (Condition("createdAt", "before", "soon"), "value", "The value is not a date between the years 1970 and 9000."),
        (Condition("createdAt", "before", "2026-02-30"), "value",
         "The value is not a date between the years 1970 and 9000."),
        (Condition("createdAt", "before", "9999-12-31"), "value",
         "The value is not a date between the years 1970 and 9000."),
        (Condition("createdAt", "before", "10000-01-01"), "value",
         "The value is not a date between the years 1970 and 9000."),
        (Condition("createdAt", "in_last", 5), "value", "This operator takes a span of time."),
        (Condition("createdAt", "in_last", Duration(0, "days")), "value", "The span of time is not positive."),
        (Condition("createdAt", "in_last", Duration(10**12, "weeks")), "value", "The span of time is too long."),
        (Condition("email", "matches", "a.*b"), "value", "Regular expressions are not understood here."),
        (Condition("email", "matches", "^a"), "value", "Regular expressions are not understood here."),
        (Condition("email", "matches", "(a|a)+"), "value", "Regular expressions are not understood here."),
        (Condition("email", "matches", "\\d"), "value", "Regular expressions are not understood here."),
        (Condition("email", "matches", "a\\"), "value", "The pattern ends in a backslash."),
        (Condition("email", "matches", "**"), "value", "The pattern fits everything."),
        (Condition("email", "matches", " "), "value", "The value is empty."),
        (Condition("email", "length_gt", 0), "value", "The length is not a whole number above 0."),
        (Condition("email", "length_gt", Decimal("1.5")), "value", "The length is not a whole number above 0."),
        (Condition("weight", "gt", Decimal("1234567890.123456")), "value", "The number has too many digits."),
        (Condition("createdAt", "on_weekday", ("sunday", "funday")), "value", "These are not days of the week."),
        (Condition("createdAt", "on_weekday", ()), "value", "These are not days of the week."),
        (Condition("createdAt", "time_between", ("08:00", "24:00")), "value", "These are not two times of day."),
        (Condition("createdAt", "time_between", ("08:00",)), "value", "These are not two times of day."),
        (Condition("createdAt", "time_between", ("08:00", "08:00")), "value", "The two times are the same."),
        (Condition("status", "changed"), "operator", "It is not known here what the value was before."),
        (Condition("customFields", "equals", "x"), "field", "It is not said which one is meant."),
        (Condition('customFields["  "]', "equals", "x"), "field", "There is no such field."),
        (Condition('customFields["x', "equals", "x"), "field", "There is no such field."),
        (Condition('tags["x"]', "equals", "x"), "field", "There is no such field."),
        (Condition("email", "contains", FieldRef("customer.lastName")), "value",
         "This operator does not compare with another field."),
        (Condition("email", "equals", FieldRef("nothing")), "value", "There is no such field to compare with."),
        (Condition("email", "equals", FieldRef("customFields")), "value", "There is no such field to compare with."),
        (Condition("email", "equals", FieldRef("email")), "value", "The two fields cannot be compared."),
        (Condition("email", "equals", FieldRef("weight")), "value", "The two fields cannot be compared."),
        (Condition("email", "equals", FieldRef("lineItems.sku")), "value", "The two fields cannot be compared."),
        (Measure("average", "gt", 1), "node", "It is not known what is to be measured."),  # type: ignore[arg-type]
        (Measure("count", "gt", 1, "lineItems.quantity"), "field", "This cannot be summed."),
        (Measure("sum", "gt", 1, "totalPrice"), "field", "This cannot be summed."),
        (Measure("sum", "gt", 1, "lineItems.sku"), "field", "This cannot be summed."),
        (Measure("count", "contains", 1), "operator", "A number does not have this operator."),
        (Measure("count", "changed"), "operator", "A number does not have this operator."),
        (Measure("count", "is_empty"), "operator", "A number of lines is never empty."),
        (Measure("count", "gt", "1"), "value", "The value is not a number."),
        (Measure("count", "gt", FieldRef("weight")), "value", "A number of lines does not compare with another field."),
        (Condition("email", "equals", "x", "any"), "lines", "Any, every or no line cannot be chosen here."),
        (Condition("lineItems.sku", "equals", "x", "each"), "lines", "Unknown choice of lines."),  # type: ignore[arg-type]
    ],
    ids=lambda case: getattr(case, "operator", None),
)  # fmt: skip
def test_a_bad_condition_is_named(condition: Condition, part: str, message: str) -> None:
    good = Condition("email", "equals", "x")
    assert problems(good, Group("any", (condition,))) == [((1, 0), part, message)]
    assert all(problem.cure for problem in check(Group("all", (condition,)), SAMPLE))


def test_several_problems_are_all_told() -> None:
    assert [path for path, _, _ in problems(Condition("a", "equals"), Group(), Condition("b", "equals"))] == [
        (0,),
        (1,),
        (2,),
    ]


def test_an_empty_group_is_a_problem_except_as_the_empty_filter() -> None:
    assert check(ALWAYS, SAMPLE) == []
    assert problems(match="any") == [((), "node", "The group is empty.")]
    assert problems(Group()) == [((0,), "node", "The group is empty.")]


def test_a_group_bound_to_a_line_speaks_of_lines_only() -> None:
    sku = Condition("lineItems.sku", "equals", "x")
    assert problems(sku, lines="any") == []
    assert problems(Condition("email", "equals", "x"), lines="any") == [
        ((0,), "field", "The group is bound to one line, but this is not a line field.")
    ]
    assert problems(Group("all", (sku,), "any"), lines="any") == [
        ((0,), "lines", "The group is bound to one line inside a group that already is.")
    ]
    assert problems(Condition("lineItems.sku", "equals", "x", "all"), lines="any") == [
        ((0,), "lines", "Any, every or no line cannot be chosen here.")
    ]


def test_a_tree_too_deep_or_too_large_is_refused_before_it_is_walked() -> None:
    node = Group("all", (Condition("email", "is_empty"),))
    for _ in range(5_000):
        node = Group("all", (node,))
    assert [problem.message for problem in check(node, SAMPLE)] == ["Groups are nested more than 20 deep."]
    many = (Condition("email", "is_empty"),) * 500
    assert problems(*many) == [((), "node", "The filter has more than 500 conditions and groups.")]
    assert problems(*many[1:]) == []


def test_no_reading_takes_a_filter_with_problems() -> None:
    with pytest.raises(BadFilter, match=re.escape("0: There is no such field. Choose a field from the list.")):
        compile_tree(Group("all", (Condition("nothing", "equals", "x"),)), SAMPLE)


def test_a_day_is_a_day_of_the_timezone_also_when_clocks_change() -> None:
    root = Group("all", (Condition("createdAt", "equals", "2026-03-29"),))
    berlin = compile_tree(root, SAMPLE, ZoneInfo("Europe/Berlin"))
    answers = {
        "2026-03-28T22:59:59.999Z": False,
        "2026-03-28T23:00:00.000Z": True,
        "2026-03-29T21:59:59.999Z": True,
        "2026-03-29T22:00:00.000Z": False,
    }
    assert {at: berlin({"createdAt": at}, NOW) for at in answers} == answers


def test_a_measure_is_judged_with_what_it_counts_by() -> None:
    where = Group("all", (Condition("email", "equals", "x"), Condition("lineItems.sku", "equals")))
    assert problems(Measure("count", "gt", 1, where=where)) == [
        ((0, 0, 0), "field", "The group is bound to one line, but this is not a line field."),
        ((0, 0, 1), "value", "The value is not a text."),
    ]
    bound = Group("all", (Condition("lineItems.sku", "equals", "x"),), "any")
    assert problems(Measure("count", "gt", 1, where=bound)) == [
        ((0, 0), "lines", "The group is bound to one line inside a group that already is.")
    ]
    assert problems(Measure("count", "gt", 1), lines="any") == [
        ((0,), "node", "Lines are counted inside a group that is bound to one line.")
    ]


def test_what_was_before_can_be_asked_where_a_record_was_updated() -> None:
    assert check(Group("all", (Condition("status", "changed_to", "new"),)), SAMPLE.updated()) == []
    lines = check(Group("all", (Condition("lineItems.sku", "changed"),)), SAMPLE.updated())
    assert [problem.message for problem in lines] == ["It is not known here what the value was before."]


def test_depth_counts_through_measures() -> None:
    node: Any = Condition("lineItems.sku", "equals", "x")
    for _ in range(18):
        node = Group("all", (node,))
    assert (
        problems(Measure("count", "gt", 1, where=Group("all", (node,))))[0][2] == "Groups are nested more than 20 deep."
    )
