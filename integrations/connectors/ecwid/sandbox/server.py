"""Runs the sandbox: for the command line, and inside a test's own process.

with serve() as sandbox:
    sandbox.place_order({"TIN-ROUND-S": 2})
    requests.get(f"{sandbox.api_url}/1003/orders", headers=sandbox.authorization)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer

from integrations.connectors.ecwid.sandbox.app import create
from integrations.connectors.ecwid.sandbox.config import PRIVATE_SCOPES, Config
from integrations.connectors.ecwid.sandbox.shapes.people import Customer
from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.connectors.ecwid.sandbox.world import Books, World
from integrations.kit.sandbox import door

Json = dict[str, Any]


class Sandbox:
    """A running sandbox, as tests and benchmarks see it. Everything acts on the first store unless another is named."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.api_url = f"{url}/api/v3"
        self.oauth_url = f"{url}/api/oauth"
        self.client_id = world.config.client_id
        self.client_secret = world.config.client_secret

    @property
    def store(self) -> Books:
        """The first store: ``.orders``, ``.shelf``, ``.index`` and its ``.store`` settings."""
        return self.world.first()

    @property
    def private_token(self) -> str:
        """The secret token of the first store's private application."""
        return self.world.tokens.private(self.store.store.id)

    @property
    def authorization(self) -> dict[str, str]:
        """The header that carries the private token."""
        return {"Authorization": f"Bearer {self.private_token}"}

    def add_store(self, store_id: int, name: str, **settings: Any) -> Books:
        """Open another store; ``settings`` are fields of ``Store`` such as currency or prices_include_tax."""
        self.world.stores.add(Store(store_id, name, **settings))
        return self.books(store_id)

    def books(self, store_id: int) -> Books:
        """Return one store. Raises KeyError."""
        found = self.world.books(store_id)
        if found is None:
            raise KeyError(store_id)
        return found

    def issue_token(self, scopes: Iterable[str] = PRIVATE_SCOPES, *, store_id: int | None = None) -> str:
        """Make a token with exactly these scopes."""
        return self.world.tokens.issue(store_id or self.store.store.id, tuple(scopes))

    def revoke_tokens(self, *, store_id: int | None = None) -> None:
        """End every token of a store, as an uninstall does."""
        for kind in ("oauth", "private"):
            self.world.tokens.revoke(store_id or self.store.store.id, kind)

    def place_order(
        self,
        quantities: dict[str, int] | None = None,
        *,
        customer: Customer | None = None,
        option: int = 0,
        payment_status: str = "PAID",
        comments: str = "",
        store_id: int | None = None,
    ) -> Json:
        """Place one order in the shop and return it; what is left out is invented."""
        books = self.books(store_id) if store_id else self.store
        return self.world.place(
            books, quantities, customer, option=option, payment_status=payment_status, comments=comments
        )

    def place_orders(self, count: int) -> list[Json]:
        """Place invented orders."""
        return [self.place_order() for _ in range(count)]

    def seed_orders(self, records: Iterable[Json], *, store_id: int | None = None) -> int:
        """Keep many orders as they are, without webhooks or stock; returns how many.

        ``id``, ``internalId``, ``createTimestamp`` and ``updateTimestamp`` (UNIX seconds) are kept where given.
        """
        books = self.books(store_id) if store_id else self.store
        return books.orders.seed(records)

    def spoil(self, *kinds: str) -> None:
        """Put one broken order of each kind into the store (``shapes.spoil.SPOILERS``)."""
        self.world.spoil(self.store, list(kinds))

    def unspoil(self) -> None:
        """Take the broken orders out again."""
        self.store.orders.unspoil()

    def set_fault(self, kind: str, *, times: int | None = None, path: str = "", **settings: Any) -> None:
        """Switch on a fault (``state.faults.KINDS``) for paths with ``path`` in them; ``times`` None is for ever."""
        self.world.faults.set(kind, times=times, path=path, **settings)

    def clear_faults(self, kind: str | None = None) -> None:
        """Switch one fault off, or all."""
        self.world.faults.clear(kind)

    def ledger(self, *, since: int = 0) -> list[Json]:
        """Return the calls, oldest first: id, at, method, path, query, status, ms, bytes, fault, token."""
        return self.world.ledger.read(since=since)

    def parcels(self) -> list[Json]:
        """Return the orders that show tracking: id, internalId, fulfillmentStatus, trackingNumber, trackingUrl."""
        return self.store.orders.told()

    def send_webhooks_to(self, url: str) -> None:
        """Send events to this address from now on; empty switches them off."""
        self.world.webhooks.url = url


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
