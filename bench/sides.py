"""The two outside systems of the loop, each a program of its own: a shop full of real orders, and a warehouse.

`python -m bench.sides shop 5000` and `python -m bench.sides warehouse 5000` tell where they are on one line of JSON,
and serve until they are ended. They limit nobody: what is measured is us.
"""

import datetime as dt
import json
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.data import records
from orders.records.order import LineItem, OrderRecord
from portal.kit.text import fold

Json = dict[str, Any]
PIECES = 1_000_000
NO_LIMIT = 10**9
PLACE = 156
"""The warehouse's location that everything lies at."""
MOST_LINES = 30
"""Lines of an order that are kept: what a routing card looks at in full (docs/routing.md)."""


def wanted(count: int) -> list[tuple[OrderRecord, list[LineItem]]]:
    """Return the orders that travel: real ones, their first lines, whole units only, no SKU twice.

    SKUs that differ in their case alone are one, written as they are first: no warehouse keeps the other.
    """
    found, written = [], dict[str, str]()
    for record in records(count * 2):
        fitting = [one for one in record.line_items if one.quantity >= 1 and one.sku and not one.sku.isspace()]
        known = {one: written.setdefault(fold(one.sku), one.sku) for one in fitting}
        lines = {sku: one.model_copy(update={"sku": sku}) for one, sku in known.items()}
        if lines:
            found.append((record, list(lines.values())[:MOST_LINES]))
        if len(found) == count:
            return found
    return found


def articles(count: int) -> dict[str, str]:
    """Return the names of the articles in the orders that travel, by their SKUs."""
    return {one.sku: one.name or one.sku for _record, lines in wanted(count) for one in lines}


def shop(count: int, folder: Path) -> None:
    """Serve a shop that sells all articles; when a line is read, so many paid orders are placed in it at once."""
    from integrations.connectors.ecwid.sandbox.config import Config
    from integrations.connectors.ecwid.sandbox.server import serve

    with serve(port=0, data=folder / "shop.sqlite3", config=Config(rate_limit=NO_LIMIT)) as sandbox:
        blank = sandbox.place_order()
        sandbox.store.orders.delete(blank["id"])
        _fill(sandbox, articles(count))

        def open_it() -> None:
            sys.stdin.readline()
            _sell(sandbox, count)
            sandbox.seed_orders(_documents(blank, count, int(dt.datetime.now(dt.UTC).timestamp())))
            print("{}", flush=True)

        threading.Thread(target=open_it, daemon=True).start()
        _serve({"url": sandbox.url, "token": sandbox.private_token, "store": sandbox.store.store.id})


def _fill(sandbox: Any, names: Mapping[str, str]) -> None:
    """Sell every article, in the shape of one that the shop has already."""
    shelf = sandbox.store.shelf
    sample = next(one for one in shelf.all() if not one.get("combinations"))
    with sandbox.world.database.transaction():
        for sku, name in names.items():
            shelf.add(sample | {"sku": sku, "name": name, "unlimited": False, "quantity": PIECES, "inStock": True})


def _sell(sandbox: Any, count: int) -> None:
    """Lower the shop's own stock by what all the orders buy, as a checkout does."""
    bought: Counter[str] = Counter()
    for _record, lines in wanted(count):
        bought.update({one.sku: int(one.quantity) for one in lines})
    with sandbox.world.database.transaction():
        for one in sandbox.store.shelf.all():
            if units := bought.get(one["sku"]):
                sandbox.store.shelf.save(one | {"quantity": one["quantity"] - units})


def _documents(blank: Json, count: int, at: int) -> Iterator[Json]:
    for number, (_record, lines) in enumerate(wanted(count), 1):
        items = [_item(blank["items"][0], number * 1_000 + place, one) for place, one in enumerate(lines)]
        total = sum(one["price"] * one["quantity"] for one in items)
        yield blank | {
            "id": f"L{number:06d}", "internalId": 900_000_000 + number, "items": items, "subtotal": total,
            "total": total, "createTimestamp": at, "updateTimestamp": at, "tax": 0, "discount": 0,
            "paymentStatus": "PAID", "fulfillmentStatus": "AWAITING_PROCESSING", "trackingNumber": "",
        }  # fmt: skip


def _item(blank: Json, number: int, line: LineItem) -> Json:
    told = {"id": number, "sku": line.sku, "name": line.name or line.sku, "quantity": int(line.quantity)}
    return blank | told | {"price": float(line.item_price or 0), "tax": 0, "isShippingRequired": True}


def warehouse(count: int, folder: Path) -> None:
    """Serve a warehouse that has plenty of everything and ships whatever comes at once."""
    from integrations.connectors.shipbob.sandbox.config import Config
    from integrations.connectors.shipbob.sandbox.server import serve

    config = Config(rate_limit=NO_LIMIT, automatic=0.0)
    with serve(port=0, data=folder / "warehouse.sqlite3", config=config) as sandbox:
        names = articles(count)
        with sandbox.world.database.transaction():
            for sku, name in names.items():
                sandbox.world.shelf.add(sku, name, {PLACE: PIECES})
        _serve({"url": sandbox.url, "token": sandbox.token, "skus": len(names)})


def _serve(told: Json) -> None:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    print(json.dumps(told), flush=True)
    stop.wait()


def main(arguments: Sequence[str]) -> int:
    """Serve the side that is named."""
    which, count = arguments[0], int(arguments[1])
    with tempfile.TemporaryDirectory() as folder:
        {"shop": shop, "warehouse": warehouse}[which](count, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
