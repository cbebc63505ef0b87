"""The connector of the documentation works as it stands."""

import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.registry import check_manifests, connectors
from orders.models import Order, OrderException
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, run_flow
from tools.steps import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "acme_shop.py"
KEY = "acme-key-1"
FAR = 4_000_000_000
"""Seconds: later than the moment of enabling, whatever the clock says."""


def an_order(number: int, **changes: Any) -> dict[str, Any]:
    line = {"id": 1, "sku": "TEA-1", "title": "Green tea", "count": 2, "price": 20}
    told = {"id": number, "number": f"A{number}", "created": FAR, "updated": FAR, "state": "paid", "total": 40}
    return {**told, "lines": [line], **changes}


class Acme(BaseHTTPRequestHandler):
    orders: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        offset = int(parse_qs(address.query).get("offset", ["0"])[0])
        told: Any = {"id": 7, "name": "Acme", "currency": "USD"}
        if address.path.endswith("/orders"):
            told = {"orders": self.orders[offset:], "total": len(self.orders)}
        good = self.headers["Authorization"] == f"Bearer {KEY}"
        body = json.dumps(told if good else {}).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def acme(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    monkeypatch.setattr(connectors, "_entries", dict(connectors._entries))
    spec = importlib.util.spec_from_file_location("acme_shop", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Acme)
    host = f"127.0.0.1:{server.server_port}"
    settings.CONNECTOR_ENDPOINTS = {**settings.CONNECTOR_ENDPOINTS, "acme": {"api": f"http://{host}"}}
    settings.ALLOWED_PRIVATE_HOSTS = [host]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    Acme.orders = []
    yield Acme.orders
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_the_connector_of_the_documentation_pulls_orders(
    organization: Organization, acme: list[dict[str, Any]]
) -> None:
    assert check_manifests() == []
    shop = lifecycle.add(organization, "acme", name="Acme", by=TESTER)
    assert with_token(shop, {"key": "not-the-key"}, by=TESTER).connection == "error"
    shop = with_token(shop, {"key": KEY}, by=TESTER)
    assert (shop.connection, shop.account_name) == ("connected", "Acme")
    acme += [an_order(1), an_order(2, state="open"), an_order(3, state="shipped"), an_order(4, state="lost")]
    assert run_flow(shop) is not None
    found = dict(Order.across.values_list("ext_order_id", "status"))
    assert found == {"A1": "new", "A2": "draft"}
    assert OrderException.across.get(type="record_refused").message.count("is none that is known") == 1
    acme[0] |= {"state": "cancelled", "updated": FAR + 1}
    assert run_flow(shop) is not None
    assert Order.across.get(ext_order_id="A1").status == "canceled"
