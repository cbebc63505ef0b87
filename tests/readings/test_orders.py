"""The order's own catalogue on its own tables: each field and operator answers alike in Python and SQL."""

import datetime as dt
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db.models import Case, Value, When

from orders.documents.catalogue import ORDER
from orders.documents.order import document
from orders.lists.orders import TARGET
from orders.models import Order, OrderLine, Source
from portal.filters.evaluate import compile_tree
from portal.filters.fields import Field, Type, keyed_path
from portal.filters.normal import getter, lines_of
from portal.filters.operators import operators_for
from portal.filters.shape import Operand, Operator, Takes
from portal.filters.to_sql import SqlTarget, to_q
from portal.filters.tree import LINES, Condition, Duration, Group, Lines, Measure
from portal.kit.clock import now
from portal.kit.json import Json
from tests.factories import ingest, make_record

AT = "2026-01-05T09:59:10.123Z"
RECORDS: list[dict[str, Any]] = [
    {},
    {
        "email": " ",
        "tags": ["", " VIP "],
        "customer": {"lastName": "Müller", "type": "company"},
        "shipByDate": AT,
        "paymentStatus": "paid",
        "orderTax": "3.20",
        "payments": [
            {"method": "Cash", "kind": " ", "status": "Succeeded", "reference": "R-1", "currency": "USD"},
            {"method": "Card", "kind": "Visa"},
        ],
        "discounts": [{"name": "Spring", "code": "SPR", "amount": "1.00"}],
        "additionalCharges": [{"name": "Gift wrap", "amount": "2.00"}],
        "customFields": [{"name": "gift", "value": "Ja"}, {"name": "GIFT", "value": "no"}],
        "extOrderUrl": "https://shop.example.com/Order/1",
        "fulfillmentStatus": "Partly",
        "lineItems": [
            {"uniqueId": "a", "sku": "İ-1", "name": " ", "quantity": 3, "requiresShipping": False, "taxable": False},
            {
                "uniqueId": "b",
                "sku": "TEA-1",
                "quantity": 1,
                "itemPrice": "0.30",
                "itemDiscount": "0.10",
                "itemTax": "0.02",
                "taxable": True,
                "locationId": "Löwen",
                "customFields": [{"name": "gift", "value": "Ribbon"}],
            },
        ],
    },
    {"tags": [], "lineItems": [], "extOrderCreatedAt": "2026-01-05T09:59:10.123456Z", "totalPrice": "0.10"},
]


OPERANDS: dict[Operand, Any] = {
    Operand.WEEKDAY: ("monday", "friday"),
    Operand.TIME: ("09:00", "10:00"),
    Operand.LENGTH: 3,
}


def operand(field: Field, operator: Operator, raw: Any) -> Any:
    """Return a value for the operator, taken from what a document holds."""
    if operator.takes is Takes.NONE:
        return None
    if operator.operand in OPERANDS:
        return OPERANDS[operator.operand]
    if operator.takes is Takes.DURATION:
        return Duration(3650, "days")
    if field.type is Type.LIST:
        return tuple(item for item in raw if isinstance(item, str) and item.strip()) or ("x",)
    if operator.takes is Takes.ONE:
        return raw
    return (raw, raw) if operator.takes is Takes.TWO else (raw,)


def values(field: Field, documents: list[Json]) -> list[Any]:
    """Return what the documents hold in a field."""
    holders = [line for one in documents for line in lines_of(one, "lineItems")] if field.line else documents
    found = [getter(field, ORDER.key(field))(holder) for holder in holders]
    return [raw for raw in found if raw not in (None, "", " ", [])][:3] or [_fallback(field)]


def _fallback(field: Field) -> Any:
    if field.choices:
        return field.choices[0].value
    return {Type.DATETIME: AT, Type.LIST: ["x"], Type.NUMBER: 1, Type.MONEY: 1}.get(field.type, "x")


def fields() -> Iterator[Field]:
    """Yield every field; of those that stand for many, one that a record has and one that none has."""
    for field in ORDER:
        for name in ("Gift", "nothing") if field.is_template else ("",):
            found = ORDER.get(keyed_path(field.path, name)) if name else field
            assert found is not None
            yield found


def conditions(field: Field, documents: list[Json]) -> Iterator[Condition]:
    """Yield a condition for each operator, value and choice of lines."""
    for raw, operator in product(values(field, documents), operators_for(field.type)):
        choices: tuple[Lines | None, ...] = LINES if field.line else (None,)
        for lines in choices:
            yield Condition(field.path, operator.key, operand(field, operator, raw), lines)


@pytest.mark.django_db
def test_every_field_and_operator_of_orders_answers_alike(source: Source) -> None:
    ingest(source, *(make_record(number, **fields) for number, fields in enumerate(RECORDS)))
    rows = list(Order.across.order_by("pk"))
    ids = {"source_public_id": source.public_id, "organization_public_id": source.organization.public_id}
    documents = [document(row, **ids) for row in rows]
    wrong, at = [], now() + dt.timedelta(seconds=1)
    for field in fields():
        roots = [Group("all", (condition,)) for condition in conditions(field, documents)]
        asked = {
            f"filter_{number}": Case(When(to_q(root, TARGET, at), then=Value(True)), default=Value(False))
            for number, root in enumerate(roots)
        }  # the conditions of a field in one query; WHEN takes what WHERE takes
        found = list(Order.across.annotate(**asked).order_by("pk").values_list(*asked))
        for column, root in enumerate(roots):
            holds = compile_tree(root, ORDER)
            if [row[column] for row in found] != [holds(one, at) for one in documents]:
                wrong.append(root)
    assert wrong == []


MEASURES = [
    *(Measure("count", "gte", number) for number in (0, 1, 2)),
    *(Measure("sum", "equals", number, "lineItems.quantity") for number in (0, 2, 4)),
    Measure("count", "equals", 1, where=Group("all", (Condition("lineItems.quantity", "gt", 1),))),
    Measure("sum", "between", (0, 1), "lineItems.itemPrice"),
]


@pytest.mark.django_db
def test_counts_and_sums_of_lines_answer_alike_from_columns_and_from_the_lines(source: Source) -> None:
    ingest(source, *(make_record(number, **fields) for number, fields in enumerate(RECORDS)))
    rows = list(Order.across.order_by("pk"))
    for measure in MEASURES:
        root = Group("all", (measure,))
        holds = [compile_tree(root, ORDER)(row.content, now()) for row in rows]
        assert set(holds) == ({True} if measure == MEASURES[0] else {True, False}), measure
        for target in (TARGET, SqlTarget(ORDER, OrderLine)):
            hits = set(Order.across.filter(to_q(root, target, now())).values_list("pk", flat=True))
            assert [row.pk in hits for row in rows] == holds, (measure, target.measured)
