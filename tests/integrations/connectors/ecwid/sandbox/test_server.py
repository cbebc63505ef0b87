"""The process around it: restarts, many callers, bulk loading, and what it must not need."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller


def test_a_restart_keeps_orders_tokens_and_faults(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "sandbox.sqlite3"
    with serve(data=data) as sandbox:
        order, token = sandbox.place_order(), sandbox.private_token
        sandbox.set_fault("slow", path="/nothing")
    with serve(data=data) as sandbox:
        assert Caller(f"{sandbox.api_url}/1003", token).get("orders")["items"] == [order]
        assert [fault.kind for fault in sandbox.world.faults.active()] == ["slow"]
        assert sandbox.place_order()["internalId"] == order["internalId"] + 1


def test_many_callers_at_once_get_whole_answers(sandbox: Sandbox, api: Caller) -> None:
    totals: list[int] = []

    def work() -> None:
        for _ in range(5):
            sandbox.place_order({"GIFT-CARD-25": 1})
            totals.append(len(api.get("orders")["items"]))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(totals) == 40
    assert max(totals) == 40
    assert len({item["internalId"] for item in api.get("orders")["items"]}) == 40


def test_ten_thousand_orders_are_loaded_and_paged(sandbox: Sandbox, api: Caller) -> None:
    line = {"sku": "A", "name": "A", "price": 1, "quantity": 1}
    records = [
        {"id": f"S{n}", "email": "a@example.com", "paymentStatus": "PAID", "fulfillmentStatus": "AWAITING_PROCESSING",
         "total": 1, "subtotal": 1, "createTimestamp": 1_700_000_000 + n, "items": [line]}
        for n in range(10_000)
    ]  # fmt: skip
    assert sandbox.seed_orders(records) == 10_000
    page = api.get("orders", offset=9_900)
    assert (page["total"], page["count"], page["items"][-1]["id"]) == (10_000, 100, "S0")
    assert api.get("orders", createdFrom=1_700_000_000 + 9_990)["total"] == 10
    assert sandbox.world.webhooks.log() == []


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        with pytest.raises(OSError, match="Address already in use"), serve(port=port):
            pass
        started = subprocess.run(
            [sys.executable, "-m", "integrations.connectors.ecwid.sandbox", "--port", str(port), "--data", ":memory:"],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert started.returncode == 1
    assert started.stderr.count("\n") == 1
    assert "cannot start" in started.stderr


def test_it_runs_without_django_and_without_the_portal() -> None:
    code = (
        "import sys, integrations.connectors.ecwid.sandbox.server;"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'portal', 'orders')])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, timeout=30) == "[]\n"


def test_unknown_paths_and_methods_are_answered_in_the_api_s_form(sandbox: Sandbox, api: Caller) -> None:
    assert api.send("GET", "nothing").status_code == 404
    assert api.refused("PATCH", "orders", headers={"Content-Type": "application/json"}) == (405, "METHOD_NOT_ALLOWED")
    assert requests.get(f"{sandbox.api_url}/1003/orders", timeout=10).json()["errorCode"] == "INVALID_API_TOKEN"


def test_every_call_is_in_the_book(sandbox: Sandbox, api: Caller) -> None:
    api.get("orders", limit=3)
    api.refused("GET", "orders/NOPE1")
    calls = [(c["method"], c["path"], c["query"], c["status"], c["token"]) for c in sandbox.ledger()]
    assert calls == [
        ("GET", "/api/v3/1003/orders", "limit=3", 200, api.token[-4:]),
        ("GET", "/api/v3/1003/orders/NOPE1", "", 404, api.token[-4:]),
    ]
    assert sandbox.ledger(since=sandbox.ledger()[0]["id"])[0]["status"] == 404


def test_the_request_id_comes_back(api: Caller) -> None:
    answer = api.send("GET", "profile", headers={"X-Ecwid-Api-Request-Id": "abcd1234"})
    assert answer.headers["X-Ecwid-Api-Request-Id"] == "abcd1234"
    assert len(api.send("GET", "profile").headers["X-Ecwid-Api-Request-Id"]) == 8
