"""The orders of one store: placed, changed, deleted. What search sees of them is kept apart, in ``index``."""

import json
import random
import sqlite3
import string
from collections.abc import Callable, Iterable
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes import checkout
from integrations.connectors.ecwid.sandbox.shapes.checkout import CartLine, Placing
from integrations.connectors.ecwid.sandbox.shapes.numbers import stamp
from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.connectors.ecwid.sandbox.state.index import Index
from integrations.connectors.ecwid.sandbox.state.stores import Shelf
from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]
Listener = Callable[[str, Json, Json | None], None]

LETTERS = string.ascii_uppercase + string.digits


class Orders:
    """``listener(event, order, before)`` hears of every change after it is kept; it feeds the webhooks."""

    def __init__(
        self, database: Database, store: Store, shelf: Shelf, index: Index, clock: Callable[[], float]
    ) -> None:
        self._db = database
        self._store = store
        self._shelf = shelf
        self._index = index
        self._clock = clock
        self._dice = random.Random()  # noqa: S311 - order ids, not secrets
        self.listener: Listener | None = None

    def place(self, cart: list[CartLine], placing: Placing) -> Json:
        """Take an order from the shop and lower the stock."""
        with self._db.transaction():
            document = checkout.order(self._store, cart, placing, self._ids(len(cart)))
            self._insert(document)
            self._restock(document, -1)
        self._tell("order.created", document, None)
        return document

    def create(self, wanted: Json) -> Json:
        """Keep an order as it was sent to the API: nothing is checked against the catalogue, stock stays as it is."""
        with self._db.transaction():
            document = self._completed(wanted)
            self._insert(document)
        self._tell("order.created", document, None)
        return document

    def seed(self, records: Iterable[Json]) -> int:
        """Keep many finished orders at once, without webhooks or stock; returns how many."""
        with self._db.transaction():
            documents = [self._completed(record) for record in records]
            self._db.run_many(
                "INSERT INTO orders (store_id, internal_id, public_id, body) VALUES (?, ?, ?, ?)",
                ((self._store.id, d["internalId"], d["id"], dump(d)) for d in documents),
            )
            self._index.put(documents)
        return len(documents)

    def get(self, order_id: str) -> Json | None:
        """Return the order with this public or internal id, or None."""
        row = self._row(order_id)
        return json.loads(row["body"]) if row and not row["spoilt"] else None

    def text(self, order_id: str) -> str | None:
        """Return the order as kept: for a deliberately broken order this is not always JSON."""
        row = self._row(order_id)
        return str(row["body"]) if row else None

    def update(self, order_id: str, changes: Json) -> int:
        """Write fields over an order; returns 1, or 0 when nothing changed. Cancelling puts the items back."""
        with self._db.transaction():
            before = self.get(order_id)
            if before is None or all(before.get(key) == value for key, value in changes.items()):
                return 0
            after = before | changes | self._times()
            self._write(after)
            if after["paymentStatus"] == "CANCELLED" and before["paymentStatus"] != "CANCELLED":
                self._restock(after, +1)
        self._tell("order.updated", after, before)
        return 1

    def delete(self, order_id: str) -> int:
        """Remove an order and remember that it was; returns the number of orders removed."""
        with self._db.transaction():
            row = self._row(order_id)
            if row is None:
                return 0
            self._remove(row["internal_id"], row["public_id"])
        document = {"internalId": row["internal_id"], "id": row["public_id"]}
        self._tell("order.deleted", document, document)
        return 1

    def deleted(self, since: int | None, until: int | None) -> list[Json]:
        """Return what was deleted between two UNIX seconds, newest first."""
        rows = self._db.rows(
            "SELECT * FROM deleted_orders WHERE store_id = ? AND at BETWEEN ? AND ? ORDER BY at DESC, internal_id DESC",
            self._store.id,
            since or 0,
            until if until is not None else 2**62,
        )
        return [{"id": row["internal_id"], "orderId": row["public_id"], "date": stamp(row["at"])} for row in rows]

    def told(self) -> list[Json]:
        """Return what the store shows of parcels, order by order: numbers, status, tracking."""
        names = ("id", "internalId", "fulfillmentStatus", "trackingNumber", "trackingUrl", "updateTimestamp")
        rows = self._db.rows(
            "SELECT body FROM orders WHERE store_id = ? AND spoilt = '' ORDER BY internal_id", self._store.id
        )
        found = (json.loads(row["body"]) for row in rows)
        return [{name: one.get(name) for name in names} for one in found if one.get("trackingNumber")]

    def spoil(self, name: str, text: str, sane: Json) -> None:
        """Keep ``text`` as it is in place of an order; search finds it by the fields of ``sane``."""
        with self._db.transaction():
            self._db.run(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?)", self._store.id, sane["internalId"], sane["id"], text, name
            )
            self._index.put([sane], text=text)

    def unspoil(self) -> int:
        """Take every deliberately broken order out again, without a trace; returns how many."""
        with self._db.transaction():
            rows = self._db.rows("SELECT internal_id FROM orders WHERE store_id = ? AND spoilt <> ''", self._store.id)
            for row in rows:
                self._db.run(
                    "DELETE FROM orders WHERE store_id = ? AND internal_id = ?", self._store.id, row["internal_id"]
                )
                self._index.drop(row["internal_id"])
        return len(rows)

    def spoilt(self) -> list[str]:
        """Return the kinds of the broken orders that are in the store."""
        rows = self._db.rows(
            "SELECT spoilt FROM orders WHERE store_id = ? AND spoilt <> '' ORDER BY internal_id", self._store.id
        )
        return [row["spoilt"] for row in rows]

    def listing(self, words: str, offset: int, limit: int) -> tuple[int, list[Json]]:
        """Return count and one page of the owner's list, the last placed first; broken orders by their kind."""
        self._index.catch_up()
        # Outer: an order that search does not see yet is on the owner's list all the same.
        tail = "FROM orders o LEFT JOIN order_index i USING (store_id, internal_id) WHERE store_id = ?"
        parts = words.lower().split()
        clause = tail + " AND instr(i.words, ?) > 0" * len(parts)
        counted = self._db.row(f"SELECT count(*) AS n {clause}", self._store.id, *parts)
        rows = self._db.rows(
            "SELECT internal_id, o.public_id, o.spoilt, CASE WHEN o.spoilt = '' THEN o.body END AS body "
            f"{clause} ORDER BY internal_id DESC LIMIT ? OFFSET ?",
            self._store.id,
            *parts,
            limit,
            offset,
        )
        return (int(counted["n"]) if counted else 0), [_listed(row) for row in rows]

    def blank(self, cart: list[CartLine], placing: Placing) -> Json:
        """Build an order with new numbers that is not kept: the raw material for broken ones."""
        return checkout.order(self._store, cart, placing, self._ids(len(cart)))

    def _row(self, order_id: str) -> sqlite3.Row | None:
        row = self._db.row("SELECT * FROM orders WHERE store_id = ? AND public_id = ?", self._store.id, order_id)
        # SQLite's integers end at 64 bits; a longer number is nobody's id.
        if row is None and order_id.isdecimal() and len(order_id) < 19:
            row = self._db.row(
                "SELECT * FROM orders WHERE store_id = ? AND internal_id = ?", self._store.id, int(order_id)
            )
        return row

    def _ids(self, lines: int) -> checkout.Ids:
        internal = self._db.next_number("order", 601_240_001)
        return checkout.Ids(internal, self._public_id(), self._db.next_number("line", 1_828_115_001, lines))

    def _public_id(self) -> str:
        while True:
            bare = "".join(self._dice.choices(LETTERS, k=5))
            found = f"{self._store.prefix}{bare}{self._store.suffix}"
            taken = self._db.row("SELECT 1 FROM orders WHERE store_id = ? AND public_id = ?", self._store.id, found)
            # Digits alone would read as an internal id.
            if not taken and not bare.isdecimal():
                return found

    def _completed(self, wanted: Json) -> Json:
        ids = self._ids(len(wanted.get("items", [])))
        internal = wanted.get("internalId") or ids.internal
        public = wanted.get("id") or ids.public
        at = int(wanted.get("createTimestamp") or self._clock())
        updated = int(wanted.get("updateTimestamp") or at)
        items = [{"id": ids.first_line + n, **item} for n, item in enumerate(wanted.get("items", []))]
        own = {
            "internalId": internal,
            "id": public,
            "orderNumber": internal,
            "vendorOrderNumber": public,
            "publicUid": public,
        }
        times = {
            "createDate": stamp(at),
            "createTimestamp": at,
            "updateDate": stamp(updated),
            "updateTimestamp": updated,
        }
        return own | {"hidden": False, "refunds": [], "shipments": []} | wanted | own | times | {"items": items}

    def _insert(self, document: Json) -> None:
        self._db.run(
            "INSERT INTO orders (store_id, internal_id, public_id, body) VALUES (?, ?, ?, ?)",
            self._store.id,
            document["internalId"],
            document["id"],
            dump(document),
        )
        self._index.note(document["internalId"], document)

    def _write(self, document: Json) -> None:
        self._db.run(
            "UPDATE orders SET body = ? WHERE store_id = ? AND internal_id = ?",
            dump(document),
            self._store.id,
            document["internalId"],
        )
        self._index.note(document["internalId"], document)

    def _remove(self, internal_id: int, public_id: str) -> None:
        self._db.run("DELETE FROM orders WHERE store_id = ? AND internal_id = ?", self._store.id, internal_id)
        self._db.run(
            "INSERT INTO deleted_orders VALUES (?, ?, ?, ?)", self._store.id, internal_id, public_id, int(self._clock())
        )
        self._index.note(internal_id, None)

    def _times(self) -> Json:
        at = int(self._clock())
        return {"updateDate": stamp(at), "updateTimestamp": at}

    def _restock(self, document: Json, sign: int) -> None:
        for item in document["items"]:
            quantity = item.get("quantity")
            if item.get("productId") and isinstance(quantity, int):
                self._shelf.move(item["productId"], item.get("combinationId"), sign * quantity)

    def _tell(self, event: str, document: Json, before: Json | None) -> None:
        if self.listener is not None:
            self.listener(event, document, before)


def _listed(row: sqlite3.Row) -> Json:
    kept: Json = json.loads(row["body"]) if row["body"] else {}
    return kept | {"internalId": row["internal_id"], "id": row["public_id"], "spoilt": row["spoilt"]}
