"""``python -m integrations.connectors.custom_warehouse.sandbox``: the small warehouse, run against a portal."""

import argparse
import json
import os
import sys
import time
from typing import Any
from urllib.request import Request, urlopen

from integrations.connectors.custom_warehouse.sandbox.server import serve
from integrations.connectors.custom_warehouse.sandbox.warehouse import Warehouse


def main(arguments: list[str] | None = None) -> int:
    """Take messages, fetch what waits, and ship everything after a while; until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A small warehouse. Its key is in SWITCHYARD_KEY.")
    parser.add_argument("--portal", default="http://127.0.0.1:8000", help="Where the portal is.")
    parser.add_argument("--port", type=int, default=8910)
    parser.add_argument("--ship-after", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--stock", nargs="*", default=[], metavar="SKU=UNITS")
    wanted = parser.parse_args(arguments)
    key, secret = os.environ.get("SWITCHYARD_KEY", ""), os.environ.get("SWITCHYARD_SECRET", "")
    if not key:
        print("Set SWITCHYARD_KEY to the key of the integration, and SWITCHYARD_SECRET for messages.", file=sys.stderr)
        return 2
    warehouse = Warehouse(caller(wanted.portal, key))
    warehouse.open()
    for told in wanted.stock:
        sku, _, units = told.partition("=")
        warehouse.count(sku, int(units or 100))
    with serve(warehouse, secret, port=wanted.port) as door:
        print(f"The small warehouse takes messages at {door.url}", flush=True)
        try:
            while True:
                time.sleep(wanted.ship_after)
                warehouse.fetch()
                warehouse.ship_all()
        except KeyboardInterrupt:
            return 0


def caller(portal: str, key: str) -> Any:
    """Return how the portal is called."""

    def call(method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = Request(f"{portal}/api/v1{path}", data, headers, method=method)  # noqa: S310 - an address of one's own
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    return call


if __name__ == "__main__":
    sys.exit(main())
