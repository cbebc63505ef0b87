"""The sandbox warehouse behaves as the vendor's documents say: a few calls over real HTTP."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from integrations.connectors.shipbob.sandbox.config import READING, WRITING
from integrations.connectors.shipbob.sandbox.server import Sandbox, serve
from integrations.connectors.shipbob.sandbox.state.faults import KINDS
from integrations.kit.standard_webhooks import new_secret, verify

CUPS, TINS = "CUP-SET-2", "TIN-ROUND-S"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(webhook_scale=0.001) as running:
        yield running


def call(sandbox: Sandbox, method: str, path: str, *, channel: int = WRITING, **more: Any) -> requests.Response:
    headers = sandbox.authorization | {"shipbob_channel_id": str(channel)}
    return requests.request(method, f"{sandbox.api_url}/2026-01{path}", headers=headers, timeout=10, **more)


def order(reference: str = "sr-1", **changes: Any) -> dict[str, Any]:
    address = {"address1": "12 Long Way", "city": "Boston", "state": "MA", "country": "US", "zip_code": "02108"}
    lines = [{"sku": CUPS, "quantity": 2, "external_line_id": 1}, {"sku": TINS, "quantity": 3}]
    return {
        "reference_id": reference, "order_number": "#1001", "shipping_method": "Standard", "type": "DTC",
        "recipient": {"name": "Ada Byron", "address": address}, "products": lines,
    } | changes  # fmt: skip


def place(sandbox: Sandbox, reference: str = "sr-1", **changes: Any) -> dict[str, Any]:
    answer = call(sandbox, "POST", "/order", json=order(reference, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_reference_is_taken_once_however_many_send_it_at_once(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: call(sandbox, "POST", "/order", json=order()), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    assert {"": ["Cannot insert order with existing ReferenceId"]} in [answer.json() for answer in answers]
    assert len(call(sandbox, "GET", "/order", params={"ReferenceIds": "sr-1,sr-2"}).json()) == 1
    assert call(sandbox, "GET", "/order", params={"ReferenceIds": "sr-1"}, channel=READING).json() == []


def test_what_is_packed_leaves_the_shelf_and_the_rest_becomes_another_shipment(sandbox: Sandbox) -> None:
    place(sandbox)
    assert sandbox.stock(CUPS) == {"on_hand": 480, "committed": 2, "awaiting": 0, "damaged": 0}
    sandbox.pack("sr-1", {CUPS: 1, TINS: 3}, tracking="1Z9")
    first, rest = sandbox.order("sr-1")["shipments"]
    assert (sandbox.order("sr-1")["status"], first["tracking"]["tracking_number"]) == ("PartiallyFulfilled", "1Z9")
    assert [one["inventory_items"][0]["quantity"] for one in first["products"]] == [1, 3]
    assert [one["inventory_items"][0]["quantity"] for one in rest["products"]] == [1]
    assert (sandbox.stock(CUPS)["on_hand"], sandbox.stock(CUPS)["committed"]) == (479, 1)
    asked = {"HasTracking": "true", "IsTrackingUploaded": "false", "Limit": "250"}
    assert len(call(sandbox, "GET", "/order", params=asked).json()) == 1
    marked = {"shipment_ids": [first["id"], 1], "is_tracking_uploaded": True}
    told = call(sandbox, "POST", "/shipment:batchUpdateTrackingUpload", json=marked).json()
    assert told["summary"] == {"total": 2, "successful": 1, "failed": 1}
    assert call(sandbox, "GET", "/order", params=asked).json() == []


def test_canceling_answers_200_and_says_what_could_not_be_canceled(sandbox: Sandbox) -> None:
    number = place(sandbox)["id"]
    sandbox.pick("sr-1")
    refused = call(sandbox, "POST", f"/order/{number}:cancel")
    assert (refused.status_code, refused.json()["status"]) == (200, "Failure")
    assert "picked" in refused.json()["canceled_shipment_results"][0]["reason"]
    other = place(sandbox, "sr-2")["id"]
    agreed = call(sandbox, "POST", f"/order/{other}:cancel").json()
    assert (agreed["status"], agreed["order"]["status"]) == ("Success", "Cancelled")
    assert sandbox.stock(CUPS)["committed"] == 2
    assert call(sandbox, "POST", "/order/77:cancel").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference_id": ""}, "reference_id"),
        ({"products": [{"sku": "NOBODY-KNOWS", "quantity": 1}]}, "Products[0].Name"),
        ({"products": [{"sku": CUPS, "quantity": 0}]}, "Products[0].Quantity"),
        ({"location_id": 91}, "LocationId"),
        ({"recipient": {"name": "A", "address": {"address1": "1", "city": "B", "country": "USA"}}},
         "Recipient.Address.Country"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_field(sandbox: Sandbox, changes: dict[str, Any], field: str) -> None:
    answer = call(sandbox, "POST", "/order", json=order(**changes))
    assert (answer.status_code, list(answer.json())) == (422, [field])
    assert sandbox.orders() == []


def test_what_does_not_lie_there_is_an_exception_until_it_arrives(sandbox: Sandbox) -> None:
    place(sandbox, products=[{"sku": "NEW-ONE", "name": "Something new", "quantity": 1}])
    (shipment,) = sandbox.order("sr-1")["shipments"]
    assert (shipment["status"], shipment["status_details"][0]["name"]) == ("Exception", "OutOfStock")
    sandbox.put("NEW-ONE", 5)
    sandbox.release("sr-1")
    sandbox.pack("sr-1")
    assert (sandbox.counts(), sandbox.stock("NEW-ONE")["on_hand"]) == ({"Fulfilled": 1}, 4)


def test_an_answer_that_is_lost_leaves_the_order_there(sandbox: Sandbox) -> None:
    sandbox.set_fault("answer_lost", times=1)
    with pytest.raises(requests.RequestException):
        call(sandbox, "POST", "/order", json=order())
    assert [one["reference_id"] for one in sandbox.orders()] == ["sr-1"]


def test_the_call_after_the_limit_is_told_how_long_to_wait() -> None:
    with serve(rate_limit=3) as sandbox:
        answers = [call(sandbox, "GET", "/channel") for _ in range(4)]
        assert [one.headers["x-remaining-calls"] for one in answers] == ["2", "1", "0", "0"]
        assert (answers[3].status_code, 55 < int(answers[3].headers["x-retry-after"]) <= 60) == (429, True)
        assert answers[3].json()["message"].startswith("Rate limit is exceeded.")


def test_a_dead_token_an_old_version_and_a_channel_to_look_at_are_refused(sandbox: Sandbox) -> None:
    assert call(sandbox, "POST", "/order", json=order(), channel=READING).status_code == 403
    headers = sandbox.authorization
    assert requests.get(f"{sandbox.api_url}/2.0/order", headers=headers, timeout=10).status_code == 404
    sandbox.revoke()
    dead = requests.get(f"{sandbox.api_url}/2026-01/order", headers=headers, timeout=10)
    assert (dead.status_code, dead.content) == (401, b"")


def test_a_message_is_signed_and_comes_again_with_the_same_id_until_it_is_taken(sandbox: Sandbox) -> None:
    secret, received, answers = new_secret(), queue.Queue[str](), [500, 500]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            assert json.loads(body)["data"]["reference_id"] == "sr-1"
            received.put(f"{headers['x-webhook-topic']} {verify(headers, body, secret)}")
            self.send_response(answers.pop() if answers else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        wanted = {"url": f"http://127.0.0.1:{server.server_port}/x", "topics": ["order.shipped"], "secret": secret}
        number = call(sandbox, "POST", "/webhook", json=wanted).json()["id"]
        place(sandbox)
        sandbox.pack("sr-1")
        heard = {received.get(timeout=10) for _ in range(3)}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert len(heard) == 1
    assert heard.pop().startswith("order.shipped msg_")
    assert call(sandbox, "DELETE", f"/webhook/{number}").status_code == 204


def test_in_automatic_mode_everything_is_shipped_by_itself(sandbox: Sandbox) -> None:
    for number in range(5):
        place(sandbox, f"sr-{number}")
    sandbox.world.automatic = 0.0
    for _ in range(200):
        if sandbox.counts() == {"Fulfilled": 5}:
            break
        sandbox.world.closing.wait(0.02)
    assert sandbox.counts() == {"Fulfilled": 5}


def test_the_pages_open_and_a_person_can_pack_a_part(sandbox: Sandbox) -> None:
    number = place(sandbox)["shipments"][0]["id"]
    for kind in KINDS:
        sandbox.set_fault(kind, path="/nowhere")
    for path in ("/", "/?tab=trouble", "/?q=cup", "/stock", "/access", "/faults", "/calls"):
        page = requests.get(sandbox.url + path, timeout=10)
        assert (page.status_code, "default-src 'none'" in page.headers["Content-Security-Policy"]) == (200, True)
    form = {f"units-{CUPS}": "1", f"units-{TINS}": "0", "carrier": "DHL"}
    page = requests.post(f"{sandbox.url}/bench/{number}/pack", data=form, timeout=10)
    assert "#1001: shipped." in page.text
    assert sandbox.counts() == {"PartiallyFulfilled": 1}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert requests.post(f"{sandbox.url}/bench/{number}/pack", headers=foreign, timeout=10).status_code == 403
    assert requests.get(f"{sandbox.url}/nothing", timeout=10).status_code == 404


def test_it_runs_without_django_and_without_the_portal() -> None:
    code = (
        "import sys, integrations.connectors.shipbob.sandbox.server;"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'portal', 'orders')])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, timeout=30) == "[]\n"
