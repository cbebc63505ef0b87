"""What may be written into an order's document: types, sizes, the merge of what code returns."""

import zoneinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.documents import writable
from orders.documents.catalogue import ORDER
from orders.documents.values import NotWritable
from portal.entities import patch
from portal.kit import json
from portal.kit.json import Json

DOCUMENT: Json = {
    "orderId": "0a1b2c3d4e5f6071",
    "status": "new",
    "tags": ["vip"],
    "customer": {"firstName": "Ana"},
    "shippingAddress": {"city": "Reno", "country": "US"},
    "customFields": [{"name": "Gift", "value": "no"}],
    "shippingNote": "Ring twice",
}
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def changed(after: Json) -> list[dict[str, Any]]:
    return writable.changes(DOCUMENT, after)


def refused(wanted: dict[str, Any]) -> list[str]:
    with pytest.raises(NotWritable) as told:
        writable.merge(DOCUMENT, wanted)
    return [fault.message for fault in told.value.faults]


def why_not(path: str, value: Any, **options: Any) -> str:
    with pytest.raises(NotWritable) as told:
        writable.set_value(DOCUMENT, path, value, **options)
    (fault,) = told.value.faults
    assert fault.path == path
    return fault.message


def test_everything_that_can_be_written_is_known_to_the_record() -> None:
    paths = [one.path for one in writable.writable_fields()]
    assert paths[:4] == ["status", "customerPONumber", "email", "customer.firstName"]
    texts = [one.path for one in writable.writable_fields() if one.type in ("text", "country") and not one.is_template]
    for path in texts:
        assert writable.merge({"customer": {}}, {path: "x"}) != {"customer": {}}, path


def test_a_text_is_set_where_it_stands() -> None:
    assert changed(writable.set_value(DOCUMENT, "shippingAddress.city", "Lyon")) == [
        {"op": "replace", "path": "/shippingAddress/city", "value": "Lyon", "old": "Reno"}
    ]
    assert changed(writable.set_value(DOCUMENT, "billingAddress.city", "Lyon")) == [
        {"op": "add", "path": "/billingAddress", "value": {"city": "Lyon"}}
    ]
    assert DOCUMENT["shippingAddress"]["city"] == "Reno"


def test_setting_what_it_is_already_changes_nothing() -> None:
    assert changed(writable.set_value(DOCUMENT, "shippingNote", "Ring twice")) == []
    assert changed(writable.add_items(DOCUMENT, "tags", ["VIP"])) == []
    assert changed(writable.remove_items(DOCUMENT, "tags", ["rush"])) == []
    assert changed(writable.reset(DOCUMENT, "giftNote")) == []


def test_a_custom_field_is_set_by_its_name_however_it_is_spelt() -> None:
    gift = writable.set_value(DOCUMENT, 'customFields["GIFT"]', "yes")
    assert gift["customFields"] == [{"name": "Gift", "value": "yes"}]
    more = writable.set_value(DOCUMENT, 'customFields["Wrap/paper"]', "red")
    assert more["customFields"] == [{"name": "Gift", "value": "no"}, {"name": "Wrap/paper", "value": "red"}]
    assert writable.reset(DOCUMENT, 'customFields["gift"]')["customFields"] == []
    assert why_not("customFields", "x") == 'Say which custom field by its name, such as customFields["Gift wrap"].'


def test_a_date_is_written_in_utc_and_needs_its_timezone() -> None:
    told = writable.set_value(DOCUMENT, "shipByDate", "2026-12-24T10:00:00+01:00")
    assert told["shipByDate"] == "2026-12-24T09:00:00.000Z"
    assert (
        writable.set_value(DOCUMENT, "shipByDate", "2026-07-01", zone=BERLIN)["shipByDate"]
        == "2026-06-30T22:00:00.000Z"
    )
    cure = "Ship by must be a date and time with its timezone, such as 2026-12-24T10:00:00Z, not "
    assert why_not("shipByDate", "2026-12-24") == cure + "“2026-12-24”."
    assert why_not("shipByDate", 1766570400) == cure + "1766570400."
    assert why_not("shipByDate", "tomorrow", zone=BERLIN) == cure + "“tomorrow”."
    assert why_not("shipByDate", "9999-01-01T00:00:00Z") == "Ship by must lie between the years 1970 and 9000."
    assert why_not("shipByDate", "0001-01-01T00:00:00+14:00") == "Ship by must lie between the years 1970 and 9000."


def test_items_are_added_and_removed_whatever_their_case() -> None:
    assert writable.add_items(DOCUMENT, "tags", ["VIP", "rush", "Rush"])["tags"] == ["vip", "rush"]
    assert writable.remove_items(DOCUMENT, "tags", ["VIP"])["tags"] == []
    with pytest.raises(NotWritable, match="Shipping note is not a list: set its value instead"):
        writable.add_items(DOCUMENT, "shippingNote", ["x"])


def test_values_keep_the_limits_of_the_record() -> None:
    assert why_not("tags", ["t"] * 10_000) == "Tags can have 250 entries at most; this would make 10,000."
    assert why_not("shippingNote", "x" * 10_001) == "Shipping note must be at most 10,000 characters long."
    assert why_not("shippingCarrier", "a\x00b") == "Shipping carrier must not contain the NUL character."
    with pytest.raises(NotWritable, match="250 entries at most; this would make 251"):
        writable.add_items(DOCUMENT, "tags", [str(number) for number in range(250)])


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("shippingNote", 5, "Shipping note must be text, not 5."),
        ("shippingNote", ["x"], "Shipping note must be text, not a list."),
        ("shippingNote", {"a": 1}, "Shipping note must be text, not an object."),
        ("shippingAddress.country", True, "Shipping country must be the code of a country, such as US, not true or "
         "false."),
        ("tags", "vip", "Tags must be a list of texts, not “vip”."),
        ("tags", ["vip", 3], "Tags must be a list of texts, not 3."),
        ("totalPrice", 3, "Total (totalPrice) cannot be changed by rules; it is as the channel says."),
        ("orderId", "x", "Order ID (orderId) cannot be changed by rules; Switchyard keeps it."),
        ("tagz", "x", "“tagz” is not a field of an order; did you mean “tags”?"),
        ("__proto__", "x", "“__proto__” is not a field of an order."),
        ("status", "sentToFulfillment", "Status cannot be set to “sentToFulfillment”. A rule can set: draft, "
         "toBeValidated, reviewRequired, readyForFulfillment, canceled, archived."),
        ("status", "onHold", "Status cannot be set to “onHold” here: use the action “Hold order”, which says until "
         "when."),
        ("status", ["draft"], "Status cannot be set to “['draft']”. A rule can set: draft, "
         "toBeValidated, reviewRequired, readyForFulfillment, canceled, archived."),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_in_a_sentence(path: str, value: Any, message: str) -> None:
    assert why_not(path, value) == message


def test_the_status_is_a_move_and_no_change_of_the_content() -> None:
    after = writable.merge(DOCUMENT, {"status": "reviewRequired", "giftNote": "Hello"})
    assert writable.new_status(DOCUMENT, after) == "reviewRequired"
    assert changed(after) == [{"op": "add", "path": "/giftNote", "value": "Hello"}]
    assert writable.new_status(DOCUMENT, DOCUMENT) is None


def test_objects_are_merged_deeply_lists_are_replaced_and_null_resets() -> None:
    after = writable.merge(
        DOCUMENT,
        {
            "shippingAddress": {"city": None, "zipCodeOrPostalCode": "69001"},
            "tags": ["a", "b"],
            "shippingNote": None,
            "customer": {"company": "Tins"},
            "customFields": [{"name": "Wrap", "value": "yes"}],
        },
    )
    assert after == {
        "orderId": "0a1b2c3d4e5f6071",
        "status": "new",
        "tags": ["a", "b"],
        "customer": {"firstName": "Ana", "company": "Tins"},
        "shippingAddress": {"country": "US", "zipCodeOrPostalCode": "69001"},
        "customFields": [{"name": "Wrap", "value": "yes"}],
    }


def test_an_address_that_is_reset_is_gone_and_a_customer_always_is_there() -> None:
    assert "shippingAddress" not in writable.merge(DOCUMENT, {"shippingAddress": None})
    assert writable.merge(DOCUMENT, {"customer": {"firstName": None}})["customer"] == {}
    assert "customFields" not in writable.merge(DOCUMENT, {"customFields": None})


def test_all_problems_are_told_at_once_and_nothing_is_done() -> None:
    assert refused(
        {
            "tags": "z",
            "shippingAddress": 3,
            "lineItems": [],
            "customer": {"extCustomerId": "x"},
            "customFields": [{"name": "x"}],
            "status": None,
            "giftNote": "would fit",
            "odd\x00": 1,
        }
    ) == [
        "Tags must be a list of texts, not “z”.",
        "“shippingAddress” must be an object or null, not 3.",
        "Line items cannot be changed by rules; to take some out use “Cancel or reject line items”.",
        "Customer ID in the channel (customer.extCustomerId) cannot be changed by rules; it is as the channel says.",
        "“customFields” must be a list of objects, each with a name and a value.",
        "The status cannot be reset: an order always has one.",
        "“odd�” is not a field of an order.",
    ]
    assert refused({"customFields": [{"name": "x", "value": 3}, {"name": "y" * 301, "value": "v"}]}) == [
        "customFields.0.value must be text, not 3.",
        "customFields.1.name must be at most 300 characters long.",
    ]


def test_where_a_field_stands_is_named_as_changes_name_it() -> None:
    assert writable.pointer("shippingAddress.city") == "/shippingAddress/city"
    assert writable.pointer('customFields["A/b"]') == "/customFields/a~1b"


def test_a_list_of_many_fields_can_be_written_by_none() -> None:
    assert [one.path for one in ORDER if one.writable and "[]" in one.path] == []


PATHS = [one.path for one in ORDER] + ["shippingAddress", "customer", "__proto__", "constructor", "x.y", "", "."]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["draft", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "value", "city"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=4))
def test_whatever_code_returns_is_written_whole_or_refused_by_name(wanted: dict[str, Any]) -> None:
    try:
        after = writable.merge(DOCUMENT, wanted)
    except NotWritable:
        return
    made = changed(after)
    assert patch.apply(DOCUMENT, made) | {"status": after["status"]} == after
    assert patch.revert(after, made) | {"status": "new"} == DOCUMENT
    assert json.loads(json.dumps(after)) == after
    assert writable.changes(after, writable.merge(after, wanted)) == []
