"""Every page a person opens, and every button on it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller

PAGES = ("/", "/orders", "/access", "/faults", "/calls", "/orders/{id}/address", "/placed/{id}")
CUSTOMER = {
    "name": "Ana Ruiz",
    "email": "ana@example.com",
    "street": "1 Elm Street",
    "city": "Boise",
    "postcode": "83702",
    "state": "ID",
    "country": "US",
}


class Outline(HTMLParser):
    """Collects what the checks below look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.depth_of_label = 0
        self.fields: list[tuple[dict[str, str | None], bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.depth_of_label += tag == "label"
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.fields.append((found, self.depth_of_label > 0))

    def handle_endtag(self, tag: str) -> None:
        self.depth_of_label -= tag == "label"


def fetch(sandbox: Sandbox, path: str) -> requests.Response:
    return requests.get(f"{sandbox.url}{path}", timeout=10)


def press(sandbox: Sandbox, where: str, **data: Any) -> requests.Response:
    """Send a form and follow to the page it leads to, with the cookie that carries the message."""
    with requests.Session() as person:
        return person.post(f"{sandbox.url}{where}", data=data, timeout=10)


def field(sandbox: Sandbox, sku: str) -> str:
    """The name of the quantity field of a product without variations."""
    product = next(p for p in sandbox.store.shelf.all() if p["sku"] == sku)
    return f"pieces-{product['id']}-0"


@pytest.mark.parametrize("several", [False, True])
def test_every_page_opens_and_is_built_with_care(sandbox: Sandbox, several: bool) -> None:
    if several:
        sandbox.add_store(1004, "Kettle")
    order = sandbox.place_order(payment_status="AWAITING_PAYMENT")
    sandbox.spoil("nan")
    for path in PAGES:
        is_built_with_care(fetch(sandbox, path.format(id=order["internalId"])))


def is_built_with_care(page: requests.Response) -> None:
    assert page.status_code == 200, page.url
    outline = Outline(page.text)
    names = [tag for tag, _ in outline.tags]
    assert (names.count("h1"), names.count("main")) == (1, 1)
    assert "style" not in names
    assert not [a for _, a in outline.tags if any(name == "style" or name.startswith("on") for name in a)]
    assert [a.get("src") for tag, a in outline.tags if tag == "script"] == ["/static/sandbox.js"]
    labelled = {a.get("for") for tag, a in outline.tags if tag == "label"}
    assert [a for a, inside in outline.fields if not inside and a.get("id") not in labelled] == []
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_files_of_the_pages_are_there(sandbox: Sandbox) -> None:
    style = fetch(sandbox, "/static/sandbox.css")
    assert style.status_code == 200
    for name in ["sandbox.js", "tin.svg", *re.findall(r"url\((\w+\.svg)\)", style.text)]:
        assert fetch(sandbox, f"/static/{name}").status_code == 200


def test_a_person_places_an_order_and_reads_its_number(sandbox: Sandbox, api: Caller) -> None:
    page = press(sandbox, "/place", **CUSTOMER, **{field(sandbox, "CUP-SET-2"): 2, "option": 1, "pay": "later"})
    order = api.get("orders")["items"][0]
    assert page.status_code == 200
    assert f'<p class="number">{order["id"]}</p>' in page.text
    assert "Switchyard will pick it up" in page.text
    assert (order["email"], order["total"], order["paymentStatus"]) == ("ana@example.com", 46.04, "AWAITING_PAYMENT")
    assert order["shippingPerson"]["stateOrProvinceName"] == "Idaho"
    assert order["shippingOption"]["shippingMethodName"] == "City courier"


def test_variations_with_a_shared_sku_can_be_told_apart(sandbox: Sandbox, api: Caller) -> None:
    product = next(p for p in sandbox.store.shelf.all() if p["sku"] == "TIN-SQUARE")
    plain = product["combinations"][2]
    press(sandbox, "/place", **CUSTOMER, **{f"pieces-{product['id']}-{plain['id']}": 1})
    item = api.get("orders")["items"][0]["items"][0]
    assert (item["sku"], item["combinationId"]) == ("TIN-SQUARE", plain["id"])
    assert item["selectedOptions"][0]["value"] == "Plain"


def test_what_is_missing_is_said_where_it_is_missing_and_the_rest_is_kept(sandbox: Sandbox) -> None:
    sent = CUSTOMER | {"email": "nowhere", "city": " "}
    page = requests.post(f"{sandbox.url}/place", data=sent, timeout=10)
    assert page.status_code == 422
    for words in ("Choose at least one piece.", "Please give an e-mail address.", "Please give a city.",
                  'value="Ana Ruiz"', 'value="nowhere"'):  # fmt: skip
        assert words in page.text
    assert sandbox.store.orders.listing("", 0, 5)[0] == 0


@pytest.mark.parametrize("count", [1, 10, 100])
def test_invented_customers_order_at_once(sandbox: Sandbox, api: Caller, count: int) -> None:
    page = press(sandbox, "/crowd", count=count)
    assert api.get("orders")["total"] == count
    assert f"{count} order{'' if count == 1 else 's'} placed." in page.text


def test_the_owner_marks_paid_moves_cancels_and_deletes(sandbox: Sandbox, api: Caller) -> None:
    order = sandbox.place_order({"CUP-SET-2": 1}, payment_status="AWAITING_PAYMENT")
    own = f"/orders/{order['internalId']}"

    def now() -> dict[str, Any]:
        found: dict[str, Any] = api.get(f"orders/{order['id']}")
        return found

    assert f"Order {order['id']} is marked as paid." in press(sandbox, f"{own}/pay").text
    assert now()["paymentStatus"] == "PAID"
    press(sandbox, f"{own}/address", name="Bo Ito", street="2 Oak Road", city="Leeds", countryCode="GB")
    person = now()["shippingPerson"]
    assert (person["firstName"], person["city"], person["countryName"]) == ("Bo", "Leeds", "United Kingdom")
    press(sandbox, f"{own}/cancel")
    assert now()["paymentStatus"] == "CANCELLED"
    press(sandbox, f"{own}/delete")
    assert api.get("orders/deleted")["total"] == 1
    assert press(sandbox, f"{own}/delete").status_code == 404


def test_after_an_act_the_same_search_and_page_are_shown(sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    url = f"{sandbox.url}/orders/{order['internalId']}/cancel"
    answer = requests.post(url, data={"q": "tea", "page": "3"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders?store=1003&q=tea&page=3")


def test_the_list_finds_and_pages(sandbox: Sandbox) -> None:
    for _ in range(30):
        sandbox.place_order({"CUP-SET-2": 1})
    special = sandbox.place_order({"POT-GLASS-10": 1})
    first, second = fetch(sandbox, "/orders").text, fetch(sandbox, "/orders?page=2").text
    assert special["id"] in first
    assert special["id"] not in second
    assert "Page 1 of 2" in first
    assert special["id"] in fetch(sandbox, "/orders?q=glass").text
    assert "Nothing found" in fetch(sandbox, "/orders?q=unheard-of").text


def test_access_shows_the_token_renews_it_and_takes_it_back(sandbox: Sandbox, api: Caller) -> None:
    assert api.token in fetch(sandbox, "/access").text
    press(sandbox, "/access/renew")
    assert api.refused("GET", "orders") == (403, "INVALID_API_TOKEN")
    assert sandbox.private_token in fetch(sandbox, "/access").text
    app = Caller(api.root, sandbox.issue_token())
    assert "Switchyard is connected" in fetch(sandbox, "/access").text
    press(sandbox, "/access/revoke")
    assert app.refused("GET", "orders") == (403, "INVALID_API_TOKEN")
    assert "No app is connected" in fetch(sandbox, "/access").text


def test_the_panel_switches_faults_on_and_off(sandbox: Sandbox, api: Caller) -> None:
    page = press(sandbox, "/faults/server_error", do="on", times="3", status="503", body="html", path="/orders")
    assert "On, 3 left" in page.text
    assert api.send("GET", "orders").status_code == 503
    press(sandbox, "/faults/server_error", do="off")
    assert api.send("GET", "orders").status_code == 200
    assert "seconds is a number." in press(sandbox, "/faults/slow", do="on", seconds="long").text
    press(sandbox, "/broken", do="in", kind=["nan", "null"])
    assert sandbox.store.orders.spoilt() == ["nan", "null"]
    press(sandbox, "/faults")
    assert sandbox.store.orders.spoilt() == []
    assert "That is no web address." in press(sandbox, "/webhooks", url="nowhere").text
    press(sandbox, "/webhooks", url="http://127.0.0.1:1/hook")
    assert sandbox.world.webhooks.url == "http://127.0.0.1:1/hook"


def test_forms_of_other_sites_are_refused(sandbox: Sandbox) -> None:
    answer = requests.post(
        f"{sandbox.url}/crowd", data={"count": 1}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=10
    )
    assert answer.status_code == 403
    assert sandbox.store.orders.listing("", 0, 5)[0] == 0


def test_a_page_that_does_not_exist_says_so(sandbox: Sandbox) -> None:
    for path in ("/nowhere", "/?store=77", "/placed/5", "/orders/5/address"):
        page = fetch(sandbox, path)
        assert page.status_code == 404
        assert "<h1>Not Found</h1>" in page.text


def test_several_stores_can_be_chosen(sandbox: Sandbox) -> None:
    sandbox.add_store(1004, "Kettle & Co", currency="EUR", prices_include_tax=True)
    page = fetch(sandbox, "/?store=1004").text
    assert "Kettle &amp; Co" in page
    assert "€19.00" in page
    assert (
        "Which store?"
        in fetch(
            sandbox,
            f"/api/oauth/authorize?client_id={sandbox.client_id}&response_type=code&redirect_uri=http://a.example/&scope=",
        ).text
    )
