"""Runs the sandbox: for the command line, and inside a test's own process.

with serve() as sandbox:
    requests.get(f"{sandbox.api_url}/2026-01/order", headers=sandbox.authorization)
    sandbox.pack("sr-1")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer

from integrations.connectors.shipbob.sandbox.app import create
from integrations.connectors.shipbob.sandbox.config import Config
from integrations.connectors.shipbob.sandbox.world import World
from integrations.kit.sandbox import door

Json = dict[str, Any]


class Sandbox:
    """A running sandbox, as tests and benchmarks see it. Orders are named by their reference."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.api_url = url

    @property
    def token(self) -> str:
        """The access token that works."""
        return self.world.token

    @property
    def authorization(self) -> dict[str, str]:
        """The header that carries it."""
        return {"Authorization": f"Bearer {self.token}"}

    def orders(self) -> list[Json]:
        """Return every order that was taken, the oldest first."""
        return self.world.orders.all()

    def order(self, reference: str) -> Json:
        """Return the order of a reference. Raises KeyError."""
        found = self.world.orders.by_reference(reference)
        if found is None:
            raise KeyError(reference)
        return found

    def counts(self) -> dict[str, int]:
        """Return how many orders there are in each status."""
        return self.world.orders.counts()

    def pick(self, reference: str) -> None:
        """Take the goods of an order off the shelf: it cannot be canceled any more."""
        for number in self._open(reference):
            self.world.bench.pick(number)

    def pack(self, reference: str, quantities: dict[str, int] | None = None, *, tracking: str = "") -> None:
        """Ship everything that is open of an order; with `quantities` (units by SKU) a part of its first shipment."""
        for number in self._open(reference)[: 1 if quantities else None]:
            self.world.bench.pack(number, quantities, carrier="UPS", tracking=tracking)

    def hold(self, reference: str) -> None:
        """Put an order on hold."""
        for number in self._open(reference):
            self.world.bench.hold(number)

    def problem(self, reference: str, what: str = "InvalidAddress") -> None:
        """Report a problem (`demo.PROBLEMS`) with an order."""
        for number in self._open(reference):
            self.world.bench.problem(number, what)

    def release(self, reference: str) -> None:
        """Let an order go on."""
        for number in self._open(reference):
            self.world.bench.release(number)

    def cancel(self, reference: str) -> None:
        """Cancel what is open of an order, as a person in the warehouse may."""
        for number in self._open(reference):
            self.world.bench.cancel(number)

    def put(self, sku: str, pieces: int, *, location: int = 156, name: str = "") -> None:
        """Put pieces on a shelf; a SKU that is not known becomes a product."""
        self.world.shelf.add(sku, name or sku, {location: pieces})

    def stock(self, sku: str, *, location: int = 156) -> Json:
        """Return the counts of a SKU at a location. Raises KeyError."""
        found = self.world.shelf.find(sku)
        if found is None:
            raise KeyError(sku)
        return self.world.shelf.counts(found["id"], location)

    def rename(self, sku: str, to: str) -> None:
        """Give a product another SKU. Raises KeyError."""
        self.world.shelf.rename(sku, to)

    def retire(self, sku: str, *, active: bool = False) -> None:
        """Set a product inactive, or active again. Raises KeyError."""
        self.world.shelf.retire(sku, active=active)

    def remove(self, sku: str) -> None:
        """Delete a product. Raises KeyError."""
        self.world.shelf.remove(sku)

    def close_location(self, number: int) -> None:
        """Delete a warehouse."""
        self.world.shelf.close_location(number)

    def revoke(self) -> None:
        """Take the access token back."""
        self.world.renew_token()

    def set_fault(self, kind: str, *, times: int | None = None, path: str = "", **settings: Any) -> None:
        """Switch on a fault (``state.faults.KINDS``) for paths with ``path`` in them; ``times`` None is for ever."""
        self.world.faults.set(kind, times=times, path=path, **settings)

    def clear_faults(self, kind: str | None = None) -> None:
        """Switch one fault off, or all."""
        self.world.faults.clear(kind)

    def ledger(self, *, since: int = 0) -> list[Json]:
        """Return the calls, oldest first: id, at, method, path, query, status, ms, bytes, fault, token."""
        return self.world.ledger.read(since=since)

    def _open(self, reference: str) -> list[int]:
        open_ = ("Processing", "Exception", "OnHold")
        return [one["id"] for one in self.order(reference)["shipments"] if one["status"] in open_]


@contextmanager
def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    data: Path | str | None = None,
    config: Config | None = None,
    **settings: Any,
) -> Iterator[Sandbox]:
    """Run a sandbox in a thread until the block ends.

    Port 0 takes any free one; ``data`` None keeps everything in memory; ``settings`` are fields of ``Config``.
    Raises OSError when the port is taken.
    """
    world = World(replace(config or Config(), **settings), Path(data) if data is not None else None)
    try:
        server = listen(world, host, port)
        with door.running(server, world.closing):
            yield Sandbox(world, f"http://{host}:{server.port}")
    finally:
        world.close()


def listen(world: World, host: str, port: int) -> BaseWSGIServer:
    """Bind the port. Raises OSError when it is taken."""
    return door.listen(create(world), world.now, host, port)
