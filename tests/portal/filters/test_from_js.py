"""Code back to trees: what people write with the same meaning, and where code leaves the builder."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.filters.from_js import from_js
from portal.filters.js_syntax import CannotShow
from portal.filters.tree import ALWAYS, Condition, Duration, FieldRef, Group, Measure
from tests.portal.filters.sample import SAMPLE, UPDATED

BERLIN = ZoneInfo("Europe/Berlin")
OVER = Condition("totalPrice", "gt", 100)
VIP = Condition("tags", "contains_any", ("vip",))
NEW = Condition("status", "equals", "new")


def both(*items: Any) -> Group:
    return Group("all", items)


@pytest.mark.parametrize(
    ("code", "tree"),
    [
        ("return true", ALWAYS),
        ("return entity.totalPrice > 100;", both(OVER)),
        ("return 100 < entity.totalPrice;", both(OVER)),
        ("return (helpers.number(entity.totalPrice)) > 100.0;", both(Condition("totalPrice", "gt", Decimal("100.0")))),
        ("return entity['totalPrice'] > 100", both(OVER)),
        ("return entity.totalPrice > -1.5", None),
        (
            "const { number: n } = helpers\nreturn n(entity.totalPrice) > -1.5",
            both(Condition("totalPrice", "gt", Decimal("-1.5"))),
        ),
        ("const limit = 100, { totalPrice } = entity; return totalPrice > limit", both(OVER)),
        ("const isBig = entity.totalPrice > 100;\nreturn isBig && entity.status == 'new';", both(OVER, NEW)),
        ("return entity.status === `new` && helpers.text.hasAny(entity.tags ?? [], ['vip']);", both(NEW, VIP)),
        ("return helpers.text.hasAny(entity.tags || [], ['v\\u0069p'])", both(VIP)),
        (
            "if (!(entity.totalPrice > 100)) return false;\nif (entity.status !== 'new') return false\nreturn true;",
            both(OVER, NEW),
        ),
        ("if (entity.totalPrice > 100) return true;\nreturn entity.status === 'new';", Group("any", (OVER, NEW))),
        (
            "if (entity.test) { return entity.totalPrice > 100 } else return false",
            both(Condition("test", "is_true"), OVER),
        ),
        (
            "return entity.test ? false : entity.totalPrice > 100",
            both(Group("none", (Condition("test", "is_true"),)), OVER),
        ),
        (
            "if (entity.test) return false\nelse if ('new' == entity.status) return true\nreturn entity.totalPrice>100",
            both(Group("none", (Condition("test", "is_true"),)), Group("any", (NEW, OVER))),
        ),
        ("return !entity.test", Group("none", (Condition("test", "is_true"),))),
        ("return !!entity.test", both(Condition("test", "is_true"))),
        ("return entity.weight == null", both(Condition("weight", "is_empty"))),
        ("return null != entity.createdAt", both(Condition("createdAt", "is_not_empty"))),
        ("return !(entity.totalPrice > 100 || entity.status === 'new')", Group("none", (OVER, NEW))),
        ("return ['new', 'draft'].includes(entity.status)", both(Condition("status", "is_one_of", ("new", "draft")))),
        ("return entity.lineItems.some(line => line.quantity > 5)", both(Condition("lineItems.quantity", "gt", 5))),
        (
            "return entity.lineItems?.some(l => { return l.quantity > 5 && helpers.text.equal(l.sku, 'TEA') })",
            Group(
                "all", (Condition("lineItems.quantity", "gt", 5), Condition("lineItems.sku", "equals", "TEA")), "any"
            ),
        ),
        (
            "return !entity.lineItems.some(line => line.quantity > 5)",
            both(Condition("lineItems.quantity", "gt", 5, "none")),
        ),
        ("return entity.lineItems.length > 2", both(Measure("count", "gt", 2))),
        (
            "return helpers.money.sum(entity.lineItems, l => l.quantity) >= 3",
            both(Measure("sum", "gte", 3, "lineItems.quantity")),
        ),
        (
            "return helpers.money.sum(entity.lineItems.filter(l => l.taxable), 'itemPrice') < 9",
            both(Measure("sum", "lt", 9, "lineItems.itemPrice", both(Condition("lineItems.taxable", "is_true")))),
        ),
        (
            "return helpers.text.hasAny(entity.payments.map((one) => one.method), ['cash'])",
            both(Condition("payments[].method", "contains_any", ("cash",))),
        ),
        (
            "return helpers.text.equal(helpers.named(entity.customFields, 'Gift \"wrap\"'), 'yes')",
            both(Condition('customFields["Gift \\"wrap\\""]', "equals", "yes")),
        ),
        (
            "return helpers.text.equal(entity.shippingAddress.country, entity.billingAddress.country)",
            both(Condition("shippingAddress.country", "equals", FieldRef("billingAddress.country"))),
        ),
        (
            "return helpers.dates.isInLast(entity.createdAt, 3, 'days')",
            both(Condition("createdAt", "in_last", Duration(3, "days"))),
        ),
        ("/* long */ return ( // why\n entity.totalPrice > 100 )", both(OVER)),
    ],
)
def test_what_people_write_comes_to_the_builder(code: str, tree: Group | None) -> None:
    if tree is None:
        with pytest.raises(CannotShow):
            from_js(code, SAMPLE)
    else:
        assert from_js(code, SAMPLE) == tree


@pytest.mark.parametrize(
    ("code", "line", "says"),
    [
        ("return entity.totl > 5;", 1, "The builder has no field entity.totl."),
        ("return entity.totalPrice\n  .toFixed(2) > 5", 1, "The builder cannot show entity.totalPrice .toFixed(2) > 5"),
        (
            "const a = 1;\nlet b = 2;\nreturn true;",
            2,
            "The builder cannot show a variable that may change: let b = 2; Use const.",
        ),
        (
            "return entity.email === 'a@b.c'",
            1,
            "Compare texts by text.equal(a, b): case and accents do not count there.",
        ),
        ("return entity.email.includes('a')", 1, "Use text.contains, text.startsWith or, for lists, text.hasAny."),
        ("return entity.totalPrice < 100", 1, "It holds where there is no number: write number(entity.totalPrice)."),
        (
            "return text.equal(entity.email, 'a')",
            1,
            "“text” is not known here. Take helpers from “helpers” in the first line.",
        ),
        ("return helpers.text.equal(entity.email, '')", 1, "Enter a value"),
        ("return entity.status === 'lost'", 1, "The value is not one of the choices."),
        (
            "return helpers.dates.isOn(entity.createdAt, '2026-01-10')",
            1,
            "The builder counts days in Europe/Berlin: give that timezone.",
        ),
        (
            "return helpers.dates.isOn(entity.createdAt, '2026-01-10', 'Asia/Tokyo')",
            1,
            "Here days are those of another timezone",
        ),
        (
            "return entity.lineItems.some(line => entity.totalPrice > 5)",
            1,
            "This does not speak of the line: entity.totalPrice > 5",
        ),
        (
            "return entity.lineItems.some(l => entity.lineItems.some(m => m.quantity > 1))",
            1,
            "inside a question about a line",
        ),
        ("console.log(entity);\nreturn true", 1, "The builder cannot show this step"),
        ("for (const a of entity.tags) return true;\nreturn false", 1, "The builder cannot show this step"),
        ("if (entity.test) { return true }", 1, "The code does not return an answer everywhere."),
        ("return false", 1, "This code never holds"),
        ("return entity.totalPrice > ;", 1, "The code has a mistake here"),
        (
            "return helpers.changed(related.before, entity, (one) => helpers.text.fold(one.email))",
            1,
            "It is not known here what the value was before",
        ),
        ("return helpers.text.matches(entity.email, 'a.*b')", 1, "Regular expressions are not understood here."),
        ("return helpers.dates.isInLast(entity.createdAt, 3, 'years')", 1, "This is no span of time"),
        ("return number;", 1, "is not known here"),
        ("return entity.tags.length > 0x10", 1, "The builder cannot show the number 0x10."),
        ("return helpers.text.equal(entity.email, `a${1}`)", 1, "The builder cannot show a text that is put together"),
        ("return entity.lineItems.some((line, index) => index > 1)", 1, "Use a function of one value."),
        ("return entity.totalPrice", 1, "Say what it is compared with"),
        ("return " + "(" * 3_000 + "true" + ")" * 3_000, 1, "The code is nested too deep."),
        ("return entity.totalPrice > 100 {0} {code}", 1, "The code has a mistake here"),
    ],
)
def test_code_outside_the_builder_names_its_line_and_the_cure(code: str, line: int, says: str) -> None:
    with pytest.raises(CannotShow) as raised:
        from_js(code, SAMPLE, BERLIN)
    assert raised.value.pieces[0].line == line
    assert says in str(raised.value.pieces[0])


def test_every_wrong_part_is_told_in_the_order_of_the_lines() -> None:
    code = "return entity.a > 1\n && entity.totalPrice > 1\n && (entity.b > 1\n || Math.max(1))"
    with pytest.raises(CannotShow) as raised:
        from_js(code, SAMPLE)
    assert [piece.line for piece in raised.value.pieces] == [1, 3, 4]


def test_days_in_the_builders_timezone_and_instants_in_any_are_taken() -> None:
    code = "const zone = 'Europe/Berlin'; return helpers.dates.isOn(entity.createdAt, '2026-01-10', zone)"
    assert from_js(code, SAMPLE, BERLIN) == both(Condition("createdAt", "equals", "2026-01-10"))
    instant = "return helpers.dates.isBefore(entity.createdAt, '2026-01-10T00:00:00Z')"
    assert from_js(instant, SAMPLE, BERLIN) == both(Condition("createdAt", "before", "2026-01-10T00:00:00Z"))
    assert from_js("return helpers.dates.isOn(entity.createdAt, '2026-01-10')", SAMPLE, dt.UTC).items


def test_what_was_before_is_known_to_the_catalogue_of_updates_only() -> None:
    code = "return helpers.changedTo(related.before, entity, (order) => order.status === 'new')"
    assert from_js(code, UPDATED) == both(Condition("status", "changed_to", "new"))


def test_a_chain_of_five_hundred_conditions_is_read() -> None:
    code = "return " + " && ".join(f"entity.totalPrice > {number}" for number in range(499))
    assert len(from_js(code, SAMPLE).items) == 499


def test_code_that_doubles_with_each_line_is_refused_at_once() -> None:
    lines = ["const a0 = entity.totalPrice > 1;", *(f"const a{n} = a{n - 1} && !a{n - 1};" for n in range(1, 200))]
    with pytest.raises(CannotShow, match="decides too much"):
        from_js("\n".join([*lines, "return a199;"]), SAMPLE)
    chosen = "entity.test"
    for _ in range(40):
        chosen = f"(({chosen}) ? entity.totalPrice > 1 : entity.totalPrice > 2)"
    with pytest.raises(CannotShow, match="decides too much"):
        from_js(f"return {chosen};", SAMPLE)
    with pytest.raises(CannotShow, match="longer than 64,000"):
        from_js("return true;" + " " * 64_000, SAMPLE)
