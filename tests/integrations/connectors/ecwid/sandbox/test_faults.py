"""Every fault does what its name says, as often as it was asked to."""

import json
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.connectors.ecwid.sandbox.shapes.spoil import SPOILERS
from integrations.connectors.ecwid.sandbox.state.faults import KINDS
from integrations.kit.sandbox.faults import UnknownFault
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller, Clock


def statuses(api: Caller, count: int, path: str = "orders") -> list[int]:
    return [api.send("GET", path).status_code for _ in range(count)]


def test_a_fault_happens_as_often_as_asked_and_is_noted(sandbox: Sandbox, api: Caller) -> None:
    sandbox.set_fault("server_error", times=2, status=502)
    assert statuses(api, 4) == [502, 502, 200, 200]
    assert [call["fault"] for call in sandbox.ledger()] == ["server_error", "server_error", "", ""]


def test_a_fault_can_be_meant_for_some_calls_only(sandbox: Sandbox, api: Caller) -> None:
    sandbox.set_fault("server_error", path="/profile", status=500, body="empty")
    assert statuses(api, 2) == [200, 200]
    assert api.send("GET", "profile").content == b""
    sandbox.clear_faults("server_error")
    assert statuses(api, 1, "profile") == [200]


@pytest.mark.parametrize(
    ("form", "header"),
    [("seconds", "7"), ("huge", "99999999999"), ("garbage", "a while; please"), ("negative", "-5"), ("missing", None)],
)
def test_too_many_requests_says_how_long_in_every_form(
    sandbox: Sandbox, api: Caller, form: str, header: str | None
) -> None:
    sandbox.set_fault("rate_limited", times=1, retry_after=form, seconds=7)
    answer = api.send("GET", "orders")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)
    assert answer.json() == {"errorMessage": "Too many requests", "errorCode": "RATE_LIMITED"}


def test_too_many_requests_may_name_a_date(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    sandbox.set_fault("rate_limited", times=1, retry_after="date", seconds=90)
    named = parsedate_to_datetime(api.send("GET", "orders").headers["Retry-After"])
    assert named == datetime.fromtimestamp(clock.at + 90, UTC)


def test_a_server_error_may_be_a_web_page(sandbox: Sandbox, api: Caller) -> None:
    sandbox.set_fault("server_error", times=1)
    answer = api.send("GET", "orders")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text


def test_a_slow_answer_waits_and_does_not_hold_up_the_end(clock: Clock) -> None:
    with serve(clock=clock) as sandbox:
        api = Caller(f"{sandbox.api_url}/1003", sandbox.private_token)
        sandbox.set_fault("slow", seconds=600)
        answered: list[int] = []
        waiting = threading.Thread(target=lambda: answered.extend(statuses(api, 1)))
        waiting.start()
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{api.root}/orders", headers=sandbox.authorization, timeout=0.2)
        assert answered == []
        sandbox.world.closing.set()
        waiting.join(timeout=10)
        assert answered == [200]


def test_a_cut_answer_ends_in_the_middle(sandbox: Sandbox, api: Caller) -> None:
    sandbox.place_orders(3)
    sandbox.set_fault("cut", times=1)
    with pytest.raises(requests.RequestException):
        api.send("GET", "orders")
    assert statuses(api, 1) == [200]


def test_repeated_records_hide_none(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    placed = [order["id"] for order in sandbox.place_orders(5)]
    sandbox.set_fault("duplicates")
    seen: list[str] = []
    offset, total = 0, 1
    while offset < total:
        page = api.get("orders", limit=2, offset=offset)
        seen += [item["id"] for item in page["items"]]
        offset, total = offset + page["count"], page["total"]
    assert len(seen) > 5
    assert set(seen) == set(placed)


def test_shuffled_pages_hold_the_same_records(sandbox: Sandbox, api: Caller) -> None:
    placed = [order["id"] for order in sandbox.place_orders(12)]
    sandbox.set_fault("reordered", seed=3)
    seen = [item["id"] for item in api.get("orders")["items"]]
    assert sorted(seen) == sorted(placed)
    assert seen != placed[::-1]


def test_access_taken_back_and_suspension_have_their_own_answers(sandbox: Sandbox, api: Caller) -> None:
    sandbox.set_fault("revoked", times=1)
    sandbox.set_fault("suspended", times=1)
    assert api.refused("GET", "orders") == (403, "INVALID_API_TOKEN")
    assert api.refused("GET", "orders") == (402, "STORE_IS_SUSPENDED")
    assert statuses(api, 1) == [200]


def test_search_sees_changes_late_while_reading_by_id_does_not(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    sandbox.set_fault("index_lag", seconds=30)
    order = sandbox.place_order()
    assert api.get("orders")["total"] == 0
    assert api.get(f"orders/{order['id']}") == order
    clock.forward(30)
    api.send("PUT", f"orders/{order['id']}", json={"trackingNumber": "9400"})
    assert api.get("orders")["items"] == [order]
    clock.forward(30)
    assert api.get("orders")["items"][0]["trackingNumber"] == "9400"


def test_a_currency_nobody_knows_and_a_wrong_clock(sandbox: Sandbox, api: Caller, clock: Clock) -> None:
    sandbox.set_fault("unknown_currency")
    assert api.get("profile")["formatsAndUnits"]["currency"] == "XQQ"
    sandbox.set_fault("clock_skew", seconds=-600)
    assert parsedate_to_datetime(api.send("GET", "orders").headers["Date"]).timestamp() == clock.at - 600
    assert sandbox.place_order()["createTimestamp"] == clock.at - 600


def test_faults_that_do_not_exist_are_refused(sandbox: Sandbox) -> None:
    for kind, settings in (("gremlins", {}), ("slow", {"hours": 1}), ("slow", {"seconds": "long"}),
                           ("server_error", {"status": 200})):  # fmt: skip
        with pytest.raises(UnknownFault):
            sandbox.set_fault(kind, **settings)
    with pytest.raises(UnknownFault):
        sandbox.spoil("haunted")
    assert sandbox.world.faults.active() == []


def test_every_broken_order_stands_beside_a_good_one(sandbox: Sandbox, api: Caller) -> None:
    good = sandbox.place_order()
    for kind in sorted(SPOILERS):
        sandbox.spoil(kind)
        text = api.send("GET", "orders").text
        page = json.loads(text)
        assert (page["total"], page["count"], len(page["items"])) == (2, 2, 2), kind
        assert good in page["items"], kind
        sandbox.unspoil()
        assert api.get("orders")["items"] == [good], kind
    assert api.get("orders/deleted")["total"] == 0


def test_broken_orders_are_broken_in_the_way_they_say(sandbox: Sandbox, api: Caller) -> None:
    def text(kind: str) -> str:
        sandbox.unspoil()
        sandbox.spoil(kind)
        return api.send("GET", "orders").text

    assert '"total":NaN' in text("nan")
    assert "\\ud83d Ruiz" in text("lone_surrogates")
    assert "\\u0000" in text("null_characters")
    assert len(text("huge_body")) > 10 * 1024 * 1024
    assert text("many_lines").count('"sku":"LINE-') == 2000
    assert '"internalId"' not in text("missing_id")
    assert '"quantity":-3' in text("negative_quantity")


def test_the_switches_work_over_http_too(sandbox: Sandbox, api: Caller) -> None:
    url = f"{sandbox.url}/sandbox/faults"
    state = requests.post(
        url, json={"kind": "server_error", "times": 1, "settings": {"status": 503}}, timeout=10
    ).json()
    on = {"kind": "server_error", "settings": {"status": 503, "body": "html"}, "path": "", "remaining": 1}
    assert state["active"] == [on]
    assert [kind["kind"] for kind in state["kinds"]] == list(KINDS)
    assert statuses(api, 2) == [503, 200]
    requests.post(url, json={"kind": "malformed", "settings": {"kinds": ["null"]}}, timeout=10)
    assert api.get("orders")["items"] == [None]
    assert requests.delete(url, timeout=10).json()["active"] == []
    assert api.get("orders")["total"] == 0
    assert requests.post(url, json={"kind": "gremlins"}, timeout=10).status_code == 400
    calls = requests.get(f"{sandbox.url}/sandbox/ledger", timeout=10).json()["calls"]
    assert [(call["path"], call["status"]) for call in calls][:2] == [
        ("/api/v3/1003/orders", 503),
        ("/api/v3/1003/orders", 200),
    ]
    placed = requests.post(f"{sandbox.url}/sandbox/orders", json={"count": 3}, timeout=10).json()["placed"]
    assert api.get("orders")["total"] == len(placed) == 3
