"""The door to the network: binds a port, answers in threads, prints nothing, and tells the sandbox's own time."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

HEADERS = "sandbox.headers"
"""Where the environment of a request holds its headers as they were sent."""


def listen(app: Any, clock: Callable[[], float], host: str, port: int) -> BaseWSGIServer:
    """Bind the port; 0 takes any free one. Raises OSError when it is taken."""
    # Bound here, not by the server class: that one prints its own words and ends the process when the port is taken.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(128)
        free = door.getsockname()[1]
        return make_server(host, free, app, threaded=True, request_handler=_handler(clock), fd=door.fileno())


@contextmanager
def running(server: BaseWSGIServer, closing: threading.Event) -> Iterator[None]:
    """Serve in a thread until the block ends; `closing` is set first, so that whoever waits in an answer ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(clock: Callable[[], float]) -> type[WSGIRequestHandler]:
    class Handler(WSGIRequestHandler):
        """Prints nothing (the ledger has every call) and tells the sandbox's time, which may be wrong on purpose."""

        protocol_version = "HTTP/1.1"  # as the real ones say; the server ends each connection all the same

        def make_environ(self) -> dict[str, Any]:
            """Keep the headers as they were sent, too: names with an underscore are left out of what WSGI brings."""
            return {**super().make_environ(), HEADERS: self.headers}

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Print nothing."""

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return the text of the Date header."""
            return super().date_time_string(clock() if timestamp is None else timestamp)

        def version_string(self) -> str:
            """Return the text of the Server header."""
            return "sandbox"

    return Handler
