"""A second, slow meaning of the language, written from docs/filters.md: the judge of the others."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from portal.filters.fields import Catalogue, Field, Type
from portal.filters.tree import Condition, Duration, Group
from portal.kit.text import fold

NEGATIVES = {
    "not_equals": "equals",
    "not_contains": "contains",
    "is_not_one_of": "is_one_of",
    "contains_none": "contains_any",
    "is_empty": "is_not_empty",
}


def holds(node: Group | Condition, catalogue: Catalogue, document: Any, now: dt.datetime, line: Any = None) -> bool:
    lines = [item for item in document.get("lineItems") or [] if isinstance(item, dict)]
    if isinstance(node, Group) and node.lines:
        inner = Group(node.match, node.items)
        return join(node.lines, [holds(inner, catalogue, document, now, item) for item in lines])
    if isinstance(node, Group):
        return join(node.match, [holds(item, catalogue, document, now, line) for item in node.items])
    field = catalogue.get(node.field)
    assert field
    if not field.line:
        return decide(node, field, value_at(document, node.field), now)
    key = node.field.split(".", 1)[1]
    if line is not None:
        return decide(node, field, value_at(line, key), now)
    negative = node.operator in NEGATIVES and node.operator != "is_empty"
    wanted = node.lines or ("all" if negative else "any")
    return join(wanted, [decide(node, field, value_at(item, key), now) for item in lines])


def join(match: str, outcomes: list[bool]) -> bool:
    return {"all": all(outcomes), "any": any(outcomes), "none": not any(outcomes)}[match]


def value_at(holder: Any, path: str) -> Any:
    if "[]." in path:
        name, rest = path.split("[].")
        items = holder.get(name)
        return (
            [value_at(item, rest) if isinstance(item, dict) else None for item in items]
            if isinstance(items, list)
            else None
        )
    for name in path.split("."):
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder


def decide(node: Condition, field: Field, raw: Any, now: dt.datetime) -> bool:
    if node.operator in NEGATIVES:
        return not decide(Condition(node.field, NEGATIVES[node.operator], node.value), field, raw, now)
    value = present(field, raw)
    return value is not None and judge(node, field, value, now)


def present(field: Field, raw: Any) -> Any:
    if field.type in (Type.TEXT, Type.COUNTRY):
        return (fold(raw) or None) if isinstance(raw, str) else None
    if field.type in (Type.NUMBER, Type.MONEY):
        return raw if isinstance(raw, int | Decimal) and not isinstance(raw, bool) else None
    if field.type is Type.BOOLEAN:
        return raw if isinstance(raw, bool) else None
    if field.type is Type.LIST:
        return (
            {fold(item) for item in raw if isinstance(item, str) and fold(item)} or None
            if isinstance(raw, list)
            else None
        )
    if field.type is Type.ENUM:
        return raw if isinstance(raw, str) and raw else None
    try:
        moment = dt.datetime.fromisoformat(raw)
        return moment if moment.tzinfo else None
    except (TypeError, ValueError):
        return None


def operand(field: Field, raw: Any) -> Any:
    return fold(raw) if isinstance(raw, str) and field.type in (Type.TEXT, Type.COUNTRY, Type.LIST) else raw


def day(raw: str, *, end: bool) -> dt.datetime:
    if "T" in raw:
        return dt.datetime.fromisoformat(raw)
    return dt.datetime.fromisoformat(raw + "T00:00:00Z") + (
        dt.timedelta(days=1, microseconds=-1) if end else dt.timedelta()
    )


def judge(node: Condition, field: Field, value: Any, now: dt.datetime) -> bool:
    given: Any = node.value
    if field.type is Type.DATETIME:
        return judge_moment(node.operator, value, given, now)
    several = [operand(field, item) for item in given] if isinstance(given, tuple) else []
    one = operand(field, given)
    answers: dict[str, Callable[[], bool]] = {
        "equals": lambda: value == one,
        "contains": lambda: one in value,
        "starts_with": lambda: value[: len(one)] == one,
        "ends_with": lambda: value[-len(one) :] == one,
        "is_one_of": lambda: value in several,
        "contains_any": lambda: any(item in value for item in several),
        "contains_all": lambda: all(item in value for item in several),
        "gt": lambda: value > one,
        "gte": lambda: value >= one,
        "lt": lambda: value < one,
        "lte": lambda: value <= one,
        "between": lambda: several[0] <= value <= several[1],
        "is_true": lambda: value is True,
        "is_false": lambda: value is False,
        "is_not_empty": lambda: True,
    }
    return answers[node.operator]()


def judge_moment(operator: str, value: dt.datetime, given: Any, now: dt.datetime) -> bool:
    if isinstance(given, Duration):
        span = dt.timedelta(**{given.unit: given.amount})
        if operator == "older_than":
            return value < now - span
        return now - span <= value <= now if operator == "in_last" else now <= value <= now + span
    if operator == "is_not_empty":
        return True
    first, last = given if isinstance(given, tuple) else (given, given)
    low, high = day(first, end=False), day(last, end=True)
    return {"before": value < low, "after": value > high}.get(operator, low <= value <= high)
