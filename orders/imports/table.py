"""Rows of a CSV file, plain or gzipped, in groups that share a key. Pure: no Django.

The rows of one invoice may lie apart: other invoices are written in between. So the file is read
twice: the survey counts the rows of each group, and the reading gives a group as soon as its last
row is there. Memory holds the groups that are open, not the file.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orders.imports.format import UnreadableFile

_GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 1 << 20

Row = list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that share a key, in the order of the file."""

    key: str
    first_line: int
    """Where it starts, counted from 1 as a text editor does; for messages."""
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the file found."""

    path: Path
    columns: tuple[str, ...]
    digest: str
    sizes: Counter[str]
    """Rows per key; a row that has no key stands alone under a made-up one."""


def survey(path: Path, columns: Sequence[str]) -> Survey:
    """Look through the whole file; the first column is the key.

    Raises UnreadableFile where the file is missing, cut off, no CSV, or has other columns.
    """
    with _explained(path):
        digest = _digest(path)
        sizes = Counter(key for key, _line, _row in _rows(path, columns))
    return Survey(path, tuple(columns), digest, sizes)


def groups(surveyed: Survey) -> Iterator[Group]:
    """Give each group when its last row has been read."""
    left = surveyed.sizes.copy()
    open_groups: dict[str, Group] = {}
    with _explained(surveyed.path):
        for key, line, row in _rows(surveyed.path, surveyed.columns):
            group = open_groups.setdefault(key, Group(key, line, []))
            group.rows.append(row)
            left[key] -= 1
            if left[key] == 0:
                yield open_groups.pop(key)


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Write rows back as CSV with their header, bytes that were no UTF-8 included."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogateescape")


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, int, Row]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        # A byte that is no UTF-8 must refuse its own invoice by name, not the whole file.
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        reader = csv.reader(text)
        _check_header(path, next(reader, []), columns)
        start = reader.line_num + 1
        for row in reader:
            if row:
                yield row[0].strip() or f"line {start}", start, row
            start = reader.line_num + 1


def _check_header(path: Path, header: Row, columns: Sequence[str]) -> None:
    if [name.strip() for name in header] == list(columns):
        return
    found = ",".join(header)[:120] or "nothing"
    raise UnreadableFile(
        f"“{path.name}” does not have the columns of this format: its first line must be "
        f"{','.join(columns)}, and it is {found}."
    )


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as raw:
        while block := raw.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the disk, gzip and csv say into one sentence."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFile(f"There is no file “{path}”; check its name.") from None
    except IsADirectoryError:
        raise UnreadableFile(f"“{path}” is a folder; name the file in it.") from None
    except PermissionError:
        raise UnreadableFile(f"“{path}” may not be read by this user; change its permissions.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableFile(f"“{path.name}” is cut off or damaged (its gzip data breaks); fetch it again.") from None
    except csv.Error as error:
        raise UnreadableFile(f"“{path.name}” cannot be read as CSV ({error}); is it really a CSV file?") from None
    except OSError as error:
        raise UnreadableFile(f"“{path.name}” cannot be read: {error.strerror or error}.") from None
