"""Events that reach the app: signed, retried, and only when somebody listens."""

import base64
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox
from tests.integrations.connectors.ecwid.sandbox.conftest import Clock

Received = tuple[str, str, dict[str, Any]]


class Listener:
    """A small server that answers with the statuses it was given, then 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.received: queue.Queue[Received] = queue.Queue()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.put((self.path, self.headers["X-Ecwid-Webhook-Signature"], json.loads(body)))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?app=1"

    def next(self) -> Received:
        return self.received.get(timeout=10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    thread = threading.Thread(target=listening.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()
    thread.join()


def test_placing_changing_and_deleting_are_told_and_signed(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.send_webhooks_to(listener.url)
    order = sandbox.place_order()
    sandbox.store.orders.update(order["id"], {"fulfillmentStatus": "SHIPPED"})
    sandbox.store.orders.delete(order["id"])
    told = dict(check(sandbox, listener.next(), order) for _ in range(3))
    new = {"orderId": order["id"], "newPaymentStatus": "PAID", "newFulfillmentStatus": "AWAITING_PROCESSING"}
    old = {"oldPaymentStatus": "PAID", "oldFulfillmentStatus": "AWAITING_PROCESSING"}
    assert told["order.created"] == new
    assert told["order.updated"] == new | old | {"newFulfillmentStatus": "SHIPPED"}
    assert told["order.deleted"] == {"orderId": order["id"]}


def check(sandbox: Sandbox, received: Received, order: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    path, signed, body = received
    assert path == f"/hook?app=1&eventtype={body['eventType']}"
    message = f"{body['eventCreated']}.{body['eventId']}".encode()
    digest = hmac.new(sandbox.client_secret.encode(), message, hashlib.sha256).digest()
    assert signed == base64.b64encode(digest).decode()
    assert (body["storeId"], body["entityId"]) == (1003, order["internalId"])
    return body["eventType"], body["data"]


def test_an_event_that_was_not_taken_comes_again_with_the_same_id(
    sandbox: Sandbox, listener: Listener, clock: Clock
) -> None:
    listener.answers = [500, 302]
    sandbox.send_webhooks_to(listener.url)
    sandbox.place_order()
    first = listener.next()[2]
    clock.forward(10)
    again = [listener.next()[2] for _ in range(2)]
    assert [body["eventId"] for body in again] == [first["eventId"]] * 2


def test_nothing_is_kept_when_nobody_listens(sandbox: Sandbox) -> None:
    sandbox.place_order()
    assert sandbox.world.webhooks.log() == []


def test_removing_the_app_is_told_too(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.send_webhooks_to(listener.url)
    sandbox.issue_token()
    requests.post(f"{sandbox.url}/access/revoke", timeout=10)
    _, _, body = listener.next()
    assert (body["eventType"], body["entityId"], "data" in body) == ("application.uninstalled", "1003", False)
