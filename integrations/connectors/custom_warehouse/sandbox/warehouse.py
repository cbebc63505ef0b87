"""The books of the small warehouse: what it was asked for, what it has, what it has shipped."""

import datetime as dt
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Api = Callable[[str, str, Any], Any]
"""(method, path below /api/v1, body) -> the parsed answer: how the warehouse calls the portal."""
LOCATION = "main"


@dataclass(slots=True)
class Asked:
    """One shipping request as it stands in the books."""

    message: dict[str, Any]
    external_id: str
    canceled: bool = False
    keeps: bool = False
    """It is picked already: a cancellation is refused."""
    shipped: dict[tuple[str, str], int] = field(default_factory=dict)
    """Units by line and SKU."""

    def open_lines(self) -> list[dict[str, Any]]:
        """Return what is not shipped yet, as lines of a fulfillment."""
        found = []
        for line in self.message["lines"]:
            left = line["quantity"] - self.shipped.get((line["line_id"], line["sku"]), 0)
            if left:
                found.append({"line_id": line["line_id"], "sku": line["sku"], "quantity": left})
        return found


class Refused(Exception):
    """The warehouse says no: status, code and reason."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


class Warehouse:
    """Takes messages, answers them, and reports what it does."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.stock: dict[str, int] = {}
        self.asked: dict[str, Asked] = {}
        self._answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._unreported: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def open(self) -> None:
        """Tell the portal where stock lies."""
        self.api(
            "POST", "/warehouse/locations", {"id": LOCATION, "name": "Small warehouse", "address": {"country": "US"}}
        )

    def count(self, sku: str, units: int) -> None:
        """Put so many units of a SKU on the shelf, and report the count."""
        self.stock[sku] = units
        told = {"sku": sku, "location_id": LOCATION, "mode": "absolute", "available": units, "updated_at": _now()}
        self.api("POST", "/warehouse/inventory", told)

    def take(self, id: str, topic: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a message; the same message again gets the same answer and does nothing."""
        with self._lock:
            if id not in self._answers:
                try:
                    self._answers[id] = 200, self._do(topic, data)
                except Refused as no:
                    fault = {"path": "", "code": no.code, "message": str(no)}
                    return no.status, {"errors": [fault]}  # may be mended, so it is not remembered
            return self._answers[id]

    def _do(self, topic: str, data: dict[str, Any]) -> dict[str, Any]:
        if topic == "shipping_request.created":
            return self._accept(data)
        if topic == "shipping_request.cancelled":
            return self._cancel(data["id"])
        return {}

    def _accept(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["id"] not in self.asked:
            unknown = [line["sku"] for line in message["lines"] if line["sku"] not in self.stock]
            if unknown:
                raise Refused(422, "sku_unknown", f"We do not have {', '.join(unknown)}.")
            if message["ship_to"].get("zip") == "00000":
                raise Refused(422, "address_refused", "There is no such postal code.")
            self.asked[message["id"]] = Asked(message, f"W-{next(self._numbers)}")
        return {"status": "accepted", "external_id": self.asked[message["id"]].external_id}

    def _cancel(self, name: str) -> dict[str, Any]:
        found = self.asked.get(name)
        if found is None:
            return {"status": "cancelled"}
        if found.keeps or found.shipped:
            return {"status": "cancel_refused", "reason": "It is packed already."}
        found.canceled = True
        return {"status": "cancelled"}

    def fetch(self) -> None:
        """Take what waits at the portal, as a program without an address does."""
        for message in self.api("GET", "/warehouse/shipping-requests?status=ready", None)["rows"]:
            status, answer = self.take(message["id"], "shipping_request.created", message)
            said = answer if status == 200 else {"status": "rejected", "reason": answer["errors"][0]["message"]}
            self.api("POST", f"/warehouse/shipping-requests/{message['id']}/answer", said)
        for message in self.api("GET", "/warehouse/shipping-requests?status=cancelled", None)["rows"]:
            answer = self.take(f"{message['id']}.cancelled", "shipping_request.cancelled", message)[1]
            self.api("POST", f"/warehouse/shipping-requests/{message['id']}/answer", answer)

    def ship(self, name: str, units: int | None = None) -> None:
        """Ship a request: so many units of its first open line, or all that is open."""
        found = self.asked[name]
        lines = found.open_lines()
        if units is not None:
            lines = [{**lines[0], "quantity": units}]
        for line in lines:
            key = line["line_id"], line["sku"]
            found.shipped[key] = found.shipped.get(key, 0) + line["quantity"]
        number = next(self._numbers)
        told = {
            "id": f"P-{number}", "shipping_request_id": name, "shipped_at": _now(), "carrier": "UPS",
            "service": "Ground", "tracking_number": f"1Z{number:06}", "lines": lines,
        }  # fmt: skip
        self._unreported.append(told)

    def report(self) -> int:
        """Report what was shipped; what the portal did not take stays for the next time. Returns how many parcels."""
        count = 0
        while self._unreported:
            self.api("POST", "/warehouse/fulfillments", self._unreported[0])
            del self._unreported[0]
            count += 1
        return count

    def ship_all(self) -> int:
        """Ship whatever is open, and report it. Returns how many requests."""
        waiting = [name for name, one in list(self.asked.items()) if not one.canceled and one.open_lines()]
        for name in waiting:
            self.ship(name)
        self.report()
        return len(waiting)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
