"""The ways an order leaves the demo shop, and what of them stands in the order."""

from decimal import Decimal
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes.numbers import number, stamp
from integrations.connectors.ecwid.sandbox.shapes.people import Customer
from integrations.connectors.ecwid.sandbox.shapes.store import Store

Json = dict[str, Any]

WORLD = {"id": "WORLD", "name": "WORLD"}
TOWN = {
    "id": "2686-1580712192121",
    "name": "Portland",
    "countryCodes": ["US"],
    "stateOrProvinceCodes": ["US-OR"],
    "postCodes": ["972*"],
}
DAY = '[["09:00","18:00"]]'
HOURS = "{" + ",".join(f'"{day}":{DAY}' for day in ("MON", "TUE", "WED", "THU", "FRI")) + "}"
STANDARD, COURIER, PICKUP = "6589-1709547151586", "7001-1640004025899", "4959-1595934622523"
KINDS = {"shipping": "SHIPPING", "delivery": "DELIVERY", "pickup": "PICKUP"}
DAY_SECONDS = 86_400
SLOT_SECONDS = 3_600


def shipping_options(store: Store) -> list[Json]:
    """The three ways an order leaves the demo shop: parcel, courier, counter."""
    parcel = {
        "ratesCalculationType": "flat",
        "minimumOrderSubtotal": 0,
        "carrier": "",
        "businessHoursLimitationType": "ALLOW_ORDERS_AND_DONT_INFORM_CUSTOMERS",
    }
    courier = {
        "destinationZone": dict(TOWN),
        "scheduled": True,
        "scheduledTimePrecisionType": "DATE_AND_TIME_SLOT",
        "timeSlotLengthInMinutes": 60,
        "allowSameDayDelivery": True,
        "cutoffTimeForSameDayDelivery": "12:00",
    }
    return [
        _option(STANDARD, "Standard shipping", 10, "shipping", "6.5", parcel),
        _option(COURIER, "City courier", 20, "delivery", "5", courier),
        _option(PICKUP, "Counter pickup", 30, "pickup", "0", _counter(store)),
    ]


def delivery(option: Json, customer: Customer, rate: Decimal, at: float) -> Json:
    """The order's fields about where it goes and how; ``at`` is when it was placed, in UNIX seconds."""
    chosen: Json = {
        "shippingMethodId": option["id"],
        "shippingMethodName": option["title"],
        "shippingRate": number(rate),
        "shippingRateWithoutTax": number(rate),
        "isPickup": option["fulfilmentType"] == "pickup",
        "fulfillmentType": KINDS[option["fulfilmentType"]],
        "isShippingLimit": False,
    }
    more = {"pickup": _picked_up, "delivery": _brought, "shipping": _sent}[option["fulfilmentType"]]
    return more(option, customer, chosen, at)


def _sent(option: Json, customer: Customer, chosen: Json, at: float) -> Json:
    return {"shippingPerson": customer.person(), "shippingOption": chosen | {"estimatedTransitTime": "3-5"}}


def _brought(option: Json, customer: Customer, chosen: Json, at: float) -> Json:
    """Delivery in a slot of tomorrow."""
    chosen |= {name: option[name] for name in ("scheduled", "scheduledTimePrecisionType", "timeSlotLengthInMinutes")}
    slot = {
        "ecwid_order_delivery_time_interval_start": stamp(at + DAY_SECONDS),
        "ecwid_order_delivery_time_interval_end": stamp(at + DAY_SECONDS + SLOT_SECONDS),
        "ecwid_order_delivery_time_display_format": "DATETIME",
    }
    return {"shippingPerson": customer.person(), "shippingOption": chosen, "extraFields": slot}


def _picked_up(option: Json, customer: Customer, chosen: Json, at: float) -> Json:
    """Waiting at the counter tomorrow: a person without an address."""
    chosen |= {
        "pickupInstruction": option["pickupInstruction"],
        "pickupPrecisionType": "DATE_AND_TIME",
        "locationId": option["locationId"],
    }
    person, when = customer.person(), stamp(at + DAY_SECONDS)
    field = {
        "id": "pickup_time",
        "value": when,
        "customerInputType": "DATETIME",
        "title": "Pickup date and time",
        "orderDetailsDisplaySection": "shipping_info",
        "orderBy": "0",
    }
    return {
        "shippingPerson": {name: person[name] for name in ("name", "firstName", "lastName", "phone")},
        "shippingOption": chosen,
        "orderExtraFields": [field],
        "pickupTime": when,
    }


def _counter(store: Store) -> Json:
    note = "<p>Ring the bell at the side door.</p>"
    return {
        "locationId": store.outlet,
        "businessHours": HOURS,
        "pickupBusinessHours": HOURS,
        "scheduled": True,
        "fulfillmentTimeInMinutes": 120,
        "pickupInstruction": note,
        "pickupInstructionTranslated": {"en": note},
        "scheduledPickup": True,
        "pickupPreparationTimeHours": 2,
    }


def _option(key: str, title: str, order: int, kind: str, rate: str, more: Json) -> Json:
    return {
        "id": key,
        "title": title,
        "titleTranslated": {"en": title},
        "enabled": True,
        "orderby": order,
        "fulfilmentType": kind,
        "destinationZone": dict(WORLD),
        **more,
        "flatRate": {"rateType": "ABSOLUTE", "rate": number(Decimal(rate))},
    }
