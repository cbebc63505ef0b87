"""The door of the small warehouse: one address for signed messages, with faults to switch on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from integrations.connectors.custom_warehouse.sandbox.warehouse import Warehouse
from integrations.kit import standard_webhooks
from integrations.manifest import NotSigned

MOST_BYTES = 1024 * 1024
LATE = 3.0
"""Seconds that an answer is late which shall be lost."""


@dataclass(slots=True)
class Fault:
    """What goes wrong: server_error, rate_limited, lost or revoked; so many times, or always."""

    kind: str = ""
    times: int | None = None

    def met(self) -> str:
        """Return what goes wrong this time."""
        if not self.kind or self.times == 0:
            return ""
        if self.times is not None:
            self.times -= 1
        return self.kind


class Door(ThreadingHTTPServer):
    """Serves the messages of one warehouse."""

    daemon_threads = True

    def __init__(self, place: tuple[str, int], warehouse: Warehouse, secret: str) -> None:
        super().__init__(place, _Handler)
        self.warehouse = warehouse
        self.secret = secret
        self.fault = Fault()

    @property
    def url(self) -> str:
        """The address for messages."""
        return f"http://127.0.0.1:{self.server_port}/messages"


class _Handler(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Check the signature, take the message, answer."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MOST_BYTES))
        fault = self.server.fault.met()
        if fault in _STATUS:
            return self._answer(
                _STATUS[fault], {"title": fault}, {"Retry-After": "60"} if fault == "rate_limited" else {}
            )
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            id = standard_webhooks.verify(headers, body, self.server.secret)
        except NotSigned:
            return self._answer(401, {"title": "The signature is not good."})
        told = json.loads(body)
        status, answer = self.server.warehouse.take(id, told["type"], told["data"])
        if fault == "lost":
            time.sleep(LATE)
        return self._answer(status, answer)

    def _answer(self, status: int, told: dict[str, Any], more: dict[str, str] | None = None) -> None:
        body = json.dumps(told).encode()
        try:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **(more or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: addresses and bodies are other people's."""


_STATUS = {"server_error": 500, "rate_limited": 429, "revoked": 401}


@contextmanager
def serve(warehouse: Warehouse, secret: str, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Door]:
    """Serve until the end of the block."""
    door = Door((host, port), warehouse, secret)
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()
        thread.join(timeout=5)
