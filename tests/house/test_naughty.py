"""Strings that break pages, put everywhere people and stores can put one: they come back equal, and harmless."""

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from integrations import lifecycle
from integrations.models import Integration
from orders.lists.orders import ORDERS
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership
from portal.ui.exports import csv_cell
from tests.factories import make_order

BY = Actor.system()
STRINGS = {
    "image": "<img src=x onerror=alert(4711)>",
    "script": "</script><script>alert(4711)</script>",
    "textarea": "</textarea></title><svg onload=alert(4711)>",
    "attribute": '" onmouseover="alert(4711)" \'',
    "htmx": "<div hx-get=/logout hx-trigger=load hx-on:click=alert(4711)>",
    "template": "{{7*7}}{% now 'Y' %}${7*7}",
    "formula": "=1+1",
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "wide formula": "＝1+1",
    "direction": "abc\u202etxt.exe",
    "zero width": "a\u200bb\u2060c\ufeffd",
    "quotes": "'; DROP TABLE orders_order; --",
    "percent": "%00%0a%s%(x)s%d",
    "lines": "two words\u2028three",
    "emoji": "👩‍👩‍👧 İıß",
    "script address": "javascript:alert(4711)",
}
pytestmark = pytest.mark.django_db
every = pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS.keys())


class Danger(HTMLParser):
    """Notes elements, handlers and addresses that only a naughty string can have brought, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if (
            values.get("src") == "x"
            or (tag == "script" and not values.get("src") and "json" not in (values.get("type") or ""))
            or values.get("hx-get") == "/logout"
        ):
            self.found.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            self.seen.append(value or "")
            address = (value or "").strip().lower()
            if name.startswith(("on", "hx-on")) or (address.startswith("javascript:") and name in LEADS):
                self.found.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


LEADS = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post"})


def safe(client: Client, path: str, *, shows: str = "") -> str:
    """Ask for a page, check that nothing in it acts, and that it shows the text as it is."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return safe_html(answer.content.decode(), shows=shows)


def safe_html(html: str, *, shows: str = "") -> str:
    parser = Danger()
    parser.feed(html)
    parser.close()
    assert parser.found == []
    assert shows in "\n".join(parser.seen), f"{shows!r} is not shown"
    return html


@pytest.fixture
def world(source: Source, owner: Membership) -> Source:
    services.ensure_defaults(source.organization)
    return source


PLACES = ("first_name", "last_name", "company", "address1", "city", "state_or_province", "zip_code_or_postal_code")


def naughty_order(source: Source, text: str) -> Order:
    address = dict.fromkeys(PLACES, text) | {"country": "US"}
    line = {"uniqueId": "l1", "sku": text, "name": text, "quantity": 1, "itemPrice": "1.00"}
    fields: dict[str, Any] = {
        "customer": {"firstName": text, "lastName": text}, "shippingAddress": address, "lineItems": [line],
        "customFields": [{"name": text, "value": text}], "payments": [{"method": text, "reference": text}],
        "orderNote": text, "giftNote": text, "shippingCarrier": text, "extOrderUrl": text, "sourceDoc": {text: text},
    }  # fmt: skip
    return make_order(source, 1, extOrderId=text, email=text, tags=[text], **fields)


@every
def test_an_order_shows_what_the_store_said_and_no_more(world: Source, as_owner: Client, text: str) -> None:
    order = naughty_order(world, text)
    drain("automations")
    path = reverse("orders:detail", args=[order.public_id])
    safe(as_owner, path, shows=text)
    safe(as_owner, "/orders", shows=text)
    every_column = safe(as_owner, f"/orders?columns={','.join(column.key for column in ORDERS.columns)}")
    assert every_column.count('class="tag"') == 1
    safe(as_owner, "/")
    safe(as_owner, reverse("orders:document", args=[order.public_id]))
    document = json.loads(as_owner.get(reverse("orders:json", args=[order.public_id])).content)
    line = document["lineItems"][0]
    assert (document["extOrderId"], document["tags"], line["sku"], line["name"]) == (text, [text], text, text)
    assert document["shippingAddress"]["city"] == text
    rows = json.loads(as_owner.get("/orders.json").content)["rows"]
    assert [row["order"] for row in rows] == [text]


@every
def test_a_file_for_spreadsheets_holds_the_text_and_no_formula(world: Source, as_owner: Client, text: str) -> None:
    naughty_order(world, text)
    answer = as_owner.get("/orders.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(content)))
    cells = {cell for row in rows[1:] for cell in row}
    assert len(rows) == 2
    assert cells & {text, f"'{text}"}, cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))] == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_cell_begins_like_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


@every
def test_a_comment_and_a_reason_are_shown_as_typed(world: Source, as_owner: Client, text: str) -> None:
    order = make_order(world, 1)
    assert as_owner.post(reverse("orders:comment", args=[order.public_id]), {"text": text}).status_code == 302
    hold = {"amount": "5", "unit": "60", "next_status": "reviewRequired", "reason": text}
    assert as_owner.post(reverse("orders:hold", args=[order.public_id]), hold).status_code == 302
    page = safe(as_owner, reverse("orders:detail", args=[order.public_id]), shows=text)
    assert page.count("4711") >= 2 or "4711" not in text


@every
def test_what_is_searched_for_is_only_text(world: Source, as_owner: Client, text: str) -> None:
    make_order(world, 1)
    safe(as_owner, f"/orders?q={quote(text)}", shows=" ".join(text.split()))
    found = as_owner.get("/search", {"q": text})
    assert found.status_code == 302
    assert found["Location"].startswith("/orders")
    for condition in (f"email~equals~{text}", f"{text}~equals~1", f"email~{text}~1"):
        safe(as_owner, f"/orders?f={quote(condition)}")
    for name in ("sort", "columns", "page", "size", "view", "filter"):
        safe(as_owner, f"/orders?{name}={quote(text)}")


@every
def test_a_rule_keeps_its_name_text_and_code(world: Source, as_owner: Client, text: str) -> None:
    code = f"return entity.email === {json.dumps(text)};"
    made = Definition(
        name=text, description=text, filter=FilterSpec(kind="code", code=code), actions=(ActionSpec(key="archive"),)
    )
    rule = services.create_rule(world.organization, "NEW_ORDER", made, by=BY)
    services.set_enabled(rule, True, by=BY)
    naughty_order(world, text)
    drain("automations")
    assert Order.across.get().status == "archived"
    assert Rule.across.get(pk=rule.pk).name == text
    safe(as_owner, "/automations/", shows=text)
    safe(as_owner, reverse("automations:edit", args=[rule.public_id]), shows=code)
    safe(as_owner, "/automations/history/", shows=text)
    run = rule.runs.get()
    safe(as_owner, reverse("automations:run", args=[run.public_id]), shows=text)


@every
def test_a_rule_that_is_refused_gives_back_what_was_typed(world: Source, as_owner: Client, text: str) -> None:
    typed = {
        "name": text, "description": text, "kind": "simple", "f.match": "all", "f.0.field": text, "f.0.operator": text,
        "f.0.value": text, "a.0.key": "hold", "a.0.minutes": text, "order_id": text, "seen": text, "sources": [text],
    }  # fmt: skip
    refused = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), typed)
    assert refused.status_code == 422
    safe_html(refused.content.decode(), shows=text)
    for name in ("test", "draft"):
        answer = as_owner.post(reverse(f"automations:{name}", args=["NEW_ORDER"]), typed | {"do": text})
        assert answer.status_code in (200, 400)
        if answer["Content-Type"].startswith("text/html"):
            safe_html(answer.content.decode())


@every
def test_an_integration_keeps_its_name(world: Source, as_owner: Client, text: str) -> None:
    added = lifecycle.add(world.organization, "ecwid", name=text, by=BY)
    lifecycle.failed(added, cause=text, cure=text, by=BY)
    assert Integration.across.get().name == text
    for name in ("detail", "connect", "mappings", "activity", "delete", "returned"):
        safe(as_owner, reverse(f"integrations:{name}", args=[added.public_id]), shows=text)
    safe(as_owner, "/integrations/", shows=text)
    safe(as_owner, "/exceptions", shows=text)
    safe(as_owner, f"/integrations/add/?q={quote(text)}")
    safe(as_owner, f"/integrations/add/?role={quote(text)}")
    wrong = as_owner.post(reverse("integrations:token", args=[added.public_id]), {"store_id": text, "token": text})
    assert wrong.status_code == 422
    safe_html(wrong.content.decode())


@every
def test_names_of_people_views_and_organizations_are_only_text(
    world: Source, owner: Membership, as_owner: Client, text: str
) -> None:
    account = {"name": text, "timezone": "UTC", "theme": "auto"}
    assert as_owner.post("/settings/account", account).status_code == 302
    assert as_owner.post("/settings", {"name": text, "timezone": "UTC"}).status_code == 302
    view = {"list": "orders", "name": text, "query": f"q={quote(text)}", "back": text}
    assert as_owner.post(reverse("ui:views"), view)["Location"].startswith("/?view=")
    assert SavedView.across.get().name == " ".join(text.split())
    safe(as_owner, "/settings", shows=text)
    safe(as_owner, "/settings/members", shows=text)
    safe(as_owner, "/orders", shows=" ".join(text.split()))
    wrong = as_owner.post(reverse("portal:add_member"), {"name": text, "email": text, "role": text})
    assert wrong.status_code == 422
    safe_html(wrong.content.decode(), shows=text)


def test_a_line_break_in_a_name_begins_no_header_of_an_e_mail(as_owner: Client) -> None:
    as_owner.post("/settings", {"name": "Tea\r\nBcc: everybody@example.com", "timezone": "UTC"})
    data = {"name": "Nia", "email": "nia@example.com", "role": "viewer"}
    assert as_owner.post(reverse("portal:add_member"), data).status_code == 200
    subject = Delivery.across.get().payload["subject"]
    assert subject == "Olive Owner has added you to Tea Bcc: everybody@example.com"


@every
def test_headers_and_addresses_are_only_text(world: Source, as_owner: Client, text: str) -> None:
    plain = text.encode("ascii", "ignore").decode().replace("\n", " ")
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/{plain}", "User-Agent": plain}
    answer = Client().get("/orders", headers=headers | {"Referer": plain, "Accept-Language": plain})
    assert answer["HX-Redirect"].startswith("/login?next=")
    as_owner.raise_request_exception = False
    for path in (f"/{quote(text)}", f"/orders/{quote(text, safe='')}", f"/integrations/{quote(text, safe='')}/"):
        answer = as_owner.get(path)
        assert answer.status_code in (301, 404), path
        safe_html(answer.content.decode())


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "/orders", {"q": "a\x00"}),
        ("get", "/orders/%00", {}),
        ("post", "/organization", {"organization": "\x00"}),
        ("post", "/login", {"username": "a\x00@example.com", "password": "x"}),
        ("post", "/views", {"list": "orders", "name": "\x00"}),
        ("post", "/settings", {"name": "a\x00", "timezone": "UTC"}),
        ("post", "/automations/new/NEW_ORDER/", {"name": "a\x00"}),
        ("post", "/orders/bulk/archive", {"row": "\x00"}),
        ("post", "/orders/bulk/archive", {"\x00": "1"}),
    ],
)
def test_a_nul_is_refused_at_the_door(as_owner: Client, method: str, path: str, data: dict[str, str]) -> None:
    as_owner.raise_request_exception = False
    assert getattr(as_owner, method)(path, data).status_code == 400


def test_a_nul_in_a_cookie_is_refused_at_the_door(client: Client) -> None:
    client.raise_request_exception = False
    client.cookies["session"] = "abcdefgh\x00"
    assert client.get("/").status_code == 400


@pytest.mark.parametrize("query", ["q=%00", "f=email~equals~%00", "f=%00~%00~%00", "sort=%00", "columns=%00"])
def test_a_nul_wrapped_in_a_kept_query_does_no_harm(world: Source, as_owner: Client, query: str) -> None:
    order = make_order(world, 1)
    assert as_owner.post(reverse("ui:views"), {"list": "orders", "name": "v", "query": query}).status_code == 302
    view = SavedView.across.get()
    assert as_owner.get("/orders", {"view": view.public_id}).status_code == 200
    path = reverse("orders:bulk_archive")
    assert as_owner.post(path, {"all": "1", "query": query}).status_code == 200
    assert Order.across.get(pk=order.pk).status == "new"


def test_a_nul_in_a_packed_filter_does_no_harm(world: Source, as_owner: Client) -> None:
    from portal.filters.text import to_address
    from portal.filters.tree import Condition, Group

    packed = to_address(Group("any", (Condition("email", "equals", "a\x00"),)))
    assert as_owner.get("/orders", {"filter": packed}).status_code == 200
