"""The stores of this sandbox and their products."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes import demo
from integrations.connectors.ecwid.sandbox.shapes.numbers import stamp
from integrations.connectors.ecwid.sandbox.shapes.product import product, settled, touched
from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]

VARIATION_STEP = 10


class Stores:
    """Add and find stores. A new store gets the demo catalogue."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._db = database
        self._clock = clock

    def add(self, store: Store) -> None:
        """Keep ``store`` and fill its shelves; a store that is already there stays as it is."""
        with self._db.transaction():
            if self.get(store.id) is None:
                self._db.run("INSERT INTO stores VALUES (?, ?, ?)", store.id, store.name, dump(store.settings()))
                self._stock(store)

    def get(self, store_id: int) -> Store | None:
        """Return the store, or None."""
        row = self._db.row("SELECT * FROM stores WHERE id = ?", store_id)
        return _store(row) if row else None

    def all(self) -> list[Store]:
        """Return every store, the oldest number first."""
        return [_store(row) for row in self._db.rows("SELECT * FROM stores ORDER BY id")]

    def _stock(self, store: Store) -> None:
        first = self._db.next_number("product", 71_000_001, len(demo.SAMPLES))
        for product_id, sample in demo.numbered(first):
            numbers = self._db.next_number("combination", 421_616_001, VARIATION_STEP)
            variations = list(range(numbers, numbers + len(sample.variations)))
            at = self._clock()
            body = product(sample, store, product_id=product_id, variation_ids=variations, at=at)
            self._db.run(
                "INSERT INTO products VALUES (?, ?, ?, ?, ?)", product_id, store.id, body["sku"], int(at), dump(body)
            )


def _store(row: Any) -> Store:
    settings = json.loads(row["settings"])
    settings["features"] = tuple(settings["features"])
    return Store(id=row["id"], name=row["name"], **settings)


class Shelf:
    """The products of one store and their stock."""

    def __init__(self, database: Database, store: Store, clock: Callable[[], float]) -> None:
        self._db = database
        self._store = store
        self._clock = clock

    def all(self) -> list[Json]:
        """Return every product in the owner's order."""
        found = self._db.rows("SELECT body FROM products WHERE store_id = ? ORDER BY id", self._store.id)
        return [json.loads(row["body"]) for row in found]

    def changed(self, since: int | None, until: int | None, offset: int, limit: int) -> tuple[int, list[Json]]:
        """Return how many products changed between two UNIX seconds, and a page of them, oldest change first."""
        span = (self._store.id, since or 0, until if until is not None else 2**62)
        where = "FROM products WHERE store_id = ? AND updated BETWEEN ? AND ?"
        row = self._db.row(f"SELECT count(*) AS total {where}", *span)
        found = self._db.rows(f"SELECT body {where} ORDER BY updated, id LIMIT ? OFFSET ?", *span, limit, offset)
        return int(row["total"]) if row else 0, [json.loads(one["body"]) for one in found]

    def numbered(self, product_ids: Iterable[int]) -> list[Json]:
        """Return the products of these numbers that there are, in the owner's order."""
        found = (self.get(one) for one in sorted(set(product_ids)))
        return [one for one in found if one is not None]

    def of_sku(self, sku: str) -> list[Json]:
        """Return the products that have this SKU themselves or for a variation, in the owner's order."""
        named = "SELECT body FROM products WHERE store_id = ? AND instr(body, ?) > 0 ORDER BY id"
        found = [json.loads(row["body"]) for row in self._db.rows(named, self._store.id, dump(sku))]
        return [one for one in found if sku == one["sku"] or any(sku == c.get("sku") for c in one["combinations"])]

    def newest_change(self) -> int | None:
        """Return the UNIX second of the last change of any product; None without products."""
        row = self._db.row("SELECT max(updated) AS at FROM products WHERE store_id = ?", self._store.id)
        return row["at"] if row else None

    def get(self, product_id: int) -> Json | None:
        """Return one product, or None."""
        row = self._db.row("SELECT body FROM products WHERE store_id = ? AND id = ?", self._store.id, product_id)
        return json.loads(row["body"]) if row else None

    def save(self, document: Json) -> None:
        """Write a changed product back; stock flags and times follow."""
        at = self._clock()
        settled(document).update(touched(at))
        self._db.run(
            "UPDATE products SET sku = ?, updated = ?, body = ? WHERE id = ? AND store_id = ?",
            document["sku"],
            int(at),
            dump(document),
            document["id"],
            self._store.id,
        )

    def add(self, document: Json) -> Json:
        """Keep a new product under the next number."""
        at = self._clock()
        document["id"] = self._db.next_number("product", 71_000_001)
        settled(document).update(touched(at, created=at))
        self._db.run(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?)",
            document["id"],
            self._store.id,
            document["sku"],
            int(at),
            dump(document),
        )
        return document

    def combination_number(self) -> int:
        """Return the next number of a variation."""
        return self._db.next_number("combination", 421_616_001)

    def delete(self, product_id: int) -> int:
        """Remove a product and remember that it was; returns the number of products removed."""
        with self._db.transaction():
            gone = self._db.run("DELETE FROM products WHERE store_id = ? AND id = ?", self._store.id, product_id)
            if gone:
                values = (self._store.id, product_id, int(self._clock()))
                self._db.run("INSERT INTO deleted_products VALUES (?, ?, ?)", *values)
        return gone

    def deleted(self, since: int | None, until: int | None) -> list[Json]:
        """Return what was deleted between two UNIX seconds, newest first."""
        rows = self._db.rows(
            "SELECT id, at FROM deleted_products WHERE store_id = ? AND at BETWEEN ? AND ? ORDER BY at DESC, id DESC",
            self._store.id,
            since or 0,
            until if until is not None else 2**62,
        )
        return [{"id": row["id"], "date": stamp(row["at"])} for row in rows]

    def move(self, product_id: int, combination_id: int | None, delta: int) -> int | None:
        """Change stock by ``delta``; returns the new stock, or None for unlimited and unknown products.

        A variation without its own SKU shares the product's stock, so that one moves instead.
        """
        with self._db.transaction():
            document = self.get(product_id)
            if document is None:
                return None
            held = _holder(document, combination_id)
            if held["unlimited"]:
                return None
            held["quantity"] = int(held.get("quantity", 0)) + delta
            self.save(document)
            return int(held["quantity"])


def _holder(document: Json, combination_id: int | None) -> Json:
    """Return what keeps the stock: the variation with its own SKU, else the product."""
    combinations: list[Json] = document["combinations"]
    return next((c for c in combinations if c["id"] == combination_id and "sku" in c), document)
