"""A list as CSV (every matching row, streamed) and as JSON (one page of it)."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from portal.kit import json
from portal.kit.json import Json
from portal.ui.cells import Column, StatusValue

if TYPE_CHECKING:
    from portal.ui.list_answer import Listing

# The wide forms too: spreadsheets of East Asian languages take them for the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """A file of one line, which csv writes to and we yield from."""

    def write(self, text: str) -> str:
        return text


def csv_cell(value: Any) -> str | int | Decimal:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    text = value.label if isinstance(value, StatusValue) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(column: Column, row: Any) -> list[str | int | Decimal]:
    value = column.value(row)
    if column.extra_heads:
        return [csv_cell(part) for part in value]
    if isinstance(value, list | tuple):
        return [csv_cell(", ".join(map(str, value)))]
    return [csv_cell(value)]


def _heads(column: Column) -> list[str]:
    return [str(column.label), *(f"{column.label} {extra}" for extra in column.extra_heads)]


def lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """Yield the CSV text line by line, with a head; UTF-8 with a mark, so that spreadsheets see it."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([head for column in columns for head in _heads(column)])
    for row in rows:
        yield writer.writerow([cell for column in columns for cell in _cells(column, row)])


def csv_response(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> StreamingHttpResponse:
    """Answer with a CSV file that is written while it is read."""
    response = StreamingHttpResponse(lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def json_row(columns: Sequence[Column], row: Any) -> Json:
    """Return the shown columns of a row as JSON."""
    return {column.key: _plain(column, column.value(row)) for column in columns}


def _plain(column: Column, value: Any) -> Any:
    if column.extra_heads:
        return dict(zip(("amount", *column.extra_heads), value, strict=True))
    return str(value) if isinstance(value, StatusValue) else value


def json_answer(listing: "Listing") -> HttpResponse:
    """Answer with this page of the list as JSON: documents where the list has them, else its cells."""
    total, about = listing.counted
    document = listing.page.document
    rows = [document(r) if document else json_row(listing.columns, r) for r in listing.records]
    following = listing.pager.next.replace(listing.path, f"{listing.path}.json", 1)
    body = {"count": total, "estimated": about, "readAt": listing.at, "next": following or None, "rows": rows}
    return HttpResponse(json.dumps(body), content_type="application/json")
