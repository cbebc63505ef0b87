"""Signed messages from custom systems: unlike those of others they carry the data, by the doors of the API."""

from typing import Any

from integrations.custom import doors
from integrations.custom.doors import Fault
from integrations.lifecycle import running
from portal.kit.json import Json

TOPICS: dict[str, tuple[str, Json]] = {
    "order.upserted": ("orders", {}),
    "order.cancelled": ("order_cancels", {}),
    "product.upserted": ("products", {}),
    "inventory.changed": ("inventory", {}),
    "fulfillment.created": ("fulfillments", {}),
    "fulfillment.updated": ("fulfillments", {}),
    "location.upserted": ("locations", {}),
    "order.accepted": ("order_answers", {"status": "accepted"}),
    "order.rejected": ("order_answers", {"status": "rejected"}),
    "shipping_request.accepted": ("shipping_request_answers", {"status": "accepted"}),
    "shipping_request.rejected": ("shipping_request_answers", {"status": "rejected"}),
    "shipping_request.cancelled": ("shipping_request_answers", {"status": "cancelled"}),
    "shipping_request.cancel_refused": ("shipping_request_answers", {"status": "cancel_refused"}),
}
"""Kind of each topic, and what it says beside the body."""


def topic_of(body: Json) -> str:
    """Return what a message is about where its address does not say it: its `type`."""
    told = body.get("type")
    return told if isinstance(told, str) else ""


def take(integration: Any, topic: str, body: Json) -> tuple[int, Json]:
    """Take in what a message carries: the body itself, or its `data`. Returns status and body of the answer."""
    kind, own = TOPICS.get(topic, ("", {}))
    door = doors.door_of(integration, kind)
    if door is None:
        known = ", ".join(name for name, (one, _) in TOPICS.items() if doors.door_of(integration, one))
        return 422, _errors(Fault("/type", "unknown", f"There is no such topic here. Topics are: {known}."))
    if not integration.enabled or (kind not in doors.ANSWERS and door.flow not in running(integration)):
        return 503, {"message": "The integration or this flow is switched off. Send it again when it is on."}
    data = body.get("data") if "type" in body and "data" in body else body
    (row,) = doors.take(integration, door, [{**data, **own} if isinstance(data, dict) else data])
    return (422, _errors(*row.faults)) if row.refused else (202, row.told())


def _errors(*faults: Fault) -> Json:
    return {"errors": [one.told() for one in faults]}
