"""The reference of the operators as docs/filters.md shows it, made from the truth tables.

`python -m tests.portal.filters.reference` prints it, to be put into the page.
"""

import importlib
from typing import Any

from portal.filters.fields import Type
from portal.filters.operators import operators_for
from portal.filters.shape import Operand, Operator, Takes, Truth
from portal.filters.tree import Duration
from portal.kit import json

_TAKES = {
    Takes.NONE: "no value",
    Takes.ONE: "one value",
    Takes.TWO: "a lower and an upper end",
    Takes.MANY: "a list of values",
    Takes.DURATION: "a span of time",
}
_OPERANDS = {
    Operand.WEEKDAY: "days of the week",
    Operand.TIME: "two times of day",
    Operand.LENGTH: "a whole number",
    Operand.PATTERN: "a pattern",
}


def in_order() -> list[Operator]:
    """Return every operator, in the order in which builders offer them."""
    found = {operator.key: operator for kind in Type for operator in operators_for(kind, changes=True)}
    return list(found.values())


def section(operator: Operator) -> str:
    """Return the section of one operator."""
    text = importlib.import_module(f"portal.filters.operators.{operator.key}").__doc__ or ""
    types = [kind.value for kind in Type if kind in operator.readings]
    named = ", ".join(types) if len(types) < len(Type) else "all"
    parts = [
        f"### `{operator.key}`: {operator.label}\n",
        f"{text.strip()}\n",
        f"Takes {_takes(operator)}. Types: {named}.\n",
        "| type | document | filter | holds |\n|---|---|---|---|",
        *(_row(truth) for truth in operator.truth),
    ]
    return "\n".join(parts) + "\n"


def _takes(operator: Operator) -> str:
    told = _OPERANDS.get(operator.operand) or _TAKES[operator.takes]
    return told + ", or another field" * any(operator.compares(kind) for kind in Type)


def _row(truth: Truth) -> str:
    outcome = "yes" if truth.outcome else "no"
    return f"| {truth.type.value} | {_seen(truth.value)} | {_shown(truth.operand)} | {outcome} |"


def _seen(value: Any) -> str:
    if isinstance(value, tuple):
        return " → ".join(map(_seen, value))
    return "missing or `null`" if value is None else _shown(value)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Duration):
        return f"{value.amount} {value.unit}"
    return f"`{json.dumps_text(list(value) if isinstance(value, tuple) else value)}`"


if __name__ == "__main__":
    print("\n".join(section(operator) for operator in in_order()))
