"""What is typed for one field waits for it while another is chosen. Pure.

A value belongs to what it was typed for: “100” to the total, “Berlin” to the city. The form says
with each condition for which field and which kind of input its values were typed (`was`); when that
is not what is chosen now, `settle` lays them aside (`kept`, as JSON in the form) and takes up what
was typed for the new choice before. So nothing typed is lost, and no value turns up where it makes
no sense.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from portal.filters.builder import Draft, DraftCondition, DraftGroup, DraftMeasure
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.operators import operators_for
from portal.filters.shape import Operand, Operator, Takes, operators
from portal.kit import json

MOST = 12
"""So many choices are remembered for each condition."""

_INPUTS = {Type.NUMBER: "number", Type.MONEY: "money", Type.DATETIME: "datetime", Type.COUNTRY: "country"}
_OPERANDS = {Operand.WEEKDAY: "choice", Operand.TIME: "time", Operand.LENGTH: "number"}
_FIRST = {
    Type.ENUM: "is_one_of", Type.COUNTRY: "is_one_of", Type.LIST: "contains_any", Type.TEXT: "contains",
    Type.DATETIME: "in_last", Type.MONEY: "gte", Type.NUMBER: "gte", Type.BOOLEAN: "is_true",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed for a field with one kind of input."""

    field: str
    input: str
    operator: str
    values: tuple[str, ...]
    unit: str


_Memory: TypeAlias = tuple[Kept, ...]


def input_of(field: Field | None, operator: str) -> str:
    """Return which input a condition needs.

    One of none, text, number, money, datetime, country, choice, time, duration.
    """
    found = operators.get(operator) if operator in operators else None
    if found is not None and found.operand in _OPERANDS:
        return _OPERANDS[found.operand]
    if found is not None and found.takes in (Takes.NONE, Takes.DURATION):
        return found.takes.value
    if field is None:
        return "text"
    return "choice" if field.choices else _INPUTS.get(field.type, "text")


def offered(field: Field | None, catalogue: Catalogue) -> list[Operator]:
    """Return the operators that a field has in this catalogue, the most used first."""
    return operators_for(field.type, changes=catalogue.changes and not field.line) if field else []


def first_operator(field: Field, catalogue: Catalogue) -> str:
    """Return the operator that a new condition on this field starts with."""
    keys = [operator.key for operator in offered(field, catalogue)]
    wish = _FIRST[field.type]
    return wish if wish in keys else keys[0]


def settle(draft: DraftGroup, catalogue: Catalogue) -> DraftGroup:
    """Return the draft with every condition's values where they belong."""
    return cast(DraftGroup, _settle(draft, catalogue))


def _settle(draft: Draft, catalogue: Catalogue) -> Draft:
    if isinstance(draft, DraftGroup):
        return replace(draft, items=tuple(_settle(item, catalogue) for item in draft.items))
    if isinstance(draft, DraftMeasure):
        operator = draft.operator or "gte"
        return replace(draft, operator=operator, where=settle(draft.where, catalogue))
    return _condition(draft, catalogue)


def _condition(draft: DraftCondition, catalogue: Catalogue) -> DraftCondition:
    field = catalogue.get(draft.field)
    if field is None:
        return draft
    before, _, shown = draft.was.rpartition("|")
    if draft.was and before != draft.field:
        draft = _other_field(draft, field, catalogue, before, shown)
    elif not draft.operator:
        draft = replace(draft, operator=first_operator(field, catalogue))
    now = input_of(field, draft.operator)
    if draft.was and before == draft.field and shown != now:
        draft = _other_input(draft, field, shown, now)
    return replace(draft, was=f"{draft.field}|{now}", values=_apart(draft))


def _other_field(draft: DraftCondition, field: Field, catalogue: Catalogue, before: str, shown: str) -> DraftCondition:
    memory = _keep(draft, before, shown)
    known = next((one for one in reversed(memory) if one.field == draft.field), None)
    if known is not None:
        return _take_up(draft, known, memory, known.operator)
    keys = [operator.key for operator in offered(field, catalogue)]
    operator = draft.operator if draft.operator in keys else first_operator(field, catalogue)
    draft = replace(draft, operator=operator, kept=_dump(memory))
    fits = input_of(field, operator) == shown and _are_choices(field, draft.values)
    return draft if fits else replace(draft, values=(), unit="")


def _other_input(draft: DraftCondition, field: Field, shown: str, now: str) -> DraftCondition:
    memory = _keep(draft, draft.field, shown)
    known = next((one for one in reversed(memory) if (one.field, one.input) == (draft.field, now)), None)
    if known is None:
        return replace(draft, kept=_dump(memory), values=(), unit="")
    return _take_up(draft, known, memory, draft.operator)


def _take_up(draft: DraftCondition, known: Kept, memory: _Memory, operator: str) -> DraftCondition:
    rest = tuple(one for one in memory if one is not known)
    return replace(draft, operator=operator, values=known.values, unit=known.unit, kept=_dump(rest))


def _keep(draft: DraftCondition, field: str, shown: str) -> _Memory:
    """Lay aside what was typed; of the same field and input only the last counts."""
    before = tuple(one for one in _load(draft.kept) if (one.field, one.input) != (field, shown))
    if not any(draft.values):
        return before
    return (*before, Kept(field, shown, draft.operator, draft.values, draft.unit))[-MOST:]


def _are_choices(field: Field, values: Sequence[str]) -> bool:
    known = {choice.value for choice in field.choices}
    return not field.choices or known.issuperset(values)


def _apart(draft: DraftCondition) -> tuple[str, ...]:
    """Return values one by one: a box of many lines holds one on each."""
    many = draft.operator in operators and operators.get(draft.operator).takes is Takes.MANY
    if not many and not any("\n" in value or "\r" in value for value in draft.values):
        return draft.values
    return tuple(line for value in draft.values for line in value.splitlines() if line.strip())


def _dump(memory: _Memory) -> str:
    if not memory:
        return ""
    return json.dumps_text([[one.field, one.input, one.operator, list(one.values), one.unit] for one in memory])


def _load(text: str) -> _Memory:
    """Read what was kept; a form that somebody else wrote may hold anything."""
    try:
        data: Any = json.loads(text) if text else []
        return tuple(
            Kept(str(field), str(shown), str(operator), tuple(map(str, values)), str(unit))
            for field, shown, operator, values, unit in data[:MOST]
        )
    except (json.NotJson, TypeError, ValueError, KeyError):
        return ()
