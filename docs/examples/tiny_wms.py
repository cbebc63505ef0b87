"""A warehouse program in thirty lines: it fetches shipping requests, takes them, and reports them as shipped.

SWITCHYARD_URL=https://orders.example.com SWITCHYARD_KEY=sy_… python tiny_wms.py
"""

import datetime as dt
import json
import os
from typing import Any
from urllib.request import Request, urlopen

ROOT = os.environ["SWITCHYARD_URL"].rstrip("/") + "/api/v1/warehouse"


def call(method: str, path: str, body: Any = None) -> Any:
    """Call the portal."""
    headers = {"Authorization": f"Bearer {os.environ['SWITCHYARD_KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{ROOT}{path}", data, headers, method=method), timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def work() -> int:
    """Take and ship whatever is ready. Running it twice does no harm: everything has its own ID."""
    call("POST", "/locations", {"id": "main", "name": "Main warehouse"})
    ready = call("GET", "/shipping-requests?status=ready")["rows"]
    for request in ready:
        call("POST", f"/shipping-requests/{request['id']}/answer", {"status": "accepted", "external_id": request["id"]})
        print("pack", [(line["quantity"], line["sku"]) for line in request["lines"]], "for", request["ship_to"]["name"])
        now = dt.datetime.now(dt.UTC).isoformat()
        parcel = {"id": f"{request['id']}-1", "shipping_request_id": request["id"], "shipped_at": now, "carrier": "UPS",
                  "tracking_number": "1Z999", "lines": request["lines"]}  # fmt: skip
        call("POST", "/fulfillments", parcel)
    return len(ready)


if __name__ == "__main__":
    print(f"{work()} shipped")
