"""Converted code reads as a person would write it, and nothing in a filter can break out of it."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters.fields import Catalogue, Field, Type
from portal.filters.from_js import from_js
from portal.filters.js_text import WIDTH, comment, quote
from portal.filters.problems import BadFilter
from portal.filters.to_js import to_js
from portal.filters.to_words import sentence
from portal.filters.tree import ALWAYS, Condition, Group, Measure
from tests.portal.filters.sample import SAMPLE, UPDATED

SKU = Condition("lineItems.sku", "equals", "TEA-1")
LOTS = Condition("lineItems.quantity", "gt", 5)
VIP = Condition("tags", "contains_any", ("test", "example"))
OVER = Condition("totalPrice", "gt", 100)


def code(*items: Any, match: Any = "all", catalogue: Catalogue = SAMPLE) -> str:
    return to_js(Group(match, items), catalogue, ZoneInfo("Europe/Berlin"))


def test_each_condition_stands_on_a_line_and_only_the_helpers_needed_are_taken() -> None:
    root = Group("all", (OVER, VIP, Group("all", (SKU, LOTS), "any")))
    assert to_js(root, SAMPLE) == (
        f"// Matches {sentence(root, SAMPLE)}\n"
        "const { lines, number, text } = helpers;\n\n"
        "return number(entity.totalPrice) > 100\n"
        '  && text.hasAny(entity.tags, ["test", "example"])\n'
        '  && lines(entity.lineItems).some((line) => text.equal(line.sku, "TEA-1") && number(line.quantity) > 5);\n'
    )


def test_a_filter_without_conditions_is_true() -> None:
    assert to_js(ALWAYS, SAMPLE) == "// Matches always\nreturn true;\n"


def test_the_timezone_stands_there_only_where_days_are_counted() -> None:
    day = Condition("createdAt", "before", "2026-01-10")
    instant = Condition("createdAt", "before", "2026-01-10T10:00:00Z")
    assert 'const zone = "Europe/Berlin";\n\nreturn dates.isBefore(entity.createdAt, "2026-01-10", zone);' in code(day)
    assert code(instant).endswith('\n\nreturn dates.isBefore(entity.createdAt, "2026-01-10T10:00:00Z");\n')


def test_groups_in_groups_stand_in_parentheses_and_break_where_they_are_long() -> None:
    long = Condition("email", "is_one_of", tuple(f"somebody.number.{number}@example.com" for number in range(4)))
    told = code(OVER, Group("none", (VIP, Group("any", (long, SKU)))))
    assert told.split("\n\n")[1] == (
        "return number(entity.totalPrice) > 100\n"
        "  && !(\n"
        '    text.hasAny(entity.tags, ["test", "example"])\n'
        "    || (\n"
        "      text.isOneOf(entity.email, [\n"
        '        "somebody.number.0@example.com", "somebody.number.1@example.com", "somebody.number.2@example.com",\n'
        '        "somebody.number.3@example.com",\n'
        "      ])\n"
        '      || lines(entity.lineItems).some((line) => text.equal(line.sku, "TEA-1"))\n'
        "    )\n"
        "  );\n"
    )
    assert max(map(len, told.splitlines()[3:])) <= WIDTH


def test_measures_named_fields_and_what_was_before_are_short() -> None:
    measure = Measure("count", "gt", 2, where=Group("all", (SKU,)))
    gift = Condition('customFields["Gift wrap"]', "equals", "yes")
    changed = Condition("status", "changed_to", "new")
    assert code(measure, gift, changed, catalogue=UPDATED).split("\n\n")[1] == (
        'return lines(entity.lineItems).filter((line) => text.equal(line.sku, "TEA-1")).length > 2\n'
        '  && text.equal(named(entity.customFields, "Gift wrap"), "yes")\n'
        '  && changedTo(related.before, entity, (one) => one.status === "new");\n'
    )


def test_a_filter_that_does_not_fit_is_not_printed() -> None:
    with pytest.raises(BadFilter):
        code(Condition("nothing", "equals", "x"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("</script><!--", '"<\\/script><\\!--"'),
        ("a\u2028b\u2029c\nd", '"a\\u2028b\\u2029c\\nd"'),
        ("\u202eevil", '"\\u202eevil"'),
        ("\U000e0041", '"\\udb40\\udc41"'),
        ("`${1}` 😀 é", '"`${1}` 😀 é"'),
    ],
)
def test_no_text_breaks_out_of_its_string(text: str, shown: str) -> None:
    assert quote(text) == shown


def test_no_text_breaks_out_of_the_comment() -> None:
    assert comment("a\nreturn true;\r\u2028\u2029 b") == "// a return true;    b"
    told = code(Condition("email", "equals", "x\nreturn true;//"))
    assert told.splitlines()[0] == "// Matches when e-mail is “x return true;//”"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    root = Group("all", (Condition("email", "contains", f"x{text}"),))
    assert from_js(to_js(root, SAMPLE), SAMPLE) == root


def test_names_that_are_no_identifiers_are_quoted() -> None:
    catalogue = Catalogue("odd", "odd", [Field("a-b.c d", "X", Type.BOOLEAN), Field('q"', "Q", Type.BOOLEAN)])
    root = Group("all", (Condition("a-b.c d", "is_true"), Condition('q"', "is_true")))
    told = to_js(root, catalogue)
    assert 'entity["a-b"]?.["c d"] === true\n  && entity["q\\""] === true' in told
    assert from_js(told, catalogue) == root
