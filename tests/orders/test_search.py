"""The search box over orders: by what they are found, what comes first, and what it says."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from orders.models import Order, Source
from orders.search import MOST, search
from portal.kit import json
from tests.factories import ingest as take_in
from tests.factories import make_order, make_record

pytestmark = pytest.mark.django_db

ADDRESS = {
    "firstName": "Strauß", "lastName": "Okafor", "company": "Blue Door GmbH", "phone": "+44 (20) 7946-0018",
    "email": "post@bluedoor.example", "country": "GB",
}  # fmt: skip
BO: dict[str, Any] = {
    "email": "bo@example.com",
    "customer": {"firstName": "Bo", "lastName": "Lindqvist", "extCustomerId": "C-9001"},
    "shippingAddress": ADDRESS,
    "billingAddress": {"firstName": "Zoë", "lastName": "O'Brien", "country": "IE"},
    "customerPONumber": "PO-77/B",
    "payments": [{"reference": "ch_3Nabc"}],
    "extOrderApiId": "gid-XYZ-5",
    "lineItems": [{"uniqueId": "a", "sku": "CUP-4", "quantity": 1}],
}


@pytest.fixture
def orders(source: Source) -> dict[str, Order]:
    """#1001 is Ana Ruiz's, #1002 is full of other things."""
    make_order(source, 1001)
    take_in(source, make_record(1002, **BO))
    return {order.ext_order_id: order for order in Order.across.all()}


def found(client: Client, text: str, **more: str) -> list[str]:
    response = client.get("/orders.json", {"q": text} | more)
    assert response.status_code == 200
    return sorted(row["order"] for row in json.loads(response.content)["rows"])


def page(client: Client, text: str) -> str:
    """The list's page as text, white space made one."""
    return re.sub(r"\s+", " ", strip_tags(client.get("/orders", {"q": text}).content.decode()).replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("1002", "Order number"),
        ("#1002", "Order number"),
        ("gid-xyz-5", "ID in the channel gid-XYZ-5"),
        ("PO-77/B", "Purchase order number PO-77/B"),
        ("c-9001", "Customer ID C-9001"),
        ("CH_3nabc", "Payment reference ch_3Nabc"),
        ("BO@example.com", "E-mail bo@example.com"),
        ("post@bluedoor.example", "E-mail post@bluedoor.example"),
        ("bo lindqvist", "Customer Bo Lindqvist"),
        ("lindqvist", "Customer Bo Lindqvist"),
        ("strauss okafor", "Shipping name Strauß Okafor"),
        ("STRAUSS", "Shipping name Strauß Okafor"),
        ("O'Brien", "Billing name Zoë O&#x27;Brien"),
        ("zoe", "Billing name Zoë O&#x27;Brien"),
        ("blue  door", "Company Blue Door GmbH"),
        ("gmbh", "Company Blue Door GmbH"),
        ("020 7946 0018", "Phone +44 (20) 7946-0018"),
        ("+442079460018", "Phone +44 (20) 7946-0018"),
        ("cup-4", "SKU CUP-4"),
        ("cup", "SKU CUP-4"),
        ("100", "Order number"),
        ("lindq", "Customer Bo Lindqvist"),
        ("lind bo", "Customer Bo Lindqvist"),
        ("bo lin", "Customer Bo Lindqvist"),
        ("bo@ex", "E-mail bo@example.com"),
        ("po-7", "Purchase order number PO-77/B"),
    ],
)
def test_an_order_is_found_and_says_by_what(
    as_owner: Client, orders: dict[str, Order], text: str, matched: str
) -> None:
    assert "#1002" in found(as_owner, text)
    assert f"#1002 {matched}" in page(as_owner, text).replace(f"#1002{matched}", f"#1002 {matched}")


def test_an_order_is_found_by_its_own_id(as_owner: Client, orders: dict[str, Order]) -> None:
    public_id = orders["#1002"].public_id
    assert found(as_owner, public_id.upper()) == ["#1002"]
    assert f"Order ID {public_id}" in page(as_owner, public_id)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1001", "1 order with exactly this number"),
        ("vendor", ""),
        ("bo@example.com", "1 order with exactly this e-mail"),
        ("tea-1", "1 order with exactly this SKU"),
        ("100", "No exact match; 2 orders begin with it"),
        ("1001*", "1 order begins with it"),
    ],
)
def test_the_list_says_how_it_was_found(as_owner: Client, orders: dict[str, Order], text: str, sentence: str) -> None:
    shown = page(as_owner, text)
    assert sentence in shown
    assert bool(sentence) == ("Nothing found" not in shown)


def test_an_orders_own_number_comes_before_what_else_is_so_called(as_owner: Client, source: Source) -> None:
    make_order(source, 22423)
    make_order(source, 5, lineItems=[{"uniqueId": "a", "sku": "22423", "quantity": 1}])
    assert found(as_owner, "22423") == ["#22423"]
    assert "Show all that begin with it" in page(as_owner, "22423")
    assert found(as_owner, "22423*") == ["#22423", "#5"]


def test_a_search_is_narrowed_by_a_filter_and_sorted_as_asked(as_owner: Client, source: Source) -> None:
    for number, total in ((1, "5.00"), (2, "50.00"), (3, "20.00")):
        make_order(source, number, totalPrice=total)
    assert found(as_owner, "ana", f="totalPrice~gte~20") == ["#2", "#3"]
    rows = json.loads(as_owner.get("/orders.json?q=ana&sort=-total").content)["rows"]
    assert [row["order"] for row in rows] == ["#2", "#3", "#1"]
    assert "2 orders with exactly this name" in re.sub(
        r"\s+", " ", as_owner.get("/orders?q=ana&f=totalPrice~gte~20").content.decode()
    )


def test_nothing_of_another_organization_is_found(as_stranger: Client, orders: dict[str, Order]) -> None:
    texts = ["1002", "bo@example.com", "cup-4", "lindq", "1", orders["#1002"].public_id]
    assert [found(as_stranger, text) for text in texts] == [[]] * len(texts)


def test_without_an_organization_nothing_is_searched(orders: dict[str, Order]) -> None:
    with pytest.raises(ValueError, match="within one organization"):
        search(Order.across.all(), "1001")


def test_a_changed_order_is_found_by_what_it_is_called_now(as_owner: Client, source: Source) -> None:
    order = make_order(source, 7)
    take_in(source, make_record(7, email="new@example.com", extOrderUpdatedAt="2026-02-01T00:00:00Z"))
    assert found(as_owner, "new@example.com") == [order.ext_order_id]
    assert found(as_owner, "ana@example.com") == []


NAUGHTY = [
    "#", "'", '"', "\\", "\\'", "a'b", "%", "_", "*", "**", "a*b", "&", "!", "(", ")", ":*", "| &", "<->", "'); --",
    "𝕊", "İ", "ﷺ" * 20, "x" * 500, "\u202e", "é́́́", "{{7*7}}", "${x}", "<script>", "-", "+", "00", "🙂", "a", "1",
    "1 2 3 4 5 6 7 8 9", "\t", "½", "١٢٣٤٥٦٧", "١٢٣٤٥٦٧٨ ", " ",
]  # fmt: skip


def test_no_text_is_an_error(as_owner: Client, orders: dict[str, Order]) -> None:
    for text in NAUGHTY:
        for path in ("/orders", "/orders.json", "/orders.csv", "/search"):
            assert as_owner.get(path, {"q": text}).status_code in (200, 302), f"{path} {text}"


@pytest.mark.parametrize("text", [text for text in NAUGHTY if text.strip() and len(text) < 300])
def test_whatever_an_order_is_called_it_is_found_by(as_owner: Client, source: Source, text: str) -> None:
    naughty = text.strip()
    take_in(
        source,
        make_record("1", extOrderId=naughty, email=naughty, customer={"firstName": naughty, "lastName": naughty}),
    )
    assert len(found(as_owner, naughty)) == 1


def test_of_very_many_the_newest_are_given(source: Source, as_owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.search.MOST", 3)
    for number in range(1, 7):
        make_order(source, number)
    assert found(as_owner, "tea-1") == ["#4", "#5", "#6"]
    assert "the newest 3 are searched" in page(as_owner, "tea-1")
    assert "very many begin with it" in page(as_owner, "te")
    assert len(found(as_owner, "te")) >= 3
    assert MOST == 1_000


def test_the_same_search_gives_the_same_rows(source: Source, as_owner: Client) -> None:
    for number in range(1, 30):
        make_order(source, number)
    first = as_owner.get("/orders.json?q=an").content
    assert json.loads(as_owner.get("/orders.json?q=an").content)["rows"] == json.loads(first)["rows"]
