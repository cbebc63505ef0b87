"""Tells the application that something changed: signed, retried, at least once, in no promised order."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

from integrations.connectors.ecwid.sandbox.config import Config
from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]

DELIVERED = frozenset({200, 201, 202, 204, 209})
ATTEMPTS = 27
ANSWER_SECONDS = 10


def signature(secret: str, created: int, event_id: str) -> str:
    """Sign an event as the vendor does: over time and id, not over the body."""
    message = f"{created}.{event_id}".encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


class Webhooks:
    """A queue in the file and one thread that empties it. Without an address nothing is queued."""

    def __init__(self, database: Database, config: Config) -> None:
        self._db = database
        self._config = config
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._link: http.client.HTTPConnection | None = None

    @property
    def url(self) -> str:
        """Where events go; empty means nowhere."""
        row = self._db.row("SELECT value FROM preferences WHERE name = 'webhook_url'")
        return str(row["value"]) if row else self._config.webhook_url

    @url.setter
    def url(self, address: str) -> None:
        self._db.run("INSERT OR REPLACE INTO preferences VALUES ('webhook_url', ?)", address)

    def listen(self, store_id: int) -> Callable[[str, Json, Json | None], None]:
        """Return the listener for one store's orders."""

        def heard(event: str, order: Json, before: Json | None) -> None:
            if self.url:
                self.send(store_id, event, order["internalId"], _data(event, order, before))

        return heard

    def send(self, store_id: int, event: str, entity_id: int | str, data: Json | None) -> str:
        """Queue one event and return its id."""
        event_id = str(uuid.uuid4())
        created = int(self._config.clock())
        body: Json = {
            "eventId": event_id,
            "eventCreated": created,
            "storeId": store_id,
            "entityId": entity_id,
            "eventType": event,
        }
        if data is not None:
            body["data"] = data
        self._db.run(
            "INSERT INTO deliveries (event_id, event_type, body, created) VALUES (?, ?, ?, ?)",
            event_id,
            event,
            dump(body),
            self._config.clock(),
        )
        self._start()
        return event_id

    def log(self, limit: int = 50) -> list[Json]:
        """Return the latest events with what became of them."""
        return [dict(row) for row in self._db.rows("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", limit)]

    def close(self) -> None:
        """Stop sending; what waits is kept in the file."""
        self._closing = True
        self._wake.set()
        if self._link is not None and self._link.sock is not None:
            # A listener that never answers must not hold up the end.
            with suppress(OSError):
                self._link.sock.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()

    def resume(self) -> None:
        """Go on with what was not delivered before the last end."""
        if self.url and self._db.row("SELECT 1 FROM deliveries WHERE delivered IS NULL AND attempts < ?", ATTEMPTS):
            self._start()

    def _start(self) -> None:
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while not self._closing:
            self._wake.clear()
            pause = self._pass()
            if pause is None:
                # Nothing left: sleep until the next event, so that the thread need not be started again.
                self._wake.wait()
            else:
                self._wake.wait(pause)

    def _pass(self) -> float | None:
        """Try whatever is due; return the seconds until the next try, or None when nothing waits."""
        now, pauses = self._config.clock(), []
        rows = self._db.rows("SELECT * FROM deliveries WHERE delivered IS NULL AND attempts < ? ORDER BY id", ATTEMPTS)
        for row in rows:
            due = row["created"] + self._config.webhook_pause * row["attempts"] * (row["attempts"] + 1) / 2
            if due > now:
                pauses.append(due - now)
            elif not self._closing:
                pauses += [] if self._try(row) else [self._config.webhook_pause * (row["attempts"] + 1)]
        return min(pauses) if pauses else None

    def _try(self, row: Any) -> bool:
        status = self._post(row)
        done = status.isdecimal() and int(status) in DELIVERED
        self._db.run(
            "UPDATE deliveries SET attempts = attempts + 1, status = ?, delivered = ? WHERE id = ?",
            status,
            self._config.clock() if done else None,
            row["id"],
        )
        return done

    def _post(self, row: Any) -> str:
        """Send once; return the status code, or what went wrong."""
        target, body = urlsplit(self.url), json.loads(row["body"])
        query = "&".join(part for part in (target.query, f"eventtype={row['event_type']}") if part)
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Ecwid-Webhook-Signature": signature(self._config.client_secret, body["eventCreated"], row["event_id"]),
        }
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        try:
            with closing(kind(target.netloc, timeout=ANSWER_SECONDS)) as self._link:
                self._link.request("POST", f"{target.path or '/'}?{query}", row["body"].encode(), headers)
                return str(self._link.getresponse().status)
        except (OSError, ValueError, http.client.HTTPException) as trouble:
            return type(trouble).__name__


def _data(event: str, order: Json, before: Json | None) -> Json:
    data: Json = {"orderId": order["id"]}
    if event == "order.deleted":
        return data
    data |= {"newPaymentStatus": order.get("paymentStatus"), "newFulfillmentStatus": order.get("fulfillmentStatus")}
    if before is not None:
        data |= {
            "oldPaymentStatus": before.get("paymentStatus"),
            "oldFulfillmentStatus": before.get("fulfillmentStatus"),
        }
    return data
