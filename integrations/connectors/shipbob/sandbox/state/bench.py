"""The packing bench: what people in the warehouse do with a shipment."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from integrations.connectors.shipbob.sandbox import shapes
from integrations.connectors.shipbob.sandbox.demo import CARRIERS, HOLDS, PROBLEMS
from integrations.connectors.shipbob.sandbox.state.orders import Orders, counted, items, shipment_of

Json = dict[str, Any]

OPEN = ("Processing", "Exception", "OnHold")


class NotPossible(Exception):
    """The shipment is in no state for this; the message says why."""


class Bench:
    """Every act is one transaction, with its message to whoever listens. Raises NotPossible."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._dice = random.Random()  # noqa: S311 - made-up tracking numbers

    def pick(self, number: int) -> None:
        """Take the goods off the shelf: from now on the shipment cannot be canceled."""
        with self._at(number, "Processing") as (_, shipment):
            shipment["status_details"] = [shapes.detail("Picked", "The goods have been picked.")]
            self._orders.database.run("UPDATE shipments SET picked = 1 WHERE id = ?", number)

    def pack(
        self, number: int, quantities: dict[str, int] | None = None, *, carrier: str = "", tracking: str = ""
    ) -> None:
        """Pack and ship the whole, or so many units of each SKU; the rest becomes another shipment."""
        with self._at(number, "Processing", topic="order.shipped") as (order, shipment):
            packed, rest = _divided(shipment["products"], quantities)
            if not packed:
                raise NotPossible("Nothing was put into the box.")
            at = self._orders.clock()
            shipment["products"] = packed
            self._leave_shelf(shipment, self._wrong(shipment))
            if rest:
                self._uncommit(rest, shipment["location"]["id"])
                self._orders.allot(order, shipment["location"], rest, at)
            carrier = carrier if carrier in CARRIERS else self._dice.choice(sorted(CARRIERS))
            count = sum(map(shapes.units, packed))
            shipment |= {
                "status": "Completed",
                "status_details": [],
                "tracking": shapes.tracking(carrier, tracking.strip(), self._dice, at),
                "actual_fulfillment_date": shapes.moment(at),
                "last_tracking_update_at": shapes.moment(at),
                "estimated_fulfillment_date_status": "FulfilledOnTime",
                "invoice_amount": round(5.20 + 0.85 * count, 2),
                "measurements": {"total_weight_oz": 8.0 * count, "length_in": 9.0, "width_in": 7.0, "depth_in": 4.0},
                "package_material_type": "Box",
            }
            self._orders.tracked(order["id"], at)

    def hold(self, number: int, why: str = "MerchantRequestedHold") -> None:
        """Put a shipment on hold."""
        with self._at(number, "Processing", "Exception", topic="order.shipment.on_hold") as (_, shipment):
            shipment |= {"status": "OnHold", "status_details": [shapes.detail(why, HOLDS.get(why, why))]}

    def problem(self, number: int, what: str, words: str = "") -> None:
        """Report what keeps a shipment from being packed."""
        with self._at(number, "Processing", "OnHold", topic="order.shipment.exception") as (_, shipment):
            told = shapes.detail(
                what, words or PROBLEMS.get(what, what), inventory_id=items(shipment)[0]["id"],
                location_id=shipment["location"]["id"],
            )  # fmt: skip
            shipment |= {"status": "Exception", "status_details": [told]}

    def release(self, number: int) -> None:
        """Let a shipment go on: what held it back is over."""
        with self._at(number, "Exception", "OnHold") as (_, shipment):
            shipment |= {"status": "Processing", "status_details": []}

    def cancel(self, number: int) -> None:
        """Cancel a shipment, as the warehouse or the merchant may; the goods are free again."""
        with self._at(number, *OPEN, topic="order.shipment.cancelled") as (_, shipment):
            self._cancel(shipment)

    def deliver(self, number: int) -> None:
        """Note that a box has arrived."""
        with self._at(number, "Completed", topic="order.shipment.delivered") as (order, shipment):
            at = self._orders.clock()
            shipment |= {"delivery_date": shapes.moment(at), "last_tracking_update_at": shapes.moment(at)}
            self._orders.tracked(order["id"], at)

    def cancel_order(self, order_id: int, *, refuse: bool) -> Json | None:
        """Cancel what can be canceled of an order, as the API does; returns its answer, None for an unknown order."""
        with self._orders.database.transaction():
            order = self._orders.get(order_id)
            if order is None:
                return None
            results = [self._try_cancel(shipment, refuse) for shipment in order["shipments"]]
            self._orders.save(order, at=self._orders.clock())
        done = [one for one in results if one["is_success"]]
        status = "Success" if len(done) == len(results) else "PartialSuccess" if done else "Failure"
        for result, shipment in zip(results, order["shipments"], strict=True):
            if result["is_success"] and result["action"] == "Cancel":
                self._tell("order.shipment.cancelled", order, shipment)
        return {"order_id": order_id, "status": status, "order": order, "canceled_shipment_results": results}

    def due(self, before: float, limit: int = 200) -> list[int]:
        """Return the shipments that wait since before a moment."""
        rows = self._orders.database.rows(
            "SELECT id FROM shipments WHERE status = 'Processing' AND since <= ? ORDER BY id LIMIT ?", before, limit
        )
        return [row["id"] for row in rows]

    @contextmanager
    def _at(self, number: int, *states: str, topic: str = "") -> Iterator[tuple[Json, Json]]:
        """Hold the order and a shipment that is in one of the states; keep both, then tell."""
        orders = self._orders
        with orders.database.transaction():
            order = orders.of_shipment(number)
            if order is None:
                raise NotPossible("There is no such shipment.")
            shipment = shipment_of(order, number)
            if shipment["status"] not in states:
                raise NotPossible(f"This cannot be done with a shipment that is {shipment['status']}.")
            yield order, shipment
            self._keep(order, shipment)
        if topic:
            self._tell(topic, order, shipment)

    def _keep(self, order: Json, shipment: Json) -> None:
        at = self._orders.clock()
        shipment["last_update_at"] = shapes.moment(at)
        self._orders.database.run(
            "UPDATE shipments SET status = ?, since = ? WHERE id = ?", shipment["status"], at, shipment["id"]
        )
        self._orders.save(order, at=at)

    def _tell(self, topic: str, order: Json, shipment: Json) -> None:
        if self._orders.listener is not None:
            self._orders.listener(topic, order, shipment)

    def _try_cancel(self, shipment: Json, refuse: bool) -> Json:
        result = {"shipment_id": shipment["id"], "is_success": True, "action": "None", "reason": ""}
        if shipment["status"] == "Cancelled":
            return result
        row = self._orders.database.row("SELECT picked FROM shipments WHERE id = ?", shipment["id"])
        if shipment["status"] == "Completed" or refuse or (row and row["picked"]):
            gone = "shipped" if shipment["status"] == "Completed" else "picked"
            return result | {"is_success": False, "reason": f"The shipment has been {gone} already."}
        self._cancel(shipment)
        shipment["last_update_at"] = shapes.moment(self._orders.clock())
        self._orders.database.run("UPDATE shipments SET status = 'Cancelled' WHERE id = ?", shipment["id"])
        return result | {"action": "Cancel"}

    def _cancel(self, shipment: Json) -> None:
        self._uncommit(shipment["products"], shipment["location"]["id"])
        shipment |= {"status": "Cancelled", "status_details": []}

    def _uncommit(self, products: list[Json], location_id: int) -> None:
        for item in items({"products": products}):
            self._orders.shelf.move(item["id"], location_id, committed=-item["quantity"])

    def _leave_shelf(self, shipment: Json, wrong: Callable[[], None] | None) -> None:
        """Take what goes into the box off the shelf; a mistake is made after the right goods were set free."""
        place = shipment["location"]["id"]
        self._uncommit(shipment["products"], place)
        if wrong is not None:
            wrong()
        for item in items(shipment):
            self._orders.shelf.move(item["id"], place, on_hand=-item["quantity"])

    def _wrong(self, shipment: Json) -> Callable[[], None] | None:
        """Return the mistake that the fault panel asks for, if any."""
        faults, product = self._orders.faults, shipment["products"][0]
        item = product["inventory_items"][0]
        if faults.take("ships_more"):
            return lambda: item.update(counted(item, item["quantity"] + 1))
        if faults.take("ships_less"):
            return lambda: _one_less(shipment)
        if fault := faults.take("ships_other"):
            other = str(fault.settings["sku"])
            number = self._orders.shelf.add(other, other)

            def change() -> None:
                item.update(id=number, name=other)
                product.update(sku=other, reference_id=other, name=other, id=number + 500_000_000)

            return change
        return None


def _one_less(shipment: Json) -> None:
    last = shipment["products"][-1]["inventory_items"][-1]
    if last["quantity"] > 1:
        last.update(counted(last, last["quantity"] - 1))
    elif len(shipment["products"]) > 1:
        shipment["products"].pop()


def _divided(products: list[Json], quantities: dict[str, int] | None) -> tuple[list[Json], list[Json]]:
    """Return what goes into the box and what stays, each as products with their units."""
    if quantities is None:
        return products, []
    left, packed, rest = dict(quantities), [], []
    for product in products:
        item = product["inventory_items"][0]
        taken = min(max(left.get(product["sku"], 0), 0), item["quantity"])
        left[product["sku"]] = left.get(product["sku"], 0) - taken
        if taken:
            packed.append({**product, "inventory_items": [counted(item, taken)]})
        if taken < item["quantity"]:
            rest.append({**product, "inventory_items": [counted(item, item["quantity"] - taken)]})
    return packed, rest
