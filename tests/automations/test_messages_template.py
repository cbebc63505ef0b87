"""Texts with fields in them: what people read, what programs read, and what is refused with its cure."""

import datetime as dt
import time
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.messages.template import (
    RUN,
    Extra,
    TooLong,
    fill,
    fill_json,
    json_problems,
    offered,
    problems,
    with_run,
)
from orders.documents.catalogue import ORDER
from portal.kit import json

DOCUMENT: dict[str, Any] = {
    "orderId": "5a1c5a1c5a1c5a1c",
    "extOrderId": "#1042",
    "status": "onHold",
    "currency": "USD",
    "totalPrice": Decimal("12345.6"),
    "createdAt": "2026-07-05T09:59:10.250Z",
    "customer": {"firstName": 'Ana "Anita" Ruiz'},
    "tags": ["vip", "gift"],
    "payments": [{"method": "card"}, {"method": None}, {"method": "voucher"}],
    "lineItems": [
        {"sku": "TEA-1", "quantity": 2, "itemPrice": Decimal("20.00"), "requiresShipping": True},
        {"sku": "TIN-2", "quantity": Decimal("1.5"), "requiresShipping": False},
    ],
    "customFields": [{"name": "Gift wrap", "value": "red\npaper"}],
    "$before": {"status": "new"},
}
EXTRA = Extra("Hold big orders", dt.datetime(2026, 7, 5, 10, 0, tzinfo=dt.UTC), zoneinfo.ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Order {{ extOrderId }}: {{totalPrice}}", "Order #1042: 12,345.60 USD"),
        ("{{ customer.firstName }}", 'Ana "Anita" Ruiz'),
        ("{{ status }}", "On hold"),
        ("{{ createdAt }}", "5 Jul 2026, 10:59 BST"),
        ("{{ tags }} / {{ payments[].method }}", "vip, gift / card, voucher"),
        ("{{ lineItems.sku }} {{ lineItems.quantity }}", "TEA-1, TIN-2 2, 1.5"),
        ("{{ lineItems.itemPrice }} {{ lineItems.requiresShipping }}", "20.00 USD yes, no"),
        ('{{ customFields["gift WRAP"] }}', "red\npaper"),
        ('{{ customFields["}}"] }}!', "!"),
        ("[{{ orderNote }}]", "[]"),
        ("{{ rule.name }} at {{ now }}", "Hold big orders at 5 Jul 2026, 11:00 BST"),
        ("no fields } } { {", "no fields } } { {"),
        ("", ""),
    ],
)
def test_a_field_reads_as_people_read_it(template: str, told: str) -> None:
    assert problems(template, ORDER) == []
    assert fill(template, DOCUMENT, ORDER, EXTRA) == told


def test_money_has_the_decimals_of_its_currency_and_loses_none() -> None:
    def told(amount: str, currency: str) -> str:
        return fill("{{ totalPrice }}", {"totalPrice": Decimal(amount), "currency": currency}, ORDER)

    assert told("1500", "JPY") == "1,500 JPY"
    assert told("1.5", "KWD") == "1.500 KWD"
    assert told("0.125", "EUR") == "0.125 EUR"
    assert fill("{{ totalPrice }}", {"totalPrice": 7}, ORDER) == "7.00"


def test_the_id_of_the_run_is_put_in_when_there_is_one() -> None:
    filled = fill("Run {{ run.id }} of {{ extOrderId }}", {"extOrderId": f"#1{RUN}"}, ORDER)
    assert with_run(filled, "abcd") == "Run abcd of #1run"
    assert fill("{{ run.id }}", {}, ORDER, Extra(run_id="ffff")) == "ffff"


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('{"total": {{ totalPrice }}}', {"total": Decimal("12345.6")}),
        ('{"text": "It is {{ totalPrice }}"}', {"text": "It is 12,345.60 USD"}),
        ('{"who": "{{ customer.firstName }}"}', {"who": 'Ana "Anita" Ruiz'}),
        ('{"who": {{ customer.firstName }}}', {"who": 'Ana "Anita" Ruiz'}),
        ('{"wrap": "{{ customFields["Gift wrap"] }}"}', {"wrap": "red\npaper"}),
        ('{"skus": {{ lineItems.sku }}, "tags": {{ tags }}}', {"skus": ["TEA-1", "TIN-2"], "tags": ["vip", "gift"]}),
        ('{"status": {{ status }}, "note": {{ orderNote }}}', {"status": "onHold", "note": None}),
        ('{"at": {{ createdAt }}}', {"at": "2026-07-05T09:59:10.250Z"}),
        ('{"now": {{ now }}}', {"now": "2026-07-05T10:00:00.000Z"}),
        ('{"a\\"{{ rule.name }}": 1}', {'a"Hold big orders': 1}),
        ("{{ lineItems.requiresShipping }}", [True, False]),
        ("[1, 2]", [1, 2]),
    ],
)
def test_a_json_body_holds_values_outside_quotes_and_text_inside(template: str, value: object) -> None:
    assert json_problems(template, ORDER) == []
    assert json.loads(fill_json(template, DOCUMENT, ORDER, EXTRA)) == value


def test_the_whole_record_goes_into_a_json_body_without_what_it_was_before() -> None:
    told = json.loads(fill_json('{"order": {{ record }}}', DOCUMENT, ORDER))
    assert told == {"order": {key: value for key, value in DOCUMENT.items() if key != "$before"}}


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_value_of_a_record_breaks_out_of_a_json_body(name: str, tag: str) -> None:
    name, tag = (text.encode("utf-8", "ignore").decode().replace("\ue000", "") for text in (name, tag))
    template = '{"a": "{{ customer.firstName }}", "b": {{ tags }}, "c": "x{{ customFields["k"] }}"}'
    document = {"customer": {"firstName": name}, "tags": [tag], "customFields": [{"name": "k", "value": name}]}
    assert json.loads(fill_json(template, document, ORDER)) == {"a": name, "b": [tag], "c": "x" + name}


@given(st.text(alphabet='{}"\\ a.[]\n', max_size=60))
def test_a_template_is_refused_or_filled_whatever_is_typed(text: str) -> None:
    if problems(text, ORDER):
        return
    assert isinstance(fill(text, DOCUMENT, ORDER), str)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ totalprize }}", "There is no field “totalprize”. Did you mean totalPrice"),
        ("{{ city }}", "There is no field “city”. Did you mean shippingAddress.city"),
        ("{{ Order number }}", "There is no field “Order number”. Did you mean extOrderId"),
        ("{{ zzzz }}", "There is no field “zzzz”. Choose one from the list of fields."),
        ("{{ }}", "There is no field “”."),
        ("{{ __class__ }}", "There is no field “__class__”."),
        ("{{ customer.__init__ }}", "There is no field “customer.__init__”."),
        ("{{ lineItems[0].sku }}", "There is no field “lineItems[0].sku”."),
        ("{{ totalPrice * 2 }}", "There is no field “totalPrice * 2”. Did you mean totalPrice"),
        ("{{ customFields }}", "“customFields” are many. Name one of them"),
        ("{{ record }}", "“record” is the whole record"),
        ("Dear {{ customer.firstName, hello", "“{{ customer.firstName, hello” begins a field and does not end it."),
        ("{{ a {{ totalPrice }}", "begins a field and does not end it"),
        ("x" * 20_001, "The text has more than 20,000 characters."),
        ("\ud800", "The text holds a character that no message can hold."),
    ],
)
def test_what_cannot_be_filled_is_named_with_its_cure(template: str, problem: str) -> None:
    (told,) = problems(template, ORDER)
    assert problem in told


@pytest.mark.parametrize("body", ["{", '{"a": {{ totalPrice }}', "{'a': 1}", '{"a": "{{ tags }}}', "", "{{ tags }} x"])
def test_a_body_that_would_not_be_json_is_refused(body: str) -> None:
    (told,) = json_problems(body, ORDER)
    assert "not JSON" in told


def test_every_field_that_is_offered_can_be_filled() -> None:
    text = " ".join(f"{{{{ {path} }}}}" for path, _label in offered(ORDER))
    assert problems(text, ORDER) == []
    assert fill(text, DOCUMENT, ORDER, EXTRA)


def test_a_text_that_would_be_endless_is_refused() -> None:
    with pytest.raises(TooLong):
        fill("{{ orderNote }}" * 1000, {"orderNote": "x" * 1000}, ORDER)


@pytest.mark.parametrize("text", ['{{"' * 6_000, "{{ " + " " * 19_000, "{{" * 9_000, '{{ "\\' * 4_000])
def test_no_template_is_slow_to_read(text: str) -> None:
    started = time.perf_counter()
    problems(text, ORDER)
    assert time.perf_counter() - started < 0.5


def test_a_broken_template_that_was_stored_is_said_as_it_stands() -> None:
    assert fill("Total {{ totalPrice", DOCUMENT, ORDER) == "Total {{ totalPrice"
    assert fill("[{{ gone }}]", DOCUMENT, ORDER) == "[]"
