"""The order's canonical document: what the API answers, *View JSON* shows, code sees as `entity`.

It is the content (as the channel, people and rules left it) and the state (columns of the order).
"""

from orders.documents.instants import instant
from orders.models import Order
from portal.kit.json import Json


def document(order: Order, *, source_public_id: str, organization_public_id: str) -> Json:
    """Return the document of `order` as it stands now."""
    state: Json = {
        "orderId": order.public_id,
        "orgKey": organization_public_id,
        "integration": source_public_id,
        "status": order.status,
        "routingStatus": order.routing_status,
        "createdAt": instant(order.created_at),
        "updatedAt": instant(order.updated_at),
    }
    if order.hold_until:
        state["holdUntil"] = instant(order.hold_until)
    if order.exceptions:
        state["exceptions"] = list(order.exceptions)
    told: Json = state | order.content
    return told


def plain_document(order: Order) -> Json:
    """Return the document of an order whose source and organization are at hand, or one query away."""
    return document(order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id)


def full_document(order: Order) -> Json:
    """Return the document with the channel's own one under `sourceDoc` (for *View JSON*)."""
    own = plain_document(order)
    return own | ({"sourceDoc": order.source_doc} if order.source_doc else {})
