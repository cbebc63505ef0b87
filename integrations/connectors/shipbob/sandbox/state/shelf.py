"""The warehouses, the goods, and how much of what lies where."""

import json
from collections.abc import Callable
from typing import Any

from integrations.connectors.shipbob.sandbox import demo
from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]

COUNTS = ("on_hand", "committed", "awaiting", "damaged")


class Shelf:
    """Every change of a count leaves a line, so that an old report can be told on purpose."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._db = database
        self._clock = clock

    def fill(self, pieces: int) -> None:
        """Put the demo goods onto empty shelves."""
        with self._db.transaction():
            if self._db.row("SELECT 1 FROM locations"):
                return
            for place in demo.LOCATIONS:
                self._db.run("INSERT INTO locations (id, body) VALUES (?, ?)", place["id"], dump(place))
            for sku, name in demo.GOODS.items():
                self.add(sku, name, {156: pieces, 8: pieces, 214: pieces // 4})

    def add(self, sku: str, name: str, pieces: dict[int, int] | None = None, *, told: Json | None = None) -> int:
        """Make a product known, or put more pieces of a known one on the shelf. Returns its inventory number.

        ``told`` is what somebody has said of it beside its SKU and its name.
        """
        with self._db.transaction():
            found = self.find(sku)
            number = found["id"] if found else self._db.next_number("inventory", 21_000_101)
            if found is None:
                self._db.run("INSERT INTO products VALUES (?, ?, ?)", number, sku, name)
                self._note(number, body=dump(told or {}))
            for location_id, count in (pieces or {}).items():
                self.move(number, location_id, on_hand=count)
            return int(number)

    def find(self, sku: str) -> Json | None:
        """Return the product of a SKU."""
        return next(iter(self._listed("p.sku = ?", sku)), None)

    def products(self, sku: str = "", *, since: float = 0.0) -> list[Json]:
        """Return all products, or the one of a SKU, or those that changed since a moment; none that are gone."""
        return self._listed("? IN ('', p.sku) AND coalesce(f.updated, 0) >= ?", sku, since)

    def _listed(self, where: str, *values: Any) -> list[Json]:
        rows = self._db.rows(
            "SELECT p.*, coalesce(f.updated, 0) AS updated, coalesce(f.active, 1) AS active,"  # noqa: S608 - our own
            " coalesce(f.body, '{}') AS body FROM products p LEFT JOIN product_facts f USING (id)"
            f" WHERE {where} AND NOT coalesce(f.gone, 0) ORDER BY p.id",
            *values,
        )
        return [dict(row) | {"body": json.loads(row["body"])} for row in rows]

    def rename(self, sku: str, to: str) -> None:
        """Give a product another SKU."""
        number = self._number(sku)
        self._db.run("UPDATE products SET sku = ? WHERE id = ?", to, number)
        self._note(number)

    def retire(self, sku: str, *, active: bool = False) -> None:
        """Set a product inactive, or active again."""
        self._note(self._number(sku), active=int(active))

    def remove(self, sku: str) -> None:
        """Delete a product: it is in no list any more, and another may have its SKU."""
        number = self._number(sku)
        self._db.run("UPDATE products SET sku = ? WHERE id = ?", f"{sku} (deleted {number})", number)
        self._note(number, gone=1)

    def _number(self, sku: str) -> int:
        found = self.find(sku)
        if found is None:
            raise KeyError(sku)
        return int(found["id"])

    def _note(self, number: int, **facts: int | str) -> None:
        """Write what is known of a product, and that it has changed now."""
        with self._db.transaction():
            self._db.run("INSERT OR IGNORE INTO product_facts (id, updated) VALUES (?, 0)", number)
            for name, value in {"updated": self._clock(), **facts}.items():
                self._db.run(f"UPDATE product_facts SET {name} = ? WHERE id = ?", value, number)  # noqa: S608 - ours

    def locations(self, *, all_of_them: bool = False) -> list[Json]:
        """Return the warehouses that have not been deleted."""
        rows = self._db.rows("SELECT body FROM locations WHERE gone <= ? ORDER BY id", int(all_of_them))
        return [json.loads(row["body"]) for row in rows]

    def gone(self) -> set[int]:
        """Return the warehouses that have been deleted."""
        return {row["id"] for row in self._db.rows("SELECT id FROM locations WHERE gone = 1")}

    def location(self, number: int | None) -> Json | None:
        """Return the warehouse of that number, or the one that ships when none is named; None: it does not ship."""
        ships = [one for one in self.locations() if one["is_shipping_enabled"]]
        if number is None:
            return next((one for one in ships if one["id"] == 156), ships[0] if ships else None)
        return next((one for one in ships if one["id"] == number), None)

    def close_location(self, number: int, *, gone: bool = True) -> None:
        """Delete a warehouse, or bring it back."""
        self._db.run("UPDATE locations SET gone = ? WHERE id = ?", int(gone), number)

    def counts(self, inventory_id: int, location_id: int) -> Json:
        """Return what lies there now."""
        row = self._db.row("SELECT * FROM stock WHERE inventory_id = ? AND location_id = ?", inventory_id, location_id)
        return {name: int(row[name]) if row else 0 for name in COUNTS}

    def move(self, inventory_id: int, location_id: int, **changes: int) -> None:
        """Change counts by so many; none goes below zero."""
        with self._db.transaction():
            now = self.counts(inventory_id, location_id)
            after = [max(0, now[name] + changes.get(name, 0)) for name in COUNTS]
            self._db.run("INSERT OR REPLACE INTO stock VALUES (?, ?, ?, ?, ?, ?)", inventory_id, location_id, *after)
            self._db.run(
                "INSERT INTO stock_before (at, inventory_id, location_id, on_hand, committed, awaiting, damaged)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                self._clock(), inventory_id, location_id, *after,
            )  # fmt: skip

    def levels(self, *, at: float | None = None) -> dict[int, dict[int, Json]]:
        """Return the counts of each product by warehouse, now or as they were."""
        if at is None:
            rows = self._db.rows("SELECT * FROM stock")
        else:
            rows = self._db.rows(
                "SELECT s.* FROM stock_before s JOIN (SELECT max(id) AS last FROM stock_before WHERE at <= ?"
                " GROUP BY inventory_id, location_id) newest ON newest.last = s.id",
                at,
            )
        found: dict[int, dict[int, Json]] = {}
        for row in rows:
            found.setdefault(row["inventory_id"], {})[row["location_id"]] = {name: row[name] for name in COUNTS}
        return found
