"""The book of every call: tests compare it with what the portal says it asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.kit.sandbox.database import Database

Json = dict[str, Any]

KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Call:
    """One received call. ``token`` holds the last four characters, ``path`` starts behind the host."""

    method: str
    path: str
    query: str
    status: int
    ms: float
    bytes: int
    fault: str = ""
    token: str = ""


class Ledger:
    """Append, read, empty."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._db = database
        self._clock = clock
        self._db.run("DELETE FROM ledger WHERE id <= (SELECT coalesce(max(id), 0) FROM ledger) - ?", KEPT)

    def write(self, call: Call) -> None:
        """Add one call."""
        self._db.run(
            "INSERT INTO ledger (at, method, path, query, status, ms, bytes, fault, token)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._clock(),
            call.method,
            call.path,
            call.query,
            call.status,
            round(call.ms, 2),
            call.bytes,
            call.fault,
            call.token,
        )

    def read(self, *, since: int = 0, limit: int = KEPT, newest_first: bool = False) -> list[Json]:
        """Return calls with an id above ``since``."""
        order = "DESC" if newest_first else "ASC"
        sql = f"SELECT * FROM ledger WHERE id > ? ORDER BY id {order} LIMIT ?"  # noqa: S608 - one of two words
        return [dict(row) for row in self._db.rows(sql, since, limit)]

    def clear(self) -> None:
        """Forget every call; numbering goes on."""
        self._db.run("DELETE FROM ledger")
