"""What an Ecwid order becomes. Pure: no database, no network."""

import copy
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from integrations.connectors.ecwid import mapping, money
from integrations.kit.mapped import DoesNotFit
from portal.kit import json

SAMPLES = Path(__file__).parent / "samples"
STORE = {"currency": "USD", "precision": 2}
SETTINGS = mapping.Settings()


def sample(name: str) -> dict[str, Any]:
    value = json.loads((SAMPLES / f"{name}.json").read_bytes())
    assert isinstance(value, dict)
    return value


def simple(**changes: Any) -> dict[str, Any]:
    return sample("order__simple") | changes


def line(**changes: Any) -> dict[str, Any]:
    order = simple()
    return order | {"items": [order["items"][0] | changes]}


def mapped(raw: Any, **store: Any) -> Any:
    return mapping.order(raw, STORE | store, SETTINGS).record


def test_the_simple_order_becomes_exactly_this() -> None:
    got = mapped(simple()).model_dump(by_alias=True, exclude_none=True, exclude={"source_doc"}, mode="json")
    assert got == json.loads((SAMPLES / "order__simple.record.json").read_bytes())


def test_the_two_identifiers_keep_their_roles() -> None:
    record = mapped(simple(id="MYSTORE-X8UYE", internalId=2**62))
    assert (record.ext_order_id, record.ext_order_api_id) == ("MYSTORE-X8UYE", str(2**62))


def test_times_are_read_from_the_stamps_and_not_from_the_texts() -> None:
    record = mapped(simple(createDate="soon", createTimestamp=1_789_381_293))
    assert record.ext_order_created_at == dt.datetime(2026, 9, 14, 10, 21, 33, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("paid", "shipped", "canceled", "draft", "settled"),
    [
        ("PAID", "AWAITING_PROCESSING", False, False, False),
        ("PAID", "PROCESSING", False, False, False),
        ("PARTIALLY_REFUNDED", "PROCESSING", False, False, False),
        ("AWAITING_PAYMENT", "AWAITING_PROCESSING", False, True, False),
        ("CUSTOM_PAYMENT_STATUS_1", "AWAITING_PROCESSING", False, True, False),
        ("INCOMPLETE", "AWAITING_PROCESSING", False, True, False),
        ("PAID_IN_SHELLS", "TELEPORTED", False, True, False),
        ("CANCELLED", "AWAITING_PROCESSING", True, False, False),
        ("REFUNDED", "AWAITING_PROCESSING", True, False, False),
        ("REFUNDED", "SHIPPED", False, False, True),
        ("PAID", "WILL_NOT_DELIVER", True, False, False),
        ("PAID", "SHIPPED", False, False, True),
        ("PAID", "DELIVERED", False, False, True),
        ("PAID", "OUT_FOR_DELIVERY", False, False, True),
        ("PAID", "READY_FOR_PICKUP", False, False, False),
        ("PAID", "RETURNED", False, False, True),
    ],
)
def test_each_status_means_one_thing(paid: str, shipped: str, canceled: bool, draft: bool, settled: bool) -> None:
    verdict = mapping.order(simple(paymentStatus=paid, fulfillmentStatus=shipped), STORE, SETTINGS)
    assert (verdict.record.canceled, verdict.record.draft, verdict.settled) == (canceled, draft, settled)


def test_unpaid_orders_are_new_where_that_is_wanted() -> None:
    raw = simple(paymentStatus="AWAITING_PAYMENT")
    assert not mapping.order(raw, STORE, mapping.Settings(unpaid="new")).record.draft


def test_statuses_are_written_as_ours() -> None:
    record = mapped(simple(paymentStatus="CANCELLED", fulfillmentStatus="WILL_NOT_DELIVER"))
    assert (record.payment_status, record.fulfillment_status) == ("canceled", "willNotDeliver")


def test_options_of_a_line_travel_with_it() -> None:
    record = mapped(sample("order__options_discounts_tip"))
    assert [(field.name, field.value) for field in record.line_items[1].custom_fields] == [
        ("Extras", "Ribbon, Card"),
        ("Engraving", "For Maya"),
        ("Wanted on", "2026-10-02"),
    ]


def test_discount_coupon_tip_and_fee_stand_apart() -> None:
    record = mapped(sample("order__options_discounts_tip"))
    assert record.order_discount == Decimal("15")
    assert [(one.name, one.code, one.amount) for one in record.discounts] == [
        ("Discount", None, Decimal(10)),
        ("Welcome coupon", "WELCOME5", Decimal(5)),
    ]
    assert ("Tips", Decimal(4)) in [(one.name, one.amount) for one in record.additional_charges]
    assert record.line_items[0].item_discount == Decimal("7.77")


@pytest.mark.parametrize("name", ["order__simple", "order__options_discounts_tip", "order__gross_prices"])
def test_the_parts_of_an_untouched_order_add_up(name: str) -> None:
    assert money.difference(sample(name)) == 0


def test_an_order_that_does_not_add_up_is_taken_and_says_by_how_much() -> None:
    record = mapped(simple(total=Decimal("50.00")))
    assert record.total_price == Decimal("50.00")
    assert ("Amounts differ from the total by", "3.54") in [(f.name, f.value) for f in record.custom_fields]


@pytest.mark.parametrize(
    ("sent", "currency", "precision", "got"),
    [
        (Decimal("46.460000000000001"), "USD", 2, "46.46"),
        (Decimal("46.465"), "USD", 2, "46.47"),
        (Decimal("1234.6"), "JPY", 0, "1235"),
        (Decimal("1.2345"), "KWD", 3, "1.235"),
        (Decimal("0.1"), "USD", 2, "0.1"),
        (5, "USD", 2, "5"),
    ],
)
def test_amounts_are_exact_and_rounded_to_the_currency(sent: Any, currency: str, precision: int, got: str) -> None:
    assert str(mapped(simple(total=sent), currency=currency, precision=precision).total_price) == got


def test_a_street_of_two_lines_and_a_single_name() -> None:
    person = {"name": "Madonna", "street": "12 Elm Street\nApt 4\nBack door", "countryCode": "US"}
    record = mapped(simple(shippingPerson=person))
    address = record.shipping_address
    assert (address.first_name, address.last_name) == ("Madonna", None)
    assert (address.address1, address.address2) == ("12 Elm Street", "Apt 4, Back door")


def test_goods_without_a_shipping_address_go_to_the_billing_one_and_downloads_nowhere() -> None:
    raw = simple()
    del raw["shippingPerson"]
    assert mapped(raw).shipping_address.city == "Portland"
    raw["items"] = [raw["items"][0] | {"isShippingRequired": False}]
    assert mapped(raw).shipping_address is None


def test_a_comment_without_end_is_cut_and_kept_whole_beside_it() -> None:
    record = mapped(simple(orderComments="x" * 20_000))
    assert len(record.order_note) == 10_000
    assert record.order_note.endswith("…")
    assert len(record.source_doc["orderComments"]) == 20_000


def test_links_that_need_the_token_are_not_kept() -> None:
    record = mapped(line(files=[{"name": "a.pdf", "adminUrl": "https://app.example/secret", "size": 1}]))
    assert record.source_doc["items"][0]["files"] == [{"name": "a.pdf", "size": 1}]


def test_two_thousand_lines_fit() -> None:
    raw = simple()
    raw["items"] = [raw["items"][0] | {"id": n + 1} for n in range(2_000)]
    assert len(mapped(raw).line_items) == 2_000


def test_lines_with_the_same_number_are_told_apart() -> None:
    raw = simple()
    raw["items"] = [raw["items"][0], raw["items"][0]]
    assert [one.unique_id for one in mapped(raw).line_items] == ["1828115520", "1828115520-1"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (42, "order"),
        (None, "order"),
        ([], "order"),
        (simple(internalId=None), "internalId"),
        (simple(internalId=True), "internalId"),
        (simple(internalId=-1), "internalId"),
        (simple(internalId=2**70), "internalId"),
        (simple(id=""), "id"),
        (simple(createTimestamp="noon"), "createTimestamp"),
        (simple(createTimestamp=10**18), "createTimestamp"),
        (simple(updateTimestamp=-1), "updateTimestamp"),
        (simple(total="a lot"), "total"),
        (simple(total=None), "total"),
        (simple(total=True), "total"),
        (simple(total=10**400), "total"),
        (simple(total=Decimal("1e1000000")), "total"),
        (simple(tax="x"), "tax"),
        (simple(items="none"), "items"),
        (simple(items=[1]), "items.0"),
        (line(quantity=-3), "items.0.quantity"),
        (line(quantity="2"), "items.0.quantity"),
        (line(quantity=None), "items.0.quantity"),
        (line(quantity=True), "items.0.quantity"),
        (line(price="x"), "items.0.price"),
        (line(selectedOptions="x"), "selectedOptions"),
        (simple(shippingPerson=["Ana"]), "shippingPerson"),
        (simple(paymentStatus=7), "paymentStatus"),
        (simple(shippingOption=1), "shippingOption"),
        (simple(customSurcharges={}), "customSurcharges"),
    ],
)
def test_what_does_not_fit_is_named(raw: Any, field: str) -> None:
    with pytest.raises(DoesNotFit) as refused:
        mapped(raw)
    assert refused.value.field == field
    assert refused.value.reason


@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}])
def test_an_email_that_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        mapped(simple(email=value))
    assert refused.value.errors()[0]["loc"] == ("email",)


@pytest.mark.parametrize("text", ["Ana\x00Ruiz", "Ana \ud83d Ruiz"])
def test_text_that_no_database_holds_is_refused(text: str) -> None:
    person = simple()["shippingPerson"] | {"firstName": text}
    with pytest.raises(ValidationError):
        mapped(simple(shippingPerson=person))


@pytest.mark.parametrize("currency", ["", "XQQ", "usd", "US", None])
def test_a_currency_that_does_not_exist_is_refused(currency: Any) -> None:
    with pytest.raises(DoesNotFit) as refused:
        mapped(simple(), currency=currency)
    assert refused.value.field == "currency"


def test_a_record_nested_without_end_is_refused_without_recursion() -> None:
    deep: Any = 1
    for _ in range(20_000):
        deep = {"a": deep}
    with pytest.raises(DoesNotFit):
        mapped(simple(additionalInfo=deep))


def test_mapping_changes_nothing_of_what_it_was_given() -> None:
    raw = sample("order__options_discounts_tip")
    before = copy.deepcopy(raw)
    mapped(raw)
    assert raw == before


def test_the_store_and_each_pickup_point_are_locations() -> None:
    profile, options = sample("profile"), sample("shipping_options")["items"]
    found = mapping.locations(profile, options)
    assert [(one.ext_location_id, one.name, one.pickup) for one in found] == [
        ("ecwid-store-20345678", "Demo Warehouse", False),
        ("06bf537b-outlet-1", "Store pickup", True),
    ]
    assert found[0].address.city == "Chula Vista"


def test_a_store_without_an_origin_is_where_the_company_is() -> None:
    profile = sample("profile")
    del profile["shipping"]
    (only,) = mapping.locations(profile, [])
    assert (only.name, only.address.city) == ("Demo Store Inc.", "San Diego")
