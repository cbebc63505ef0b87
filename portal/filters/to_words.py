"""The words reading: one English sentence for any tree.

Conditions of “all” are joined by “and”, of “any” by “or”, from three on with commas; a group inside a group stands in
parentheses, so that the sentence has one meaning. Each clause is a whole message for translators.
The reading never fails: it explains trees that `check` refuses as well as it can.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from portal.filters.check import measured
from portal.filters.fields import Catalogue, Choice, Field, Type
from portal.filters.mark import gettext_noop as _
from portal.filters.normal import moment
from portal.filters.operands import DAY, WEEKDAYS
from portal.filters.shape import Operand, Operator, operators
from portal.filters.tree import Condition, Duration, FieldRef, Group, Lines, Measure, Node, Unit, Value, live

Say: TypeAlias = Callable[[str], str]
Names: TypeAlias = Callable[[str], Sequence[Choice]]
MAX_VALUES, MAX_TEXT = 10, 80


def nameless(path: str) -> Sequence[Choice]:
    """Return no names: values are told as they are."""
    return ()


_LINES: dict[str, str] = {
    "any": _("on some line {clause}"),
    "all": _("on every line {clause}"),
    "none": _("on no line {clause}"),
}
_UNITS: dict[Unit, tuple[str, str]] = {
    "minutes": (_("1 minute"), _("{amount} minutes")),
    "hours": (_("1 hour"), _("{amount} hours")),
    "days": (_("1 day"), _("{amount} days")),
    "weeks": (_("1 week"), _("{amount} weeks")),
}
_MONTHS = (
    *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
    *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
)


def sentence(
    root: Group, catalogue: Catalogue, *, say: Say = str, zone: dt.tzinfo = dt.UTC, names: Names = nameless
) -> str:
    """Return the filter as a sentence: “when any tag is “test” or “example” and total is over 100”.

    What is switched off is not told. An empty filter says “always”, or “never” for an empty group of any.
    `say` translates a message (pass Django's gettext); `zone` is the timezone in which instants are told;
    `names` gives what the values of a field are called (stores by their ID), by its path.
    """
    root = live(root)
    if not root.items:
        return say(_("never")) if _never(root) else say(_("always"))
    return say(_("when {conditions}")).format(conditions=_Speaker(catalogue, say, zone, names).group(root, inner=False))


def clause(
    condition: Condition,
    field: Field,
    catalogue: Catalogue | None = None,
    *,
    lines: Lines | None = None,
    say: Say = str,
    zone: dt.tzinfo = dt.UTC,
) -> str:
    """Return one condition in words: “total is over 100”. `lines` as resolved, None inside a line.

    `catalogue` gives the name of a field that is compared with.
    """
    operator = operators.get(condition.operator)
    if lines == "all" and operator.negative and condition.lines is None:
        opposite = _POSITIVE[operator.key]
        text = clause(Condition(field.path, opposite, condition.value), field, catalogue, say=say, zone=zone)
        return say(_LINES["none"]).format(clause=text)
    reading = operator.readings[field.type]
    template = reading.words
    if isinstance(condition.value, FieldRef):
        template = _AGAINST.get(reading.against or "", template)
    text = _filled(template, _named(field, say), _values(condition, operator, field, catalogue, say, zone), say)
    return say(_LINES[lines]).format(clause=text) if lines else text


_SAME, _OTHER = _("{field} is the same as {a}"), _("{field} is not the same as {a}")
_AGAINST = {"==": _SAME, "!=": _OTHER}
"""What equality says of another field, by its sign; the other signs say what they say of a value."""


def _filled(template: str, name: str, shown: Sequence[str], say: Say) -> str:
    a, b = [*shown, "", ""][:2]
    values_or, values_and = _list(shown, say, _(" or ")), _list(shown, say, _(" and "))
    return say(template).format(field=name, a=a, b=b, values=values_or, every=values_and)


def _named(field: Field, say: Say) -> str:
    """Return the name of a field; users' own names are not translated, what stands before them is."""
    if not field.keyed_name:
        return say(field.name)
    return f"{say(field.name.removesuffix(f' “{field.keyed_name}”'))} “{_short(field.keyed_name)}”"


def _values(
    node: Condition | Measure,
    operator: Operator,
    field: Field,
    catalogue: Catalogue | None,
    say: Say,
    zone: dt.tzinfo,
) -> list[str]:
    value = node.value
    if isinstance(value, FieldRef):
        other = catalogue.get(value.path) if catalogue else None
        return [_named(other, say) if other else value.path]
    values = value if isinstance(value, tuple) else (value,)
    if operator.operand is Operand.WEEKDAY:
        return [say(next((day.label for day in WEEKDAYS if day.value == one), str(one))) for one in values]
    if operator.operand is Operand.TIME:
        return [_short(str(one)) for one in values]
    return [_value(field, one, say, zone) for one in values]


def measure_clause(
    measure: Measure, field: Field, catalogue: Catalogue, *, say: Say = str, zone: dt.tzinfo = dt.UTC
) -> str:
    """Return a measure in words: “the number of lines where SKU is “TEA-1” is over 2”."""
    name = say(_COUNT) if measure.kind == "count" else say(_SUM).format(field=_named(field, say))
    if measure.where.items:
        where = _Speaker(catalogue, say, zone).group(measure.where, inner=True, bound=True)
        name = say(_WHERE).format(number=name, clause=where)
    operator = operators.get(measure.operator)
    shown = _values(measure, operator, field, catalogue, say, zone)
    return _filled(operator.readings[field.type].words, name, shown, say)


_COUNT = _("the number of lines")
_SUM = _("the sum of {field} over the lines")
_WHERE = _("{number} where {clause}")


_POSITIVE = {
    "not_equals": "equals",
    "not_contains": "contains",
    "is_not_one_of": "is_one_of",
    "contains_none": "contains_any",
    "not_matches": "matches",
}


class _Speaker:
    def __init__(self, catalogue: Catalogue, say: Say, zone: dt.tzinfo, names: Names = nameless) -> None:
        self.catalogue = catalogue
        self.names = names
        self.say = say
        self.zone = zone

    def group(self, group: Group, *, inner: bool, bound: bool = False) -> str:
        """Return a group; in parentheses when it stands inside another and has several items."""
        if not group.items:
            text, joined = self.say(_("never") if _never(group) else _("always")), False
        else:
            bound_now = bound or group.line_bound
            parts = [self.node(item, bound=bound_now, alone=len(group.items) == 1) for item in group.items]
            text, joined = self.joined(parts, group.match), len(parts) > 1
        if group.match == "none" and group.items:
            text, joined = self.say(_("not ({conditions})")).format(conditions=text), False
        if group.lines:
            text, joined = self.say(_LINES[group.lines]).format(clause=f"({text})" if joined else text), False
        return f"({text})" if inner and joined else text

    def joined(self, parts: Sequence[str], match: str) -> str:
        """Return clauses joined; from three on with commas, so that long sentences can be read."""
        joint = self.say(_(" and ") if match == "all" else _(" or "))
        if len(parts) < 3:
            return joint.join(parts)
        return f"{', '.join(parts[:-1])},{joint}{parts[-1]}"

    def node(self, node: Node, *, bound: bool, alone: bool) -> str:
        """Return a group or a condition inside a group."""
        if isinstance(node, Group):
            return self.group(node, inner=not alone, bound=bound)
        if isinstance(node, Measure):
            return self.measure(node)
        field = self.catalogue.get(node.field)
        if field is None or node.operator not in operators or field.type not in operators.get(node.operator).readings:
            return f"{self.say(self.catalogue.label(node.field))} {node.operator} ?"
        lines = node.lines or operators.get(node.operator).default_lines if field.line and not bound else None
        if not field.choices:
            field = replace(field, choices=tuple(self.names(field.path)))
        return clause(node, field, self.catalogue, lines=lines, say=self.say, zone=self.zone)

    def measure(self, node: Measure) -> str:
        """Return a measure, as well as it can be said."""
        field = measured(node, self.catalogue)
        if field is None or node.operator not in operators or field.type not in operators.get(node.operator).readings:
            return f"{node.kind} {self.catalogue.label(node.field)} {node.operator} ?"
        return measure_clause(node, field, self.catalogue, say=self.say, zone=self.zone)


def _never(group: Group) -> bool:
    return group.match == "any"


def _list(shown: Sequence[str], say: Say, joint: str) -> str:
    if len(shown) < 2:
        return "".join(shown)
    if len(shown) > MAX_VALUES:
        rest = say(_("{count} others")).format(count=len(shown) - MAX_VALUES)
        shown = [*shown[:MAX_VALUES], rest]
    return ", ".join(shown[:-1]) + say(joint) + shown[-1]


def _value(field: Field, value: Value, say: Say, zone: dt.tzinfo) -> str:
    if isinstance(value, Duration):
        one, many = _UNITS.get(value.unit, ("?", "?"))
        return say(one if value.amount == 1 else many).format(amount=value.amount)
    if isinstance(value, str) and field.type is Type.DATETIME:
        return _moment(value, say, zone)
    if isinstance(value, str):
        return say(field.choice_label(value)) if field.choices else f"“{_short(value)}”"
    return _number(value) if isinstance(value, int | Decimal) else ""


def _number(value: int | Decimal) -> str:
    return format(value, "f") if isinstance(value, Decimal) and -30 < value.adjusted() < 30 else str(value)[:40]


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"


def _moment(value: str, say: Say, zone: dt.tzinfo) -> str:
    if DAY.fullmatch(value) and "01" <= value[5:7] <= "12":
        return f"{int(value[8:])} {say(_MONTHS[int(value[5:7]) - 1])} {value[:4]}"
    instant = moment(value)
    if instant is None:
        return _short(value)
    local = instant.astimezone(zone)
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    return f"{local.day} {say(_MONTHS[local.month - 1])} {local.year}, {clock} {local.tzname()}"
