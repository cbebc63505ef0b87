"""Tells whoever has subscribed that something happened: signed, tried again, at least once, in no promised order."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from integrations.connectors.shipbob.sandbox import shapes
from integrations.connectors.shipbob.sandbox.config import Config
from integrations.kit.sandbox.database import Database, dump
from integrations.kit.sandbox.faults import Faults

Json = dict[str, Any]

WAITS = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds from one try to the next; after the last the message is given up."""
ANSWER_SECONDS = 15
TOPICS = (
    "order.shipped", "order.shipment.delivered", "order.shipment.exception", "order.shipment.on_hold",
    "order.shipment.cancelled", "return.created", "return.updated", "return.completed", "billing.charge.created",
    "billing.refund.created", "billing.credit.created",
)  # fmt: skip


def signature(secret: str, event_id: str, timestamp: int, body: str) -> str:
    """Sign a message after the Standard Webhooks convention."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{event_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


class Sender:
    """A queue in the file and one thread that empties it."""

    def __init__(self, database: Database, faults: Faults, config: Config) -> None:
        self._db = database
        self._faults = faults
        self._config = config
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def subscribe(self, url: str, topics: list[str], secret: str, description: str) -> Json:
        """Keep a subscription; a secret that is not given is made up."""
        secret = secret or "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        number = self._db.next_number("subscription", 7_001)
        at = self._config.clock()
        self._db.run(
            "INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?)", number, url, dump(topics), secret, description, at
        )
        return self.subscriptions(number)[0] | {"secret": secret}

    def subscriptions(self, number: int | None = None) -> list[Json]:
        """Return the subscriptions, without their secrets."""
        rows = self._db.rows("SELECT * FROM subscriptions WHERE coalesce(?, id) = id ORDER BY id", number)
        return [
            {"id": row["id"], "topics": json.loads(row["topics"]), "url": row["url"],
             "description": row["description"], "created_at": shapes.moment(row["created"])}
            for row in rows
        ]  # fmt: skip

    def unsubscribe(self, number: int) -> bool:
        """End a subscription; says whether there was one."""
        return self._db.run("DELETE FROM subscriptions WHERE id = ?", number) > 0

    def tell(self, topic: str, order: Json, shipment: Json) -> None:
        """Queue a message for everybody who wants to hear of it."""
        listening = [one for one in self.subscriptions() if topic in one["topics"]]
        if not listening or self._faults.take("webhook_lost"):
            return
        late = self._faults.take("webhook_late")
        due = self._config.clock() + (float(late.settings["seconds"]) if late else 0)
        data = {"order_id": order["id"], "reference_id": order["reference_id"], "shipment": shipment}
        times = 2 if self._faults.take("webhook_twice") else 1
        for one in listening:
            event_id = "msg_" + secrets.token_urlsafe(18)
            body = dump({"topic": topic, "timestamp": shapes.moment(self._config.clock()), "data": data})
            for _ in range(times):
                self._db.run(
                    "INSERT INTO deliveries (subscription_id, event_id, topic, body, due) VALUES (?, ?, ?, ?, ?)",
                    one["id"], event_id, topic, body, due,
                )  # fmt: skip
        self.start()

    def log(self, limit: int = 50) -> list[Json]:
        """Return the latest messages with what became of them."""
        return [dict(row) for row in self._db.rows("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", limit)]

    def start(self) -> None:
        """Send what waits."""
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop sending; what waits is kept in the file."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _work(self) -> None:
        while not self._closing:
            self._wake.clear()
            for row in self._rows("due <= ?", self._config.clock()):
                if not self._closing:
                    self._try(row)
            rest = self._rows("1 = 1 OR ?", 0)
            if not self._closing:
                self._wake.wait(max(0.005, rest[0]["due"] - self._config.clock()) if rest else None)

    def _rows(self, where: str, value: float) -> list[Any]:
        sql = f"SELECT * FROM deliveries WHERE delivered IS NULL AND attempts < ? AND ({where}) ORDER BY due LIMIT 100"  # noqa: S608
        return self._db.rows(sql, len(WAITS), value)

    def _try(self, row: Any) -> None:
        status, at = self._post(row), self._config.clock()
        if self._closing:
            return
        done = status.isdecimal() and 200 <= int(status) < 300
        again = WAITS[min(row["attempts"] + 1, len(WAITS) - 1)] * self._config.webhook_scale
        self._db.run(
            "UPDATE deliveries SET attempts = attempts + 1, status = ?, delivered = ?, due = ? WHERE id = ?",
            status, at if done else None, at + again, row["id"],
        )  # fmt: skip

    def _post(self, row: Any) -> str:
        """Send once; return the status code, or what went wrong."""
        target = self._db.row("SELECT * FROM subscriptions WHERE id = ?", row["subscription_id"])
        if target is None:
            return "200"  # nobody wants it any more
        place, now = urlsplit(target["url"]), int(self._config.clock())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": row["event_id"],
            "webhook-timestamp": str(now),
            "webhook-signature": signature(target["secret"], row["event_id"], now, row["body"]),
            "x-webhook-topic": row["topic"],
        }
        secure = place.scheme == "https"
        kind: Callable[..., http.client.HTTPConnection] = (
            http.client.HTTPSConnection if secure else http.client.HTTPConnection
        )
        path = (place.path or "/") + (f"?{place.query}" if place.query else "")
        try:
            with closing(kind(place.netloc, timeout=ANSWER_SECONDS)) as link:
                link.request("POST", path, row["body"].encode(), headers)
                return str(link.getresponse().status)
        except (OSError, ValueError, http.client.HTTPException) as trouble:
            return type(trouble).__name__
