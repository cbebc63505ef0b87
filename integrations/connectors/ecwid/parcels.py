"""What of an order in the store changes when something of it was shipped. Pure.

An order there has one fulfillment status, one tracking number and one tracking address, and no lines of parcels: the
numbers of several parcels stand in one text, and the order is shipped when the last of them is under way.
"""

from integrations.capabilities import OutgoingParcel
from integrations.connectors.ecwid.mapping import status_word
from portal.kit.json import Json

_JOINED = ", "
_SHIPPED = {"PICKUP": "READY_FOR_PICKUP", "DELIVERY": "OUT_FOR_DELIVERY"}
"""What shipped means for an order that is fetched or brought round; for every other it is SHIPPED."""
_RANK = {"": 0, "AWAITING_PROCESSING": 0, "PROCESSING": 1, "SHIPPED": 3, "READY_FOR_PICKUP": 3, "OUT_FOR_DELIVERY": 3}
_OWN_RANK, _END = 2, 4
"""Of statuses that the store has made up itself, and of those after which nothing is shipped any more."""


def changes(order: Json, parcel: OutgoingParcel) -> Json:
    """Return the fields of an order that have to be written so that it shows a parcel; empty when it does."""
    wanted = _tracking(order, parcel) | _status(order, parcel)
    return {name: value for name, value in wanted.items() if order.get(name) != value}


def announced(written: Json) -> Json:
    """Return what the fields that are about to be written are in our documents, by path."""
    status = written.get("fulfillmentStatus")
    return {"/fulfillmentStatus": status_word(status)} if status else {}


def answer(order: Json, written: Json) -> Json:
    """Return what the order shows of its parcels."""
    names = ("id", "fulfillmentStatus", "trackingNumber", "trackingUrl")
    return {name: value for name in names if (value := (order | written).get(name))}


def _tracking(order: Json, parcel: OutgoingParcel) -> Json:
    """Numbers that the shop has entered itself stay in front; each of ours stands there once."""
    present = [one for part in _text(order, "trackingNumber").split(",") if (one := part.strip())]
    numbers = list(dict.fromkeys([*present, *_all("trackingNumber", parcel.tracking_numbers, parcel)]))
    urls = _all("trackingUrl", parcel.tracking_urls, parcel)
    told: Json = {}
    if numbers != present:
        told["trackingNumber"] = _JOINED.join(numbers)
    if urls and not _text(order, "trackingUrl"):
        told["trackingUrl"] = urls[0]
    return told


def _all(name: str, own: tuple[str, ...], parcel: OutgoingParcel) -> list[str]:
    """Return what all parcels of the order have of a field, the first parcel's first."""
    earlier = [value for one in parcel.others for value in one.get(name) or ()]
    return [*earlier, *own, *(value for one in parcel.later for value in one.get(name) or ())]


def _status(order: Json, parcel: OutgoingParcel) -> Json:
    """An order goes forward only: what was delivered, returned or given up there stays so."""
    option = order.get("shippingOption")
    kind = str((option if isinstance(option, dict) else {}).get("fulfillmentType") or "").upper()
    wanted = _SHIPPED.get(kind, "SHIPPED") if parcel.complete else "PROCESSING"
    forward = _rank(_text(order, "fulfillmentStatus")) < _RANK[wanted]
    canceled = _text(order, "paymentStatus").upper() == "CANCELLED"
    return {"fulfillmentStatus": wanted} if forward and not canceled else {}


def _rank(status: str) -> int:
    known = status.upper()
    return _RANK.get(known, _OWN_RANK if known.startswith("CUSTOM_") else _END)


def _text(order: Json, name: str) -> str:
    value = order.get(name)
    return value if isinstance(value, str) else ""
