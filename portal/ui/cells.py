"""Columns of lists: what a cell shows, what it is in CSV and JSON, and how it sorts.

    from portal.ui import cells
    COLUMNS = [
        cells.title("order", _("Order"), lambda o: o.ext_order_id, sort="ext_order_id"),
        cells.time("placed", _("Placed"), lambda o: o.placed_at, sort="placed_at"),
        cells.text("customer", _("Customer"), lambda o: o.customer_name, sort="customer_name"),
        cells.money("total", _("Total"), lambda o: (o.total, o.currency), sort="total"),
        cells.status("status", _("Status"), lambda o: o.status, sort="status"),
    ]

`sort` is an ORM path (or several) that an index should serve; without it the column does not sort.
`shown=False` leaves the column to *Columns*. Functions are called once per row: no queries in them.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from portal.kit.clock import now
from portal.ui import amounts, html, statuses

Read = Callable[[Any], Any]
Cell = str | int | Decimal | dt.datetime | None


@dataclass(frozen=True)
class Column:
    """One column. `show` draws the cell; `value` is what CSV and JSON hold (a sequence becomes several CSV cells)."""

    key: str
    label: StrOrPromise
    show: Callable[[Any], SafeString | str]
    value: Read
    sort: tuple[str, ...] = ()
    align: str = ""
    shown: bool = True
    title: bool = False
    extra_heads: tuple[str, ...] = ()
    kind: str = "other"

    @property
    def css(self) -> str:
        """Classes of the cell; small screens arrange cells by their kind."""
        return f"is-{'title' if self.title else self.kind}{' align-end' if self.align == 'end' else ''}"


def _sort(sort: str | Sequence[str]) -> tuple[str, ...]:
    return (sort,) if isinstance(sort, str) and sort else tuple(sort)


def custom(
    key: str,
    label: StrOrPromise,
    show: Callable[[Any], SafeString | str],
    value: Read,
    *,
    sort: str | Sequence[str] = "",
    align: str = "",
    shown: bool = True,
) -> Column:
    """A column drawn by a function of the row that returns escaped HTML (`format_html`)."""
    return Column(key, label, show, value, _sort(sort), align, shown)


def title(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "") -> Column:
    """The column that names the row and links to it; every list has one."""
    return Column(key, label, lambda row: str(read(row)), read, _sort(sort), "", True, True)


def text(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "", shown: bool = True) -> Column:
    """Plain text; empty is a dash."""
    return Column(key, label, lambda row: read(row) or html.nothing(), read, _sort(sort), "", shown, kind="text")


def number(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "", shown: bool = True) -> Column:
    """A whole number, grouped, on the right."""

    def show(row: Any) -> SafeString | str:
        value = read(row)
        return html.nothing() if value is None else amounts.count(value)

    return Column(key, label, show, read, _sort(sort), "end", shown, kind="number")


def money(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "", shown: bool = True) -> Column:
    """An amount; `read` returns (amount, currency). CSV gets both, apart."""

    def show(row: Any) -> SafeString:
        return html.money(*read(row))

    return Column(key, label, show, read, _sort(sort), "end", shown, extra_heads=("currency",), kind="money")


def time(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "", shown: bool = True) -> Column:
    """A moment, relative with the exact one on hover."""
    return Column(key, label, lambda row: html.ago(read(row), now()), read, _sort(sort), "", shown, kind="time")


def status(key: str, label: StrOrPromise, read: Read, *, sort: str | Sequence[str] = "", shown: bool = True) -> Column:
    """A status; CSV gets its label, JSON its value."""

    def show(row: Any) -> SafeString:
        return html.status(read(row))

    def value(row: Any) -> StatusValue:
        return StatusValue(read(row))

    return Column(key, label, show, value, _sort(sort), "", shown, kind="status")


def tags(key: str, label: StrOrPromise, read: Read, *, shown: bool = True) -> Column:
    """A list of words."""
    return Column(key, label, lambda row: html.tags(read(row)), read, (), "", shown, kind="tags")


class StatusValue(str):
    """A status that knows its label."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """Its words."""
        return str(statuses.shown(self).label)
