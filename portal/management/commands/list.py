"""`manage.py list`: the rows of any list, by a saved view or a filter."""

import argparse
import os
import sys
import zoneinfo
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Q

from portal.filters.to_words import sentence
from portal.kit import json
from portal.kit.clock import now
from portal.kit.registry import Unknown
from portal.savedviews import services
from portal.tenancy.models import Organization, User
from portal.ui import asking, exports
from portal.ui.cells import Column
from portal.ui.list_state import State
from portal.ui.lists import ListPage, Rows, list_page, list_pages

FAILED, WRONG = 1, 2
AT_ONCE = 2_000
WIDEST = 40

EPILOG = """\
Examples:
  manage.py list orders --view "On hold" --columns order,total,status
  manage.py list orders --filter '{"version": 1, "match": "all", "items":
      [{"field": "totalPrice", "operator": "gt", "value": 100}]}' --count
  manage.py list orders --filter 'f=status~is_one_of~onHold&sort=-total' --format csv > held.csv

A filter is JSON, or an address of the list as it stands in the browser. With --view both must hold.
--explain says what is asked for in a sentence, and how the database finds it, instead of the rows.
Exit codes: 0 done, 1 the view or the filter cannot be used, 2 wrong arguments.
"""


class Command(BaseCommand):
    """`manage.py list orders --view NAME`."""

    help = "Print the rows of a list, found by a saved view, a filter or a search."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the line breaks of the examples."""
        return super().create_parser(
            prog_name, subcommand, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("list", metavar="LIST", help=f"one of: {', '.join(list_pages.keys())}")
        parser.add_argument("--view", default="", help="a saved or built-in view, by its name or key")
        parser.add_argument("--user", default="", metavar="EMAIL", help="whose private views are meant, too")
        parser.add_argument("--filter", default="", metavar="JSON|ADDRESS", help="which rows")
        parser.add_argument("--search", default="", metavar="TEXT", help="what one would type into the search box")
        parser.add_argument("--organization", default="", help="ID or name; needed where there are several")
        parser.add_argument("--columns", default="", metavar="A,B", help="keys of columns, or “all”")
        parser.add_argument("--sort", default="", metavar="COLUMN", help="key of a column; with - in front backwards")
        parser.add_argument("--limit", type=_positive, help="print only the first so many rows")
        parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="default: table")
        parser.add_argument("--count", action="store_true", help="print how many rows there are, exactly")
        parser.add_argument("--explain", action="store_true", help="say what is asked for; print no rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was asked for."""
        page = _page(options["list"])
        organization = _organization(options["organization"])
        zone = zoneinfo.ZoneInfo(organization.timezone)
        state = _state(page, organization, zone, options)
        rows = page.ordered(page.filtered(organization, state, zone, now()), state)
        if options["explain"]:
            self.stdout.write(_explained(page, state, rows, zone))
        elif options["count"]:
            self.stdout.write(str(rows.order_by().count()))
        else:
            limited = rows[: options["limit"]] if options["limit"] else rows
            self._print(options["format"], page.columns_of(state), limited.iterator(chunk_size=AT_ONCE))

    def _print(self, form: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
        printed = {"csv": _csv, "json": _json, "table": _table}[form](columns, rows)
        try:
            for line in printed:
                self.stdout.write(line, ending="")
            self.stdout.flush()
        except BrokenPipeError:  # whoever reads has seen enough (`| head`)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _page(key: str) -> ListPage:
    try:
        return list_page(key)
    except Unknown as error:
        raise CommandError(str(error), returncode=WRONG) from None


def _organization(wanted: str) -> Organization:
    rows = Organization.objects.filter(Q(public_id=wanted) | Q(name=wanted)) if wanted else Organization.objects.all()
    found = list(rows.order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if not found:
        said = f"There is no organization {wanted}." if wanted else "There is no organization yet."
    else:
        said = "There are several; say which with --organization and its ID."
    raise CommandError(said, returncode=WRONG)


def _user(organization: Organization, email: str) -> User | None:
    if not email:
        return None
    user = User.objects.with_email(email).filter(memberships__organization=organization).first()
    if user is None:
        raise CommandError(f"There is no member {email}.", returncode=WRONG)
    return user


def _state(page: ListPage, organization: Organization, zone: zoneinfo.ZoneInfo, options: dict[str, Any]) -> State:
    user = _user(organization, options["user"])

    def find(name: str) -> str:
        return services.find(organization, user, page.key, name).query

    try:
        state = asking.state_of(
            page, zone, find, view=options["view"], text=options["filter"], search=options["search"]
        )
    except (services.ViewRefused, asking.BadQuestion) as error:
        raise CommandError(str(error), returncode=FAILED) from None
    columns = tuple(page.by_key) if options["columns"] == "all" else tuple(filter(None, options["columns"].split(",")))
    for name in (*columns, options["sort"].removeprefix("-")):
        if name and name not in page.by_key:
            raise CommandError(f"There is no column {name}; there are: {', '.join(page.by_key)}.", returncode=WRONG)
    if options["sort"] and not page.by_key[options["sort"].removeprefix("-")].sort:
        sortable = ", ".join(key for key, column in page.by_key.items() if column.sort)
        raise CommandError(f"This list is not sorted by that column; it is by: {sortable}.", returncode=WRONG)
    return replace(state, columns=columns or state.columns, sort=options["sort"] or state.sort)


def _explained(page: ListPage, state: State, rows: Rows, zone: zoneinfo.ZoneInfo) -> str:
    told = [f"{page.name}: {sentence(state.tree, page.target.catalogue, zone=zone)}"]
    if state.q:
        told.append(f"found by the search “{state.q}”")
    told += [f"sorted by {page.sort_of(state)}", f"days and times are those of {zone.key}", "", "In the database:"]
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, params)  # the plan alone: nothing is read
        told += [f"  {line}" for (line,) in cursor.fetchall()]
    return "\n".join(told)


def _csv(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    for line in exports.lines(columns, rows):
        yield line.removeprefix("\ufeff").replace("\r\n", "\n")


def _json(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """Yield one object a line: what reads it needs not wait for the end."""
    for row in rows:
        yield json.dumps_text(exports.json_row(columns, row)) + "\n"


def _table(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """Yield aligned lines; the widths are those of the first rows, because the rest is not there yet."""
    texts = (_texts(columns, row) for row in rows)
    heads = [str(column.label) for column in columns]
    first = [texts_of_row for texts_of_row, _ in zip(texts, range(AT_ONCE), strict=False)]
    widths = [min(WIDEST, max(map(len, cells))) for cells in zip(heads, *first, strict=True)]
    yield _line(heads, widths, columns)
    yield _line(["-" * width for width in widths], widths, columns)
    for cells in first:
        yield _line(cells, widths, columns)
    for cells in texts:
        yield _line(cells, widths, columns)


def _texts(columns: Sequence[Column], row: Any) -> list[str]:
    cells = []
    for column in columns:
        value = column.value(row)
        parts = value if isinstance(value, list | tuple) else [value]
        joint = " " if column.extra_heads else ", "
        text = " ".join(joint.join(str(exports.csv_cell(part)) for part in parts).split())
        cells.append("".join(char if char.isprintable() else "\ufffd" for char in text))  # nothing steers a terminal
    return cells


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    padded = [
        cell.rjust(width) if column.align else cell.ljust(width)
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    return "  ".join(padded).rstrip() + "\n"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
