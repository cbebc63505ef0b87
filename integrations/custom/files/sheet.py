"""Reading and writing CSV (RFC 4180): what stands in a file, and what is wrong with it, by row and column. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from integrations.custom.files.columns import LINES, LIST, Column, Layout
from portal.kit.json import Json

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
_WHOLE = re.compile(r"-?\d{1,18}")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: the row of the file (1 is the header), the column, what."""

    row: int
    column: str
    message: str


@dataclass(slots=True)
class Sheet:
    """The messages of a file, the rows each stands in, and what could not be read."""

    messages: list[Json] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    unfit: bool = False
    """The file as a whole is no such file: nothing of it is taken."""
    lines: int = 0


def read(data: bytes, layout: Layout) -> Sheet:
    """Read a file."""
    sheet = Sheet()
    rows = _rows(data, sheet)
    if not rows:
        return sheet if sheet.unfit else _unfit(sheet, 1, "", "The file is empty. It needs a first row with the names.")
    _, header = rows[0]
    names = [name.strip().lower() for name in header]
    columns = [layout.columns.get(name) for name in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    has = {one.path for one in columns if one}
    missing = [name for name in layout.needed if layout.columns[name].path not in has]
    for name in missing:
        _unfit(sheet, 1, name, "This column is missing.")
    for name in twice:
        _unfit(sheet, 1, name, "There are two columns of this name.")
    if not sheet.unfit:
        _gather(rows[1:], names, columns, layout, sheet)
    return sheet


def _unfit(sheet: Sheet, row: int, column: str, message: str) -> Sheet:
    sheet.unfit = True
    sheet.wrong.append(Wrong(row, column, message))
    return sheet


def _rows(data: bytes, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, with their places; the header is the first."""
    if len(data) > MAX_BYTES:
        _unfit(sheet, 1, "", f"The file is larger than {MAX_BYTES // 2**20} MB. Send it in parts.")
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _unfit(sheet, 1, "", "The file is not in UTF-8. Save it so, and send it again.")
        return []
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    found: list[tuple[int, list[str]]] = []
    try:
        for place, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in row):
                found.append((place, row))
            if len(found) > MAX_ROWS + 1:
                _unfit(sheet, place, "", f"The file has more than {MAX_ROWS:,} rows. Send it in parts.")
                return []
    except csv.Error as error:
        _unfit(sheet, len(found) + 1, "", f"The file breaks off, or its quotes do not match ({error}).")
        return []
    return found


def _gather(
    rows: Sequence[tuple[int, list[str]]],
    names: Sequence[str],
    columns: Sequence[Column | None],
    layout: Layout,
    sheet: Sheet,
) -> None:
    """Put rows together to messages: of messages with lines, those with the same name."""
    found: dict[str, tuple[Json, list[int]]] = {}
    spoilt: set[str] = set()
    for place, cells in rows:
        sheet.lines += 1
        if len(cells) != len(names):
            sheet.wrong.append(Wrong(place, "", f"The row has {len(cells)} cells, and the header {len(names)}."))
            continue
        message, line = _message(names, columns, cells)
        name = str(message.get(layout.name, ""))
        key = name if layout.has_lines and name else f"\n{place}"
        if layout.has_lines:
            message[LINES] = [line]
        if key not in found:
            found[key] = (message, [place])
            continue
        known, places = found[key]
        if differ := _differs(known, message):
            told = f"It differs from row {places[0]}, which has the same {layout.name}."
            sheet.wrong.append(Wrong(place, differ, told))
            spoilt.add(key)
        known[LINES].append(line)
        places.append(place)
    for key, (message, places) in found.items():
        if key not in spoilt:
            sheet.messages.append(message)
            sheet.rows.append(places)


def _differs(known: Json, message: Json) -> str:
    """Return the first column in which two rows of one message differ."""
    for name in (*known, *(one for one in message if one not in known)):
        if name != LINES and known.get(name) != message.get(name):
            return name
    return ""


def _message(names: Sequence[str], columns: Sequence[Column | None], cells: Sequence[str]) -> tuple[Json, Json]:
    """Return what a row says of the whole, and of its line. An empty cell says nothing."""
    message: Json = {}
    line: Json = {}
    for name, column, cell in zip(names, columns, cells, strict=True):
        text = cell.strip()
        if not text or not name:
            continue
        if column is None:
            _extra(message, line, name, text)
        elif column.of_line:
            _put(line, column.path[1:], _value(text, column.kind))
        else:
            _put(message, column.path, _value(text, column.kind))
    return message, line


def _extra(message: Json, line: Json, name: str, text: str) -> None:
    """Keep an unknown column with its message: as a custom field where its name says so."""
    of_line = name.startswith(("lines_", "line_"))
    holder, rest = (line, name.partition("_")[2]) if of_line else (message, name)
    if rest.startswith("custom_"):
        holder.setdefault("custom", {})[rest.removeprefix("custom_")] = text
    elif rest.startswith("options_"):
        holder.setdefault("options", {})[rest.removeprefix("options_")] = text
    else:
        holder[rest] = text


def _put(holder: Json, path: Sequence[str], value: object) -> None:
    for part in path[:-1]:
        holder = holder.setdefault(part, {})
    holder[path[-1]] = value


def _value(text: str, kind: str) -> object:
    if kind == "whole":
        return int(text) if _WHOLE.fullmatch(text) and text.isascii() else text
    if kind == "flag":
        return _FLAGS.get(text.lower(), text)
    return [part.strip() for part in text.split(LIST) if part.strip()] if kind == "list" else text


def write(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Write a file: CRLF, quotes where they are needed, and nothing put before a cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(["" if row.get(name) is None else row[name] for name in names] for row in rows)
    return out.getvalue().encode()


def errors(wrong: Iterable[Wrong]) -> str:
    """Return the file of errors."""
    rows = ({"row": one.row, "column": one.column, "message": one.message} for one in wrong)
    return write(("row", "column", "message"), rows).decode()
