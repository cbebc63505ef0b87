"""Small questions about expressions: literals, paths of names, where they stand. Pure."""

import operator as signs
from decimal import Decimal

from tree_sitter import Node

from portal.filters.js_match import Holes
from portal.filters.js_syntax import SHOWN, Expr, fault
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import Operator, Takes
from portal.filters.tree import UNITS, Duration, Scalar, Value

_BARE = {"gt": signs.gt, "gte": signs.ge, "lt": signs.lt, "lte": signs.le}


def operand_of(operator: Operator, holes: Holes, code: Expr) -> Value:
    """Return the raw value that literals at the holes stand for."""
    if operator.takes is Takes.DURATION:
        amount, unit = literal_of(holes["amount"]), literal_of(holes["unit"])
        if amount.__class__ is not int or unit not in UNITS:
            raise fault(place_of(code), _("This is no span of time: {code}"), _('Write it as in 3, "days".'))
        return Duration(amount, next(each for each in UNITS if each == unit))
    if "values" in holes:
        given = holes["values"]
        return tuple(literal_of(each) for each in (given.parts if given.kind == "array" else (given,)))
    if "b" in holes:
        return literal_of(holes["a"]), literal_of(holes["b"])
    return literal_of(holes["a"]) if "a" in holes else None


def literal_of(code: Expr) -> Scalar:
    """Return the value of a literal that conditions may have. Raises CannotShow."""
    value = code.value
    if code.kind != "literal" or isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise fault(place_of(code), _("The builder compares with texts and numbers only, not with {code}"))
    return value


def holds_for_nothing(operator: Operator, value: Value) -> bool:
    """Say whether JavaScript finds `null` to hold, which counts as 0 where numbers are compared."""
    if isinstance(value, tuple):
        return all(isinstance(one, int | Decimal) for one in value) and value[0] <= 0 <= value[1]  # type: ignore[operator]
    return operator.key in _BARE and isinstance(value, int | Decimal) and _BARE[operator.key](0, value)


def calls(code: Expr, function: Expr) -> bool:
    """Say whether the code calls this function."""
    return code.kind == "call" and code.parts[0] == function


def names_from(code: Expr, root: str) -> list[str] | None:
    """Return the names on the way from a variable to a value; None when it does not begin there."""
    names: list[str] = []
    while code.kind == "member":
        names.append(code.value)
        code = code.parts[0]
    return names[::-1] if names and code.kind == "name" and code.value == root else None


def place_of(*codes: Expr) -> Node:
    """Return where the code stands."""
    for code in codes:
        if code.node is not None:
            return code.node
        for each in code.parts:
            if each.node is not None:
                return each.node
    raise AssertionError("Code that was written stands somewhere.")


def source(code: Expr) -> str:
    """Return the source of an expression, cut."""
    return (place_of(code).text or b"").decode()[:SHOWN]


def as_written(code: Expr) -> str:
    """Return a helper as templates name it."""
    return code.value if code.parts[0].kind == "name" else f"{code.parts[0].value}.{code.value}"


def plain(text: str) -> str:
    """Return a message without the signs that are filled in later."""
    return text.replace("{", "(").replace("}", ")")
