"""Broken orders, as text: what a store may send that no order should look like."""

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

MEGABYTE = 1024 * 1024


def _without_id(order: Json) -> Json:
    return {
        key: value
        for key, value in order.items()
        if key not in ("id", "internalId", "orderNumber", "vendorOrderNumber", "publicUid")
    }


def _wrong_types(order: Json) -> Json:
    return order | {
        "total": "a lot",
        "items": "none",
        "createTimestamp": {"at": "noon"},
        "shippingPerson": ["Ana"],
        "email": 7,
    }


def _negative(order: Json) -> Json:
    items = [item | {"quantity": -3} for item in order["items"]]
    return order | {"items": items}


def _many_lines(order: Json) -> Json:
    first = order["items"][0]
    lines = [first | {"id": first["id"] * 10_000 + n, "sku": f"LINE-{n:04}", "quantity": 1} for n in range(2_000)]
    return order | {"items": lines, "subtotal": first["price"] * 2_000}


def _no_lines(order: Json) -> Json:
    return {key: value for key, value in order.items() if key != "items"}


def _unknown_status(order: Json) -> Json:
    return order | {"paymentStatus": "PAID_IN_SHELLS", "fulfillmentStatus": "TELEPORTED"}


def _bad_dates(order: Json) -> Json:
    return order | {"createDate": "soon", "updateDate": "", "createTimestamp": 10**18, "updateTimestamp": -1}


def _huge_numbers(order: Json) -> Json:
    return order | {"total": 10**400, "internalId": 2**70}


def _as_json(change: Callable[[Json], Json]) -> Callable[[Json], str]:
    return lambda order: json.dumps(change(order), ensure_ascii=False, separators=(",", ":"))


def _nan(order: Json) -> str:
    return json.dumps(order | {"total": float("nan"), "subtotal": float("inf")}, separators=(",", ":"))


def _surrogates(order: Json) -> str:
    person = order["billingPerson"] | {"name": "Ana \ud83d Ruiz", "city": "\udc00"}
    return json.dumps(order | {"billingPerson": person, "shippingPerson": person}, separators=(",", ":"))


def _null_characters(order: Json) -> str:
    person = order["billingPerson"] | {"name": "Ana\x00Ruiz"}
    return json.dumps(order | {"billingPerson": person, "orderComments": "before\x00after"}, separators=(",", ":"))


def _huge(order: Json) -> str:
    return json.dumps(order | {"orderComments": "long " * (2 * MEGABYTE)}, separators=(",", ":"))


# What may be put into a store: the words for people and the text it makes of a sane order.
SPOILERS: dict[str, tuple[str, Callable[[Json], str]]] = {
    "missing_id": ("without any number of its own", _as_json(_without_id)),
    "wrong_types": ("words where numbers belong", _as_json(_wrong_types)),
    "negative_quantity": ("minus three pieces", _as_json(_negative)),
    "many_lines": ("2,000 lines", _as_json(_many_lines)),
    "no_lines": ("without lines", _as_json(_no_lines)),
    "unknown_status": ("a status nobody knows", _as_json(_unknown_status)),
    "bad_dates": ("impossible dates", _as_json(_bad_dates)),
    "huge_numbers": ("numbers of 400 digits", _as_json(_huge_numbers)),
    "nan": ("NaN and Infinity as amounts", _nan),
    "lone_surrogates": ("half characters in the name", _surrogates),
    "null_characters": ("zero characters in the text", _null_characters),
    "huge_body": ("10 MB of comments", _huge),
    "not_an_object": ("a bare number", lambda order: "42"),
    "null": ("nothing at all", lambda order: "null"),
}
