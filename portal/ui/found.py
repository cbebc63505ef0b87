"""What a list's search box answers: the rows, in one sentence how they were found, and why each is among them.

    def search_orders(rows: Rows, text: str) -> Found | Rows:
        return Found(rows.filter(...), sentence=…, matched=…, wider=f"{text}*")

A search that only narrows the rows returns them as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

Rows = QuerySet[Any]


class Match(NamedTuple):
    """Why a row was found: which of its values (the label, for people) and, where it says more, the value."""

    label: str
    value: str = ""


@dataclass(frozen=True)
class Found:
    """The answer of a search."""

    rows: Rows
    sentence: Callable[[int, bool], str] = lambda count, about: ""
    """How they were found, from how many the list shows in the end and whether that is an estimate."""
    matched: Callable[[Sequence[Any]], Mapping[Any, Sequence[Match]]] = lambda records: {}
    """Why each of a page's records was found, by primary key; at most one query."""
    wider: str = ""
    """The text that finds more, if there is one."""


Search = Callable[[Rows, str], Found | Rows]


def found(search: Search | None, rows: Rows, text: str) -> Found:
    """Ask a list's search, if it has one and there is a text."""
    answer = search(rows, text) if search and text else rows
    return answer if isinstance(answer, Found) else Found(answer)
