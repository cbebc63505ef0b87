"""The orders that were sent here, with their shipments: one document each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.connectors.shipbob.sandbox import shapes
from integrations.connectors.shipbob.sandbox.demo import PROBLEMS
from integrations.connectors.shipbob.sandbox.state.shelf import Shelf
from integrations.kit.sandbox.database import Database, dump
from integrations.kit.sandbox.faults import Faults

Json = dict[str, Any]
Told = Callable[[str, Json, Json], None]
"""(topic, order, shipment)"""


class AlreadyThere(Exception):
    """The channel has an order with this reference."""


class NoSuchPlace(Exception):
    """The location does not exist, or does not ship."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of orders is asked for. Times are UNIX seconds."""

    ids: tuple[int, ...] = ()
    references: tuple[str, ...] = ()
    channel: int | None = None
    has_tracking: bool | None = None
    uploaded: bool | None = None
    since: float | None = None
    until: float | None = None
    tracked_since: float | None = None
    tracked_until: float | None = None
    oldest_first: bool = False
    offset: int = 0
    limit: int = 50


class Orders:
    """Take, find, keep. What a person does with a shipment is in `state.bench`."""

    def __init__(self, database: Database, shelf: Shelf, faults: Faults, clock: Callable[[], float]) -> None:
        self.database = database
        self.shelf = shelf
        self.faults = faults
        self.clock = clock
        self.listener: Told | None = None

    def create(self, channel: Json, body: Json) -> Json:
        """Take an order in and allot it to a warehouse. Raises AlreadyThere, NoSuchPlace."""
        with self.database.transaction():
            if self.by_reference(body["reference_id"], channel["id"]) is not None:
                raise AlreadyThere(body["reference_id"])
            place = self.shelf.location(body.get("location_id"))
            if place is None:
                raise NoSuchPlace(body.get("location_id"))
            at = self.clock()
            known = [self._known(product) for product in body["products"]]
            lines = [shapes.line(product | {"sku": sku}, number) for product, (number, sku, _) in known]
            number = self.database.next_number("order", 310_000_001)
            order = shapes.order(body, number=number, channel=channel, lines=lines, at=at)
            goods = [shapes.packed(line, one[0], one[2], line["quantity"])
                     for line, (_, one) in zip(lines, known, strict=True)]  # fmt: skip
            for box in self._boxes(goods):
                self.allot(order, place, box, at)
            self._insert(order, channel["id"], at)
        return order

    def allot(self, order: Json, place: Json, goods: list[Json], at: float) -> Json:
        """Add a shipment to an order's document and set its goods aside; what does not lie there is an exception."""
        shipment = shapes.shipment(order, self.database.next_number("shipment", 410_000_001), place, goods, at)
        for item in items(shipment):
            counts = self.shelf.counts(item["id"], place["id"])
            if counts["on_hand"] - counts["committed"] < item["quantity"]:
                words = PROBLEMS["OutOfStock"]
                shipment["status"] = "Exception"
                shipment["status_details"].append(
                    shapes.detail("OutOfStock", words, inventory_id=item["id"], location_id=place["id"])
                )
            self.shelf.move(item["id"], place["id"], committed=item["quantity"])
        order["shipments"].append(shipment)
        self.database.run(
            "INSERT INTO shipments (id, order_id, status, since) VALUES (?, ?, ?, ?)",
            shipment["id"], order["id"], shipment["status"], at,
        )  # fmt: skip
        return shipment

    def save(self, order: Json, *, at: float) -> None:
        """Keep a changed document; what is searched by follows."""
        order["last_update_at"] = shapes.moment(at)
        order["status"] = shapes.order_status(order["shipments"]) if order["shipments"] else order["status"]
        boxes = [one for one in order["shipments"] if one["tracking"]]
        waiting = sum(not one["is_tracking_uploaded"] for one in boxes)
        self.database.run(
            "UPDATE orders SET status = ?, updated = ?, waiting = ?, words = ?, body = ? WHERE id = ?",
            order["status"], at, waiting, _words(order), dump(order), order["id"],
        )  # fmt: skip

    def tracked(self, order_id: int, at: float) -> None:
        """Note that the tracking of an order changed."""
        self.database.run("UPDATE orders SET tracked = ? WHERE id = ?", at, order_id)

    def get(self, number: int) -> Json | None:
        """Return an order."""
        row = self.database.row("SELECT body FROM orders WHERE id = ?", number)
        return json.loads(row["body"]) if row else None

    def by_reference(self, reference: str, channel: int | None = None) -> Json | None:
        """Return the order of a reference."""
        # The channel stands alone: inside of a `coalesce` SQLite does not go by its index and reads all orders.
        sql = "SELECT body FROM orders WHERE reference = ?"
        if channel is None:
            row = self.database.row(sql, reference)
        else:
            row = self.database.row(f"{sql} AND channel = ?", reference, channel)
        return json.loads(row["body"]) if row else None

    def of_shipment(self, shipment_id: int) -> Json | None:
        """Return the order that a shipment belongs to."""
        row = self.database.row("SELECT order_id FROM shipments WHERE id = ?", shipment_id)
        return self.get(row["order_id"]) if row else None

    def find(self, search: Search) -> list[str]:
        """Return the documents of a search as JSON texts."""
        wheres, values = _conditions(search)
        order = "ASC" if search.oldest_first else "DESC"
        sql = f"SELECT body FROM orders WHERE {' AND '.join(wheres)} ORDER BY id {order} LIMIT ? OFFSET ?"  # noqa: S608
        return [row["body"] for row in self.database.rows(sql, *values, search.limit, search.offset)]

    def all(self) -> list[Json]:
        """Return every order, the oldest first."""
        return [json.loads(row["body"]) for row in self.database.rows("SELECT body FROM orders ORDER BY id")]

    def counts(self) -> dict[str, int]:
        """Return how many orders there are in each status."""
        rows = self.database.rows("SELECT status, count(*) AS n FROM orders GROUP BY status")
        return {row["status"]: row["n"] for row in rows}

    def mark(self, shipment_ids: list[int], *, uploaded: bool) -> set[int]:
        """Note that tracking was handed on; returns the shipments that exist."""
        known = set()
        with self.database.transaction():
            for number in shipment_ids:
                order = self.of_shipment(number)
                if order is None:
                    continue
                known.add(number)
                shipment_of(order, number)["is_tracking_uploaded"] = uploaded
                # Marking is no change of the order: only what is searched by follows.
                waiting = sum(bool(one["tracking"]) and not one["is_tracking_uploaded"] for one in order["shipments"])
                self.database.run(
                    "UPDATE orders SET waiting = ?, body = ? WHERE id = ?", waiting, dump(order), order["id"]
                )
        return known

    def _known(self, product: Json) -> tuple[Json, tuple[int, str, str]]:
        """Return a product with inventory number, SKU and name; one that is named and not known is made."""
        found = self.shelf.find(product["sku"])
        number = found["id"] if found else self.shelf.add(product["sku"], product["name"])
        return product, (number, product["sku"], found["name"] if found else product["name"])

    def _boxes(self, goods: list[Json]) -> list[list[Json]]:
        if self.faults.take("split_boxes") is None or sum(map(shapes.units, goods)) < 2:
            return [goods]
        if len(goods) > 1:
            return [goods[::2], goods[1::2]]
        whole = goods[0]["inventory_items"][0]
        first = {**goods[0], "inventory_items": [counted(whole, whole["quantity"] // 2)]}
        second = {**goods[0], "inventory_items": [counted(whole, whole["quantity"] - whole["quantity"] // 2)]}
        return [[first], [second]]

    def _insert(self, order: Json, channel: int, at: float) -> None:
        order["status"] = shapes.order_status(order["shipments"])
        self.database.run(
            "INSERT INTO orders (id, channel, reference, number, status, created, updated, waiting, words, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
            order["id"], channel, order["reference_id"], order["order_number"], order["status"], at, at,
            _words(order), dump(order),
        )  # fmt: skip


def counted(item: Json, units: int) -> Json:
    """Return an item with another number of units."""
    return item | {"quantity": units, "quantity_committed": units}


def items(shipment: Json) -> list[Json]:
    """Return everything that lies in a shipment."""
    return [item for product in shipment["products"] for item in product["inventory_items"]]


def shipment_of(order: Json, number: int) -> Json:
    """Return a shipment of an order. Raises KeyError."""
    for shipment in order["shipments"]:
        if shipment["id"] == number:
            found: Json = shipment
            return found
    raise KeyError(number)


def _words(order: Json) -> str:
    recipient = order["recipient"]
    told = [order["order_number"], order["reference_id"], recipient["name"], recipient["address"].get("city")]
    told += [line["sku"] for line in order["products"]]
    told += [(one["tracking"] or {}).get("tracking_number") for one in order["shipments"]]
    return " ".join(str(one) for one in told if one).casefold()


def _conditions(search: Search) -> tuple[list[str], list[Any]]:
    wheres, values = ["1 = 1"], []
    for column, chosen in (("id", search.ids), ("reference", search.references)):
        if chosen:
            wheres.append(f"{column} IN ({', '.join('?' * len(chosen))})")
            values += list(chosen)
    for condition, value in (
        ("channel = ?", search.channel),
        ("updated >= ?", search.since),
        ("updated <= ?", search.until),
        ("tracked >= ?", search.tracked_since),
        ("tracked <= ?", search.tracked_until),
    ):
        if value is not None:
            wheres.append(condition)
            values.append(value)
    if search.has_tracking is not None:
        wheres.append("tracked IS NOT NULL" if search.has_tracking else "tracked IS NULL")
    if search.uploaded is not None:
        wheres.append("waiting = 0" if search.uploaded else "waiting > 0")
    return wheres, values
