"""Twenty enabled rules as a shop would have them, five of them JavaScript; the default rule is the last.

Most orders pass most rules and end at the default rule, which is the dearest case: every rule is asked.
"""

from decimal import Decimal
from typing import Any

from automations.definition import ActionSpec, Definition, FilterSpec

Tree = dict[str, Any]


def _is(field: str, operator: str, value: Any = None, lines: str = "") -> Tree:
    condition: Tree = {"field": field, "operator": operator}
    return condition | ({"value": value} if value is not None else {}) | ({"lines": lines} if lines else {})


def _all(*items: Tree, lines: str = "") -> Tree:
    return {"match": "all", "items": list(items)} | ({"lines": lines} if lines else {})


def _any(*items: Tree) -> Tree:
    return {"match": "any", "items": list(items)}


def _none(*items: Tree) -> Tree:
    return {"match": "none", "items": list(items)}


def _simple(name: str, root: Tree, action: str = "hold", **settings: Any) -> Definition:
    tree = FilterSpec(kind="simple", tree={"version": 1, "root": root})
    return Definition(name=name, filter=tree, actions=(ActionSpec(key=action, settings=settings),))


def _code(name: str, code: str, action: str = "hold", **settings: Any) -> Definition:
    spec = FilterSpec(kind="code", code=code)
    return Definition(name=name, filter=spec, actions=(ActionSpec(key=action, settings=settings),))


COUNTRY, TOTAL, SKU, NAME = "shippingAddress.country", "totalPrice", "lineItems.sku", "lineItems.name"
QUANTITY, PRICE = "lineItems.quantity", "lineItems.itemPrice"

RULES = (
    _simple("Very large orders", _all(_is(TOTAL, "gte", 5000)), minutes=240, next_status="reviewRequired"),
    _simple(
        "Export needs papers",
        _all(_none(_is(COUNTRY, "is_one_of", ["GB", "IE", "DE", "FR"])), _is(TOTAL, "gt", 800)),
        minutes=120,
    ),
    _simple("Nothing to ship", _all(_is("lineItems.requiresShipping", "is_false", lines="all")), minutes=0),
    _code(
        "More pieces than a pallet",
        "const pieces = entity.lineItems.reduce((sum, line) => sum + line.quantity, 0);\nreturn pieces > 6000;",
        minutes=180,
    ),
    _simple("Marked urgent", _all(_is("tags", "contains_any", ["urgent", "express"])), "send_for_fulfillment"),
    _simple(
        "One line of very many",
        _all(_all(_is(QUANTITY, "gte", 1000), _is(PRICE, "lt", Decimal("0.5")), lines="any")),
        minutes=60,
    ),
    _simple("Glass by the crate", _all(_all(_is(NAME, "contains", "glass"), _is(QUANTITY, "gt", 200))), minutes=45),
    _code(
        "The same article again and again",
        "const seen = {};\n"
        "for (const line of entity.lineItems) seen[line.sku] = (seen[line.sku] || 0) + 1;\n"
        "return Object.values(seen).some((times) => times > 6);",
        minutes=30,
    ),
    _simple("Test orders", _any(_is("customer.company", "contains", "test"), _is(SKU, "starts_with", "TEST-"))),
    _simple("Known fraud addresses", _all(_is("email", "ends_with", "@example.invalid")), "cancel"),
    _simple(
        "Islands by sea",
        _all(_is("customFields[].value", "contains_any", ["Channel Islands", "Isle of Man"])),
        minutes=90,
    ),
    _code(
        "Christmas in the wrong season",
        "const month = new Date(entity.extOrderCreatedAt).getUTCMonth();\n"
        "if (month > 9) return false;\n"
        "const festive = entity.lineItems.filter((line) => /christmas|santa/i.test(line.name || ''));\n"
        "return festive.length > entity.lineItems.length / 2;",
        minutes=20,
    ),
    _simple("Priced finer than a penny", _all(_is(PRICE, "between", [0, Decimal("0.009")]), _is(TOTAL, "gt", 0))),
    _simple("Gift vouchers", _all(_is(SKU, "starts_with", "gift_")), minutes=0),
    _simple("Carriage dearer than the goods", _all(_is("shippingPrice", "gt", 400)), minutes=15),
    _code(
        "Half of it costs nothing",
        "const free = entity.lineItems.filter((line) => !line.itemPrice).length;\n"
        "return entity.totalPrice > 0 && free * 2 > entity.lineItems.length;",
        minutes=25,
    ),
    _simple("Pre-orders", _all(_is("shipAfterDate", "is_not_empty"), _is("tags", "contains_all", ["preorder"]))),
    _simple(
        "Two suppliers in one box",
        _all(_is(SKU, "is_one_of", ["90214A", "90214B"]), _is(SKU, "is_one_of", ["15056N", "15056P"])),
        minutes=35,
    ),
    _code(
        "Only children's things for a hotel",
        "const child = (line) => /\\b(child|girl|boy|baby)/i.test(line.name || '');\n"
        "return entity.customer.company === 'Hotel' && entity.lineItems.every(child);",
        minutes=10,
    ),
)
"""Nineteen; the default rule that every organization has is the twentieth."""

CODE_RULES = sum(rule.filter.kind == "code" for rule in RULES)
