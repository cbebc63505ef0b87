"""The one SQLite file. A single connection behind a lock: the stand-in needs order, not speed."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SHARED = """
CREATE TABLE IF NOT EXISTS faults (
    kind TEXT PRIMARY KEY, settings TEXT NOT NULL, path TEXT NOT NULL, remaining INTEGER);
CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL,
    status INTEGER NOT NULL, ms REAL NOT NULL, bytes INTEGER NOT NULL, fault TEXT NOT NULL, token TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def below_var(name: str) -> Path:
    """Return where a file is kept, where the portal keeps its own: a demo and its sandboxes belong together."""
    return Path(os.environ.get("SWITCHYARD_VAR") or "var") / name


def dump(value: Any) -> str:
    """Write JSON as the vendor does (UTF-8, no spaces); lone surrogates stay escaped, for they have no UTF-8 form."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


class Database:
    """Thread-safe access to the file at ``path``; None keeps all in memory. ``schema`` adds a sandbox's own tables."""

    def __init__(self, path: Path | None, schema: str) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._link = sqlite3.connect(str(path or ":memory:"), check_same_thread=False, isolation_level=None)
        self._link.row_factory = sqlite3.Row
        self._depth = 0
        self._link.execute("PRAGMA journal_mode = WAL")
        self._link.execute("PRAGMA synchronous = NORMAL")
        self._link.execute("PRAGMA cache_size = -65536")  # 64 MB: with the usual 2 every search read the file again
        self._link.executescript(SHARED + schema)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and alone: other threads wait. May be nested; the outermost one commits."""
        with self._lock:
            if self._depth == 0:
                self._link.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._link.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._link.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement and return the number of rows it touched."""
        with self._lock:
            return self._link.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for every row."""
        with self._lock:
            self._link.executemany(sql, rows)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._link.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, if there is one."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def next_number(self, name: str, start: int, step: int = 1) -> int:
        """Count up a named counter and return the first of ``step`` new numbers."""
        with self.transaction():
            self.run("INSERT OR IGNORE INTO counters VALUES (?, ?)", name, start)
            found = self.row("SELECT value FROM counters WHERE name = ?", name)
            self.run("UPDATE counters SET value = value + ? WHERE name = ?", step, name)
            return int(found["value"]) if found else start

    def close(self) -> None:
        """Close the file; nothing can be asked afterwards."""
        with self._lock:
            self._link.close()
