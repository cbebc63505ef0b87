"""What an order may be changed to: read-only fields are passed over, statuses are checked, lines must be whole."""

from typing import Any

from integrations.connectors.ecwid.sandbox.api.answers import Refusal
from integrations.connectors.ecwid.sandbox.api.dates import NotAMoment, seconds
from integrations.connectors.ecwid.sandbox.shapes.numbers import stamp
from integrations.connectors.ecwid.sandbox.shapes.people import COUNTRIES, STATES
from integrations.connectors.ecwid.sandbox.shapes.profile import (
    CUSTOM_FULFILLMENT,
    CUSTOM_PAYMENT,
    FULFILLMENT_STATUSES,
    PAYMENT_STATUSES,
)

Json = dict[str, Any]

READ_ONLY = frozenset(
    [
        "id",
        "internalId",
        "orderNumber",
        "vendorOrderNumber",
        "publicUid",
        "createTimestamp",
        "updateTimestamp",
        "updateDate",
        "usdTotal",
        "totalWithoutTax",
        "subtotalWithoutTax",
        "refundedAmount",
        "refunds",
        "shipments",
        "invoices",
        "predictedPackage",
        "shippingLabelAvailableForShipment",
        "customerGroupId",
        "ticket",
        "paymentSubtype",
    ]
)
OPTION_READ_ONLY = frozenset(
    ["shippingRateWithoutTax", "discountedShippingRate", "scheduled", "scheduledTimePrecisionType"]
)
STATUSES = {
    "paymentStatus": PAYMENT_STATUSES + CUSTOM_PAYMENT,
    "fulfillmentStatus": FULFILLMENT_STATUSES + CUSTOM_FULFILLMENT,
}
OLD_STATUSES = {"QUEUED": "AWAITING_PAYMENT", "ACCEPTED": "PAID", "DECLINED": "CANCELLED", "NEW": "AWAITING_PROCESSING"}
REQUIRED = ("subtotal", "total", "email", "paymentStatus", "fulfillmentStatus")


def checked_changes(body: Json, before: Json) -> Json:
    """Return the fields to write over ``before``. Raises Refusal."""
    changes = {
        key: value for key, value in body.items() if key not in READ_ONLY and (value is not None or key not in STATUSES)
    }
    _check_statuses(changes)
    changes |= _placed(changes)
    changes |= _external(changes, before)
    if "items" in changes:
        changes["items"] = _numbered(_checked_items(changes["items"]), before)
    for key in ("shippingPerson", "billingPerson"):
        if isinstance(changes.get(key), dict):
            changes[key] = _person(changes[key], before.get(key) or {})
    if isinstance(changes.get("shippingOption"), dict):
        wanted = {key: value for key, value in changes["shippingOption"].items() if key not in OPTION_READ_ONLY}
        changes["shippingOption"] = (before.get("shippingOption") or {}) | wanted
    return changes


def checked_order(body: Json) -> Json:
    """Return a new order that has what an order needs. Raises Refusal."""
    for name in REQUIRED:
        if body.get(name) is None:
            raise Refusal(400, f"Field Order.{name} is absent")
    _check_statuses(body)
    items = _checked_items(body.get("items", []))
    times = _placed(body)
    persons = {
        key: _person(body[key], {}) for key in ("shippingPerson", "billingPerson") if isinstance(body.get(key), dict)
    }
    own = ("id", "internalId", "createTimestamp", "updateTimestamp")
    return {key: value for key, value in body.items() if key not in own} | times | persons | {"items": items}


def _check_statuses(body: Json) -> None:
    for name, known in STATUSES.items():
        status = body.get(name)
        if status is None or status in known:
            continue
        if status in OLD_STATUSES:
            raise Refusal(400, f"Status {status} is deprecated, use {OLD_STATUSES[status]} instead")
        raise Refusal(400, f"Wrong parameter '{name}' value: expected one of {', '.join(known)}", "WRONG_PARAMETER")


def _placed(body: Json) -> Json:
    """An order may be dated back; both fields of the moment follow."""
    if body.get("createDate") is None:
        return {}
    try:
        at = seconds(str(body["createDate"]))
    except NotAMoment:
        raise Refusal(400, "Wrong parameter 'createDate' value: expected a date", "WRONG_PARAMETER") from None
    return {"createDate": stamp(at), "createTimestamp": at}


def _external(changes: Json, before: Json) -> Json:
    """The block that repeats who fulfills the order, when that is what changes."""
    if "externalFulfillment" not in changes and "externalOrderId" not in changes:
        return {}
    external = changes.get("externalFulfillment", before.get("externalFulfillment"))
    number = changes.get("externalOrderId", before.get("externalOrderId", ""))
    if changes.get("externalOrderId") and not external:
        raise Refusal(400, "Field externalOrderId requires externalFulfillment", "WRONG_PARAMETER")
    block = {"externalFulfillment": external, "externalOrderId": number, "refererId": "", "refererChannel": ""}
    return {"externalOrderData": block | {"platformSpecificFields": {}}}


def _checked_items(items: Any) -> list[Json]:
    if not isinstance(items, list):
        raise Refusal(400, "Field Order.items is not a list")
    for item in items:
        for name in ("name", "price", "quantity"):
            if not isinstance(item, dict) or item.get(name) is None:
                raise Refusal(400, f"Field OrderItem.{name} is absent")
    return items


def _numbered(items: list[Json], before: Json) -> list[Json]:
    """Lines without an id get the numbers after those the order has."""
    last = max((item["id"] for item in before["items"] if isinstance(item.get("id"), int)), default=0)
    known = {item.get("id"): item for item in before["items"]}
    return [known.get(item.get("id"), {}) | {"id": last + n, **item} for n, item in enumerate(items, 1)]


def _person(wanted: Json, before: Json) -> Json:
    person = before | wanted
    first, _, last = str(person.get("name", "")).partition(" ")
    country, state = str(person.get("countryCode", "")), str(person.get("stateOrProvinceCode", ""))
    split = {"firstName": first, "lastName": last, "countryName": COUNTRIES.get(country, country)}
    return person | split | {"stateOrProvinceName": STATES.get((country, state), state)}
