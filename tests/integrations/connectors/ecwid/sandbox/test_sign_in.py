"""Signing in: the page, the code, the token, and everything that may go wrong between them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller, Clock

BACK = "http://127.0.0.1:8000/back?keep=1"


def asked(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    return {
        "client_id": sandbox.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read_orders update_orders",
        "state": "s1",
    } | changes


def decide(sandbox: Sandbox, decision: str, **changes: str) -> dict[str, list[str]]:
    """Press a button on the page; returns the query of the address it leads to."""
    body = asked(sandbox, **changes) | {"decision": decision, "store_id": "1003"}
    answer = requests.post(f"{sandbox.oauth_url}/authorize", data=body, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://127.0.0.1:8000/back?keep=1&")
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchange(sandbox: Sandbox, code: str, *, path: str = "token", method: str = "POST", **changes: str) -> Any:
    sent = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret, "code": code, "redirect_uri": BACK,
            "grant_type": "authorization_code"} | changes  # fmt: skip
    where = {"data": sent} if method == "POST" else {"params": sent}
    answer = requests.request(method, f"{sandbox.oauth_url}/{path}", timeout=10, **where)  # type: ignore[arg-type]
    return answer.json()


def test_the_page_names_store_app_and_rights_in_plain_words(sandbox: Sandbox) -> None:
    page = requests.get(f"{sandbox.oauth_url}/authorize", params=asked(sandbox), timeout=10)
    assert page.status_code == 200
    for words in (
        "Connect Switchyard to Tea &amp; Tins?",
        "See orders with customers and addresses",
        "Approve",
        "Deny",
    ):
        assert words in page.text
    assert "read_orders" not in page.text.replace('value="read_orders update_orders"', "")
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' http://127.0.0.1:8000")


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", ["token", "token/1003"])
def test_approving_leads_to_a_token_that_works(sandbox: Sandbox, path: str, method: str) -> None:
    back = decide(sandbox, "approve")
    assert back["state"] == ["s1"]
    found = exchange(sandbox, back["code"][0], path=path, method=method)
    assert (found["token_type"], found["store_id"]) == ("bearer", 1003)
    assert found["scope"] == "read_store_profile read_orders update_orders"
    assert found["access_token"].startswith("secret_")
    assert len(found["access_token"]) == 39
    assert Caller(f"{sandbox.api_url}/1003", found["access_token"]).get("orders")["total"] == 0


def test_denying_leads_back_with_an_error(sandbox: Sandbox) -> None:
    assert decide(sandbox, "deny") == {"keep": ["1"], "error": ["access_denied"], "state": ["s1"]}


def test_a_second_use_of_a_code_ends_the_first_token(sandbox: Sandbox) -> None:
    code = decide(sandbox, "approve")["code"][0]
    caller = Caller(f"{sandbox.api_url}/1003", exchange(sandbox, code)["access_token"])
    again = {"error": "invalid_grant", "error_description": "Code is invalid or was already used"}
    assert exchange(sandbox, code) == again
    assert caller.refused("GET", "orders") == (403, "INVALID_API_TOKEN")
    assert exchange(sandbox, code) == again


def test_a_code_lives_a_few_minutes(sandbox: Sandbox, clock: Clock) -> None:
    code = decide(sandbox, "approve")["code"][0]
    clock.forward(301)
    assert exchange(sandbox, code)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, "invalid_grant"),
        ({"code": "guess"}, "invalid_grant"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"path": "token/9"}, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_is_refused_and_the_code_stays_good(
    sandbox: Sandbox, changes: dict[str, str], error: str
) -> None:
    code = decide(sandbox, "approve")["code"][0]
    assert exchange(sandbox, **({"code": code} | changes))["error"] == error
    assert "access_token" in exchange(sandbox, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
        {"scope": "read_minds"},
        {"response_type": "token"},
    ],
)
def test_a_wrong_request_is_explained_and_leads_nowhere(sandbox: Sandbox, changes: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        where = {"params" if method == "GET" else "data": asked(sandbox, **changes)}
        page = requests.request(method, f"{sandbox.oauth_url}/authorize", allow_redirects=False, timeout=10, **where)  # type: ignore[arg-type]
        assert page.status_code == 400
        assert "This connection cannot be made" in page.text


def test_only_paths_below_the_registered_address_are_allowed() -> None:
    with serve(redirect_url="https://hub.example/ecwid") as sandbox:
        for address, status in (("https://hub.example/ecwid/back", 200), ("https://hub.example/", 400),
                                ("https://evil.example/ecwid", 400)):  # fmt: skip
            query = asked(sandbox, redirect_uri=address)
            assert requests.get(f"{sandbox.oauth_url}/authorize", params=query, timeout=10).status_code == status


def test_a_token_opens_only_its_own_store_and_scopes(sandbox: Sandbox, api: Caller) -> None:
    sandbox.add_store(1004, "Kettle")
    elsewhere = Caller(f"{sandbox.api_url}/1004", api.token)
    assert elsewhere.refused("GET", "orders") == (403, "INVALID_API_TOKEN")
    assert Caller(f"{sandbox.api_url}/77", api.token).refused("GET", "orders") == (404, "STORE_NOT_FOUND")
    api.token = sandbox.issue_token(["read_store_profile"])
    assert api.get("profile")["generalInfo"]["storeId"] == 1003
    answer = api.send("GET", "orders")
    assert answer.status_code == 403
    assert answer.json() == {"errorMessage": "Access token doesn't have read_orders scope",
                             "errorCode": "INSUFFICIENT_APP_SCOPE"}  # fmt: skip


def test_faults_of_the_sign_in_happen_when_asked_for(sandbox: Sandbox) -> None:
    sandbox.set_fault("state_dropped", times=1)
    assert "state" not in decide(sandbox, "approve")
    sandbox.set_fault("fewer_scopes", times=1)
    code = decide(sandbox, "approve")["code"][0]
    sandbox.set_fault("token_refused", times=1)
    assert exchange(sandbox, code)["error"] == "invalid_grant"
    assert exchange(sandbox, code)["scope"] == "read_store_profile"


def test_faults_of_the_api_reach_the_sign_in_only_when_their_path_names_it(sandbox: Sandbox) -> None:
    sandbox.set_fault("server_error", body="json")
    code = decide(sandbox, "approve")["code"][0]
    assert "access_token" in exchange(sandbox, code)
    sandbox.set_fault("server_error", path="/oauth/token", body="json")
    assert exchange(sandbox, code)["errorCode"] == "INTERNAL_ERROR"


def test_no_secret_stands_in_the_book_of_calls(sandbox: Sandbox) -> None:
    exchange(sandbox, decide(sandbox, "approve")["code"][0], method="GET")
    query = sandbox.ledger()[-1]["query"]
    assert sandbox.client_secret not in query
    assert "client_secret=%2A%2A%2A" in query
