"""Which columns a kind of file has: the names of its message, joined by `_`. Pure.

Of a message with lines each row is one line, and what belongs to the whole is repeated.
"""

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from integrations.custom import shapes

LINES = "lines"
LIST = "|"
"""Between the values of one cell that holds several."""
_SHORT = {"orders": {"order_id": "id", "order_number": "number"}}
"""Other names that columns may have."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where the value of a column belongs, and how its text is read."""

    path: tuple[str, ...]
    kind: str = "text"
    """text, whole, flag or list."""

    @property
    def of_line(self) -> bool:
        """Say whether it is a part of a line."""
        return self.path[0] == LINES


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind."""

    columns: Mapping[str, Column]
    needed: tuple[str, ...]
    name: str
    """The column by which a message is known."""
    has_lines: bool


SHAPES: dict[str, tuple[type[BaseModel], str]] = {
    "orders": (shapes.Order, "id"),
    "order_cancels": (shapes.Cancel, "order_id"),
    "products": (shapes.Product, "sku"),
    "fulfillments": (shapes.Fulfillment, "id"),
    "inventory": (shapes.Inventory, "sku"),
    "shipping_request_answers": (shapes.Answer, "id"),
}


@cache
def layout(kind: str) -> Layout:
    """Return the columns of a kind. Raises KeyError for one that no file has."""
    shape, name = SHAPES[kind]
    columns = dict(_columns(shape, ()))
    needed = tuple(key for key, column in columns.items() if _is_needed(shape, column.path))
    columns |= {other: columns[key] for other, key in _SHORT.get(kind, {}).items()}
    columns |= {f"line_{key.removeprefix('lines_')}": one for key, one in list(columns.items()) if one.of_line}
    return Layout(columns, needed, name, any(one.of_line for one in columns.values()))


def _columns(shape: type[BaseModel], path: tuple[str, ...]) -> typing.Iterator[tuple[str, Column]]:
    for name, field in shape.model_fields.items():
        here = (*path, name)
        inner, many = _inner(field.annotation)
        if inner is not None and (not many or here == (LINES,)):
            yield from _columns(inner, here)
        elif not many and field.annotation not in _NESTED:
            yield "_".join(here), Column(here, _kind(field.annotation))
        elif many and inner is None:
            yield "_".join(here), Column(here, "list")


_NESTED = (dict[str, Any], dict[str, str])


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the message inside an annotation, and whether there are many of it."""
    many = typing.get_origin(annotation) is list
    for one in (annotation, *typing.get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one, many
    return None, many


def _kind(annotation: Any) -> str:
    found = {annotation, *typing.get_args(annotation)}
    return "flag" if bool in found else "whole" if int in found else "text"


def _is_needed(shape: type[BaseModel], path: tuple[str, ...]) -> bool:
    """Say whether every file must have a column: each part of its path is needed."""
    field = shape.model_fields[path[0]]
    inner, _many = _inner(field.annotation)
    if not field.is_required():
        return False
    return inner is None or _is_needed(inner, path[1:])
