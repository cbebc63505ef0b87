"""Pages of a list that is no `ListPage`: which one is asked for, its rows, and where one is."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from portal.ui.components import Pager

M = TypeVar("M", bound=Model)
T = TypeVar("T")


def number_in(text: str, otherwise: T) -> int | T:
    """Return the whole number that an address or a form holds; what is none, or too long to be one, is `otherwise`."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise


def page_of(rows: "QuerySet[M]", number: int, *, size: int, path: str, **where: Any) -> tuple[list[M], Pager]:
    """Return the rows of a page and where one is, with two queries: the last page, where there are not so many.

    `number` counts from 1; `where` is what else a `Pager` holds.
    """
    count = rows.count()
    number = max(1, min(number, -(-count // size)))
    found = list(rows[(number - 1) * size : number * size])
    return found, Pager(number, size, count, False, path, shown=len(found), **where)
