"""A second, slow meaning of the language, written from docs/filters.md: the judge of the others."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from portal.filters.fields import Catalogue, Field, Type
from portal.filters.tree import Condition, Duration, FieldRef, Group, Measure, Node
from portal.kit import json
from portal.kit.text import fold

NEGATIVES = {
    "not_equals": "equals",
    "not_contains": "contains",
    "is_not_one_of": "is_one_of",
    "contains_none": "contains_any",
    "is_empty": "is_not_empty",
    "not_matches": "matches",
}
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def holds(
    node: Node, catalogue: Catalogue, document: Any, now: dt.datetime, line: Any = None, zone: dt.tzinfo = dt.UTC
) -> bool:
    return _Judge(catalogue, document, now, zone).holds(node, line)


class _Judge:
    def __init__(self, catalogue: Catalogue, document: Any, now: dt.datetime, zone: dt.tzinfo) -> None:
        self.catalogue, self.document, self.now, self.zone = catalogue, document, now, zone
        items = document.get("lineItems") or []
        self.lines = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def holds(self, node: Node, line: Any = None) -> bool:
        if isinstance(node, Group) and node.lines:
            inner = Group(node.match, node.items)
            return join(node.lines, [self.holds(inner, item) for item in self.lines])
        if isinstance(node, Group):
            return join(node.match, [self.holds(item, line) for item in node.items])
        if isinstance(node, Measure):
            return self.measure(node)
        field = self.catalogue.get(node.field)
        assert field
        if not field.line or line is not None:
            return self.decide(node, field, line)
        negative = node.operator in NEGATIVES and node.operator != "is_empty"
        wanted = node.lines or ("all" if negative else "any")
        return join(wanted, [self.decide(node, field, item) for item in self.lines])

    def measure(self, node: Measure) -> bool:
        counted = [item for item in self.lines if self.holds(node.where, item)]
        number: Any = len(counted)
        if node.kind == "sum":
            field = self.catalogue.get(node.field)
            assert field
            number = sum(present(field, value_at(item, node.field.split(".", 1)[1])) or 0 for item in counted)
        return compare(node.operator, number, node.value)

    def decide(self, node: Condition, field: Field, line: Any) -> bool:
        if node.operator in NEGATIVES:
            return not self.decide(Condition(node.field, NEGATIVES[node.operator], node.value), field, line)
        if node.operator.startswith("changed"):
            return self.changed(node, field)
        value = self.value(field, line)
        if isinstance(node.value, FieldRef):
            other = self.catalogue.get(node.value.path)
            assert other
            against = self.value(other, line)
            both = value is not None and against is not None
            return bool(both) and compare(node.operator, value, against)
        return value is not None and judge(node, field, value, self.now, self.zone)

    def value(self, field: Field, line: Any) -> Any:
        path = field.path.split(".", 1)[1] if field.line else field.path
        return present(field, value_at(line if field.line else self.document, path))

    def changed(self, node: Condition, field: Field) -> bool:
        former = self.document.get("$before")
        if not isinstance(former, dict):
            return False
        was, now = present(field, value_at(former, field.path)), present(field, value_at(self.document, field.path))
        given = operand(field, node.value)
        answers = {"changed": True, "changed_from": bool(was == given), "changed_to": bool(now == given)}
        return bool(was != now) and answers[node.operator]


def compare(operator: str, value: Any, given: Any) -> bool:
    answers: dict[str, Callable[[], bool]] = {
        "equals": lambda: value == given,
        "not_equals": lambda: value != given,
        "gt": lambda: value > given,
        "gte": lambda: value >= given,
        "lt": lambda: value < given,
        "lte": lambda: value <= given,
        "before": lambda: value < given,
        "after": lambda: value > given,
        "between": lambda: given[0] <= value <= given[1],
    }
    return answers[operator]()


def join(match: str, outcomes: list[bool]) -> bool:
    return {"all": all(outcomes), "any": any(outcomes), "none": not any(outcomes)}[match]


def value_at(holder: Any, path: str) -> Any:
    if path.endswith('"]'):
        base, name = path[:-1].split("[", 1)
        items = value_at(holder, base)
        for item in items if isinstance(items, list) else []:
            given = item.get("name") if isinstance(item, dict) else None
            if isinstance(given, str) and fold(given) == fold(json.loads(name)):
                return item.get("value")
        return None
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
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000) if moment.tzinfo else None
    except (TypeError, ValueError):
        return None


def operand(field: Field, raw: Any) -> Any:
    return fold(raw) if isinstance(raw, str) and field.type in (Type.TEXT, Type.COUNTRY, Type.LIST) else raw


def day(raw: str, zone: dt.tzinfo, *, end: bool) -> dt.datetime:
    if "T" in raw:
        moment = dt.datetime.fromisoformat(raw)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    midnight = dt.datetime.fromisoformat(raw + "T00:00:00")
    if end:
        return (midnight + dt.timedelta(days=1)).replace(tzinfo=zone).astimezone(dt.UTC) - dt.timedelta(milliseconds=1)
    return midnight.replace(tzinfo=zone)


def wild(pattern: str, text: str) -> bool:
    """Match by trying every way, which takes as long as it likes."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(wild(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
    if pattern[0] == "\\":
        return text[:1] == pattern[1] and wild(pattern[2:], text[1:])
    return bool(text) and pattern[0] in ("?", text[0]) and wild(pattern[1:], text[1:])


def judge(node: Condition, field: Field, value: Any, now: dt.datetime, zone: dt.tzinfo) -> bool:
    given: Any = node.value
    if field.type is Type.DATETIME:
        return judge_moment(node.operator, value, given, now, zone)
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
        "matches": lambda: wild(one, value),
        "length_equals": lambda: len(value) == given,
        "length_gt": lambda: len(value) > given,
        "length_lt": lambda: len(value) < given,
    }
    return answers[node.operator]()


def judge_moment(operator: str, value: dt.datetime, given: Any, now: dt.datetime, zone: dt.tzinfo) -> bool:
    if operator == "on_weekday":
        return DAYS[value.astimezone(zone).weekday()] in given
    if operator == "time_between":
        clock = value.astimezone(zone).strftime("%H:%M")
        start, end = given
        return start <= clock < end if start < end else not end <= clock < start
    if isinstance(given, Duration):
        span = dt.timedelta(**{given.unit: given.amount})
        if operator == "older_than":
            return value < now - span
        return now - span <= value <= now if operator == "in_last" else now <= value <= now + span
    if operator == "is_not_empty":
        return True
    first, last = given if isinstance(given, tuple) else (given, given)
    low, high = day(first, zone, end=False), day(last, zone, end=True)
    return {"before": value < low, "after": value > high}.get(operator, low <= value <= high)
