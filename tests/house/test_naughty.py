"""Strings that break pages, put everywhere people and stores can put one: they come back equal, and harmless.

A page that can hold all of them is asked for once with all of them, and one that holds a single record
once for each.
"""

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
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership
from portal.tenancy.roles import Role
from portal.ui.exports import csv_cell
from tests.factories import ingest, make_member, make_order, make_record

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
TEXTS = tuple(STRINGS.values())
pytestmark = pytest.mark.django_db


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


def safe(client: Client, path: str, *shows: str) -> str:
    """Ask for a page, check that nothing in it acts, and that it shows the texts as they are."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return safe_html(answer.content.decode(), *shows)


def safe_html(html: str, *shows: str) -> str:
    parser = Danger()
    parser.feed(html)
    parser.close()
    assert parser.found == []
    seen = "\n".join(parser.seen)
    assert [text for text in shows if text not in seen] == []
    return html


@pytest.fixture
def world(source: Source, owner: Membership) -> Source:
    services.ensure_defaults(source.organization)
    return source


PLACES = ("first_name", "last_name", "company", "address1", "city", "state_or_province", "zip_code_or_postal_code")


def one_line(text: str) -> str:
    """Return a text as a name in one line keeps it."""
    return " ".join(text.split())


def naughty_record(text: str) -> OrderRecord:
    address = dict.fromkeys(PLACES, text) | {"country": "US"}
    line = {"uniqueId": "l1", "sku": text, "name": text, "quantity": 1, "itemPrice": "1.00"}
    fields: dict[str, Any] = {
        "customer": {"firstName": text, "lastName": text}, "shippingAddress": address, "lineItems": [line],
        "customFields": [{"name": text, "value": text}], "payments": [{"method": text, "reference": text}],
        "orderNote": text, "giftNote": text, "shippingCarrier": text, "extOrderUrl": text, "sourceDoc": {text: text},
    }  # fmt: skip
    number = str(TEXTS.index(text))
    return make_record(number, extOrderId=text, email=text, tags=[text], **fields)


@pytest.fixture
def orders(world: Source) -> dict[str, Order]:
    """An order for each text, which stands wherever a store can put it."""
    ingest(world, *map(naughty_record, TEXTS))
    found = {order.ext_order_id: order for order in Order.across.all()}
    assert set(found) == set(TEXTS)
    return found


def test_an_order_shows_what_the_store_said_and_no_more(orders: dict[str, Order], as_owner: Client) -> None:
    drain("automations")
    for text, order in orders.items():
        safe(as_owner, reverse("orders:detail", args=[order.public_id]), text)
        safe(as_owner, reverse("orders:document", args=[order.public_id]))
        document = json.loads(as_owner.get(reverse("orders:json", args=[order.public_id])).content)
        line = document["lineItems"][0]
        assert (document["extOrderId"], document["tags"], line["sku"], line["name"]) == (text, [text], text, text)
        assert document["shippingAddress"]["city"] == text


def test_lists_of_orders_show_what_the_store_said_and_no_more(orders: dict[str, Order], as_owner: Client) -> None:
    drain("automations")
    safe(as_owner, "/orders", *TEXTS)
    every_column = safe(as_owner, f"/orders?columns={','.join(column.key for column in ORDERS.columns)}", *TEXTS)
    assert every_column.count('class="tag"') == len(TEXTS)
    safe(as_owner, "/")
    rows = json.loads(as_owner.get("/orders.json").content)["rows"]
    assert sorted(row["order"] for row in rows) == sorted(TEXTS)


def test_a_file_for_spreadsheets_holds_the_texts_and_no_formula(orders: dict[str, Order], as_owner: Client) -> None:
    answer = as_owner.get("/orders.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(content)))
    cells = {cell for row in rows[1:] for cell in row}
    assert len(rows) == 1 + len(TEXTS)
    assert [text for text in TEXTS if not cells & {text, f"'{text}"}] == []
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))] == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_cell_begins_like_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


def test_comments_and_reasons_are_shown_as_typed(world: Source, as_owner: Client) -> None:
    order = make_order(world, 1)
    for text in TEXTS:
        assert as_owner.post(reverse("orders:comment", args=[order.public_id]), {"text": text}).status_code == 302
        hold = {"amount": "5", "unit": "60", "next_status": "reviewRequired", "reason": f"Because {text}"}
        assert as_owner.post(reverse("orders:hold", args=[order.public_id]), hold).status_code == 302
    safe(as_owner, reverse("orders:detail", args=[order.public_id]), *TEXTS, *(f"Because {text}" for text in TEXTS))


def test_what_is_searched_for_is_only_text(world: Source, as_owner: Client) -> None:
    make_order(world, 1)
    for text in TEXTS:
        safe(as_owner, f"/orders?q={quote(text)}", one_line(text))
        found = as_owner.get("/search", {"q": text})
        assert found.status_code == 302
        assert found["Location"].startswith("/orders")


def test_what_is_filtered_by_is_only_text(world: Source, as_owner: Client) -> None:
    make_order(world, 1)
    for form in ("email~equals~{}", "{}~equals~1", "email~{}~1"):
        safe(as_owner, "/orders?" + "&".join(f"f={quote(form.format(text))}" for text in TEXTS))
    for text in TEXTS:
        for names in (("filter",), ("view",), ("sort", "columns", "page", "size")):
            safe(as_owner, "/orders?" + "&".join(f"{name}={quote(text)}" for name in names))


def test_a_rule_keeps_its_name_text_and_code(orders: dict[str, Order], world: Source, as_owner: Client) -> None:
    codes = {text: f"return entity.email === {json.dumps(text)};" for text in TEXTS}
    rules = {text: _archiving(world, text, code) for text, code in codes.items()}
    drain("automations")
    assert set(Order.across.values_list("status", flat=True)) == {"archived"}
    safe(as_owner, "/automations/", *TEXTS)
    safe(as_owner, "/automations/history/", *TEXTS)
    for text, rule in rules.items():
        assert Rule.across.get(pk=rule.pk).name == text
        safe(as_owner, reverse("automations:edit", args=[rule.public_id]), codes[text])
        safe(as_owner, reverse("automations:run", args=[rule.runs.get().public_id]), text)


def _archiving(source: Source, text: str, code: str) -> Rule:
    made = Definition(
        name=text, description=text, filter=FilterSpec(kind="code", code=code), actions=(ActionSpec(key="archive"),)
    )
    rule = services.create_rule(source.organization, "NEW_ORDER", made, by=BY)
    return services.set_enabled(rule, True, by=BY)


def test_a_rule_that_is_refused_gives_back_what_was_typed(world: Source, as_owner: Client) -> None:
    for text in TEXTS:
        typed = {
            "name": text, "description": text, "kind": "simple", "f.match": "all", "f.0.field": text,
            "f.0.operator": text, "f.0.value": text, "a.0.key": "hold", "a.0.minutes": text, "order_id": text,
            "seen": text, "sources": [text],
        }  # fmt: skip
        refused = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), typed)
        assert refused.status_code == 422
        safe_html(refused.content.decode(), text)
        for name in ("test", "draft"):
            answer = as_owner.post(reverse(f"automations:{name}", args=["NEW_ORDER"]), typed | {"do": text})
            assert answer.status_code in (200, 400)
            if answer["Content-Type"].startswith("text/html"):
                safe_html(answer.content.decode())


def test_an_integration_keeps_its_name(world: Source, as_owner: Client) -> None:
    added = {text: lifecycle.add(world.organization, "ecwid", name=text, by=BY) for text in TEXTS}
    for text, integration in added.items():
        lifecycle.failed(integration, cause=text, cure=text, by=BY)
        assert Integration.across.get(pk=integration.pk).name == text
        for name in ("detail", "connect", "mappings", "activity", "delete", "returned"):
            safe(as_owner, reverse(f"integrations:{name}", args=[integration.public_id]), text)
        safe(as_owner, f"/integrations/add/?q={quote(text)}&role={quote(text)}")
        path = reverse("integrations:token", args=[integration.public_id])
        wrong = as_owner.post(path, {"store_id": text, "token": text})
        assert wrong.status_code == 422
        safe_html(wrong.content.decode())
    safe(as_owner, "/integrations/", *TEXTS)
    safe(as_owner, "/exceptions", *TEXTS)


def test_names_of_people_views_and_organizations_are_only_text(world: Source, as_owner: Client) -> None:
    names = {text: one_line(text) for text in TEXTS}
    names[STRINGS["wide formula"]] += " once more"  # a view is taken for another whose name folds alike
    for text in TEXTS:
        account = {"name": text, "timezone": "UTC", "theme": "auto"}
        assert as_owner.post("/settings/account", account).status_code == 302
        assert as_owner.post("/settings", {"name": text, "timezone": "UTC"}).status_code == 302
        make_member(world.organization, Role.USER, name=text)
        view = {"list": "orders", "name": names[text], "query": f"q={quote(text)}", "back": text}
        assert as_owner.post(reverse("ui:views"), view)["Location"].startswith("/?view=")
        safe(as_owner, "/settings", text)
        wrong = as_owner.post(reverse("portal:add_member"), {"name": text, "email": text, "role": text})
        assert wrong.status_code == 422
        safe_html(wrong.content.decode(), text)
    assert set(SavedView.across.values_list("name", flat=True)) == set(names.values())
    safe(as_owner, "/settings/members", *TEXTS)
    safe(as_owner, "/orders", *names.values())


def test_a_line_break_in_a_name_begins_no_header_of_an_e_mail(as_owner: Client) -> None:
    as_owner.post("/settings", {"name": "Tea\r\nBcc: everybody@example.com", "timezone": "UTC"})
    data = {"name": "Nia", "email": "nia@example.com", "role": "viewer"}
    assert as_owner.post(reverse("portal:add_member"), data).status_code == 200
    subject = Delivery.across.get().payload["subject"]
    assert subject == "Olive Owner has added you to Tea Bcc: everybody@example.com"


def test_headers_and_addresses_are_only_text(world: Source, as_owner: Client) -> None:
    as_owner.raise_request_exception = False
    for text in TEXTS:
        plain = text.encode("ascii", "ignore").decode().replace("\n", " ")
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/{plain}", "User-Agent": plain}
        answer = Client().get("/orders", headers=headers | {"Referer": plain, "Accept-Language": plain})
        assert answer["HX-Redirect"].startswith("/login?next=")
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
