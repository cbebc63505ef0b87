"""What order search sees: a copy of the orders that follows with a delay when the fault panel asks for one.

The vendor's search lags behind its reads by id, and a connector has to live with that; so the two are kept apart
here too.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What a client asked for. Times are UNIX seconds and bounds are inclusive."""

    offset: int = 0
    limit: int = 100
    created_from: int | None = None
    created_to: int | None = None
    updated_from: int | None = None
    updated_to: int | None = None
    ids: tuple[str, ...] = ()
    keywords: str = ""
    email: str = ""
    payment: tuple[str, ...] = ()
    fulfillment: tuple[str, ...] = ()


_NEWEST = "ORDER BY created DESC, internal_id DESC"


class Index:
    """The searchable copy of one store's orders. ``lag`` returns the seconds a change stays unseen."""

    def __init__(self, database: Database, store: Store, clock: Callable[[], float], lag: Callable[[], float]) -> None:
        self._db = database
        self._store = store
        self._clock = clock
        self._lag = lag

    def note(self, internal_id: int, document: Json | None) -> None:
        """Take in how an order is now, None for deleted: at once, or kept aside until the lag is over."""
        lag = self._lag()
        if lag:
            body = None if document is None else dump(document)
            self._db.run(
                "INSERT INTO unseen (store_id, internal_id, due, body) VALUES (?, ?, ?, ?)",
                self._store.id,
                internal_id,
                self._clock() + lag,
                body,
            )
            return
        # Older states that still wait must not come after this one.
        self._db.run("DELETE FROM unseen WHERE store_id = ? AND internal_id = ?", self._store.id, internal_id)
        self._show(internal_id, document)

    def put(self, documents: Sequence[Json], *, text: str | None = None) -> None:
        """Let search see these orders at once; ``text`` replaces what it answers for them."""
        self._db.run_many(
            "INSERT OR REPLACE INTO order_index VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._row(document, text) for document in documents),
        )

    def drop(self, internal_id: int) -> None:
        """Let search forget an order at once."""
        self._db.run("DELETE FROM order_index WHERE store_id = ? AND internal_id = ?", self._store.id, internal_id)

    def find(self, search: Search) -> tuple[int, list[str]]:
        """Return the number of matches and the page's orders as JSON texts, newest first."""
        with self._db.transaction():
            self.catch_up()
            where, values = _conditions(search)
            clause = f"FROM order_index WHERE store_id = ? {where}"
            counted = self._db.row(f"SELECT count(*) AS n {clause}", self._store.id, *values)
            # The page is found before a body is read: what is sorted is carried along as a whole.
            page = f"SELECT rowid {clause} {_NEWEST} LIMIT ? OFFSET ?"
            rows = self._db.rows(
                f"SELECT body FROM order_index WHERE rowid IN ({page}) {_NEWEST}",  # noqa: S608 - our own conditions
                self._store.id,
                *values,
                search.limit,
                search.offset,
            )
        return (int(counted["n"]) if counted else 0), [row["body"] for row in rows]

    def newest_change(self) -> int | None:
        """The UNIX second of the last change search knows of."""
        self.catch_up()
        row = self._db.row("SELECT max(updated) AS at FROM order_index WHERE store_id = ?", self._store.id)
        return row["at"] if row else None

    def catch_up(self) -> None:
        """Let search see whatever changed longer ago than the lag, in the order it changed."""
        now = self._clock()
        due = self._db.rows("SELECT * FROM unseen WHERE store_id = ? AND due <= ? ORDER BY id", self._store.id, now)
        for row in due:
            self._show(row["internal_id"], json.loads(row["body"]) if row["body"] else None)
        if due:
            self._db.run("DELETE FROM unseen WHERE store_id = ? AND due <= ?", self._store.id, now)

    def _show(self, internal_id: int, document: Json | None) -> None:
        if document is None:
            self.drop(internal_id)
        else:
            self.put([document])

    def _row(self, document: Json, text: str | None) -> tuple[Any, ...]:
        return (
            self._store.id,
            document["internalId"],
            document["id"],
            document["createTimestamp"],
            document["updateTimestamp"],
            document.get("paymentStatus", ""),
            document.get("fulfillmentStatus", ""),
            _text(document.get("email", "")).lower(),
            _words(document),
            dump(document) if text is None else text,
        )


def _words(document: Json) -> str:
    """Everything the keyword search looks through."""
    people = [document.get("shippingPerson") or {}, document.get("billingPerson") or {}]
    parts = [str(document["id"]), str(document["internalId"]), str(document.get("email", ""))]
    parts += [
        str(person.get(key, "")) for person in people for key in ("name", "companyName", "city", "postalCode", "phone")
    ]
    parts += [str(item.get(key, "")) for item in document.get("items", [])[:200] for key in ("sku", "name")]
    return _text(" ".join(parts)).lower()


def _text(value: Any) -> str:
    """Half characters have no place in the file; they become question marks here, not in the order itself."""
    return str(value).encode("utf-8", "replace").decode()


def _conditions(search: Search) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    bounds = (
        ("created >= ?", search.created_from),
        ("created <= ?", search.created_to),
        ("updated >= ?", search.updated_from),
        ("updated <= ?", search.updated_to),
    )
    for condition, value in bounds:
        if value is not None:
            parts.append(condition)
            values.append(value)
    if search.email:
        parts.append("email = ?")
        values.append(search.email.lower())
    for word in search.keywords.lower().split():
        parts.append("instr(words, ?) > 0")
        values.append(word)
    if search.ids:
        internal = [int(one) for one in search.ids if one.isdecimal() and len(one) < 19]
        marks, numbers = ",".join("?" * len(search.ids)), ",".join("?" * len(internal))
        parts.append(f"(public_id IN ({marks}) OR internal_id IN ({numbers}))")
        values += [*search.ids, *internal]
    _one_of(parts, values, "payment", search.payment)
    _one_of(parts, values, "fulfillment", search.fulfillment)
    if not search.payment:
        # Abandoned carts stay out unless somebody asks for them by status.
        parts.append("payment <> 'INCOMPLETE'")
    return "".join(f" AND {part}" for part in parts), values


def _one_of(parts: list[str], values: list[Any], column: str, wanted: tuple[str, ...]) -> None:
    if wanted:
        parts.append(f"{column} IN ({','.join('?' * len(wanted))})")
        values += wanted
