"""Everything one running sandbox consists of, put together once."""

import random
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.connectors.ecwid.sandbox.config import DEFAULT_STORE_ID, Config
from integrations.connectors.ecwid.sandbox.limits import Limits
from integrations.connectors.ecwid.sandbox.shapes.checkout import CartLine, Placing
from integrations.connectors.ecwid.sandbox.shapes.people import Customer, invent
from integrations.connectors.ecwid.sandbox.shapes.shipping import shipping_options
from integrations.connectors.ecwid.sandbox.shapes.spoil import SPOILERS
from integrations.connectors.ecwid.sandbox.shapes.store import Store
from integrations.connectors.ecwid.sandbox.state.database import SCHEMA
from integrations.connectors.ecwid.sandbox.state.faults import KINDS
from integrations.connectors.ecwid.sandbox.state.index import Index
from integrations.connectors.ecwid.sandbox.state.orders import Orders
from integrations.connectors.ecwid.sandbox.state.stores import Shelf, Stores
from integrations.connectors.ecwid.sandbox.state.tokens import Tokens
from integrations.connectors.ecwid.sandbox.webhooks import Webhooks
from integrations.kit.sandbox.database import Database
from integrations.kit.sandbox.faults import Faults, UnknownFault
from integrations.kit.sandbox.ledger import Ledger

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """One store with all that is kept for it."""

    store: Store
    shelf: Shelf
    index: Index
    orders: Orders


class World:
    """The state behind the pages and the API. ``data`` None keeps it in memory."""

    def __init__(self, config: Config, data: Path | None) -> None:
        self.config = config
        self.database = Database(data, SCHEMA)
        self.stores = Stores(self.database, self.now)
        self.faults = Faults(self.database, KINDS)
        self.ledger = Ledger(self.database, config.clock)
        self.tokens = Tokens(self.database, config.clock)
        self.limits = Limits(config.rate_limit, config.clock)
        self.webhooks = Webhooks(self.database, config)
        self.closing = threading.Event()
        self.dice = random.Random()  # noqa: S311 - invented customers, not secrets
        if not self.stores.all():
            self.stores.add(Store(DEFAULT_STORE_ID, "Tea & Tins"))
        self.webhooks.resume()

    def now(self) -> float:
        """The store's clock in UNIX seconds: right, unless the fault panel bends it."""
        skew = self.faults.peek("clock_skew") if hasattr(self, "faults") else None
        return self.config.clock() + (float(skew.settings["seconds"]) if skew else 0.0)

    def books(self, store_id: int) -> Books | None:
        """Return everything about one store, or None."""
        store = self.stores.get(store_id)
        if store is None:
            return None
        shelf = Shelf(self.database, store, self.now)
        index = Index(self.database, store, self.now, self._lag)
        orders = Orders(self.database, store, shelf, index, self.now)
        orders.listener = self.webhooks.listen(store.id)
        return Books(store, shelf, index, orders)

    def first(self) -> Books:
        """Return the store with the lowest number: there is always one."""
        found = self.books(self.stores.all()[0].id)
        assert found is not None
        return found

    def place(
        self,
        books: Books,
        quantities: dict[str, int] | None = None,
        customer: Customer | None = None,
        *,
        option: int = 0,
        payment_status: str = "PAID",
        comments: str = "",
    ) -> Json:
        """Place an order in the shop. ``quantities`` maps SKUs to pieces; left out, cart and customer are invented.

        Raises KeyError for a SKU the store does not have.
        """
        cart = basket(books.shelf.all(), quantities) if quantities else self._random_cart(books)
        chosen = shipping_options(books.store)[option]
        who = customer or invent(self.dice)
        return books.orders.place(cart, Placing(who, chosen, self.now(), payment_status, comments))

    def spoil(self, books: Books, kinds: list[str]) -> None:
        """Put one broken order of each kind into the store. Raises UnknownFault."""
        for kind in kinds:
            if kind not in SPOILERS:
                raise UnknownFault(f"There is no broken order called {kind}.")
            sane = books.orders.blank(
                self._random_cart(books), Placing(invent(self.dice), shipping_options(books.store)[0], self.now())
            )
            books.orders.spoil(kind, SPOILERS[kind][1](sane), sane)

    def close(self) -> None:
        """End waiting answers and the webhook sender, then close the file."""
        self.closing.set()
        self.webhooks.close()
        self.database.close()

    def _random_cart(self, books: Books) -> list[CartLine]:
        lines = every_line(books.shelf.all())
        chosen = self.dice.sample(lines, self.dice.choice((1, 1, 2, 2, 3, 4)))
        return [CartLine(line.product, self.dice.choice((1, 1, 1, 2, 3)), line.combination) for line in chosen]

    def _lag(self) -> float:
        fault = self.faults.peek("index_lag")
        return float(fault.settings["seconds"]) if fault else 0.0


def every_line(products: list[Json]) -> list[CartLine]:
    """Everything that can be put into a cart: each product, or each of its variations."""
    lines: list[CartLine] = []
    for product in products:
        lines += [CartLine(product, 1, combination) for combination in product["combinations"]] or [
            CartLine(product, 1)
        ]
    return lines


def basket(products: list[Json], quantities: dict[str, int]) -> list[CartLine]:
    """Find the products for SKUs. Raises KeyError for one that does not exist."""
    known = {line_sku(line): line for line in every_line(products)}
    return [CartLine(known[sku].product, count, known[sku].combination) for sku, count in quantities.items()]


def line_sku(line: CartLine) -> str:
    """The SKU a person orders by; a variation without its own goes by the product's."""
    return str((line.combination or {}).get("sku", line.product["sku"]))
