"""What must always be true of requests that were handed to warehouses (I7 of reliability.md)."""

from portal.kit.invariants import invariant

ONE_DELIVERY = invariant(
    "warehouses.one_delivery_each",
    "A shipping request has one delivery to its warehouse at most, and none belongs to nobody's request",
    """
    SELECT d.key FROM portal_delivery d
    LEFT JOIN orders_shippingrequest r ON r.public_id = substr(d.key, 4) AND r.organization_id = d.organization_id
    WHERE d.kind = 'shipping_request'
    GROUP BY d.organization_id, d.key HAVING count(*) > 1 OR count(r.id) = 0
    """,
)

TAKEN_IS_KNOWN = invariant(
    "warehouses.taken_is_known",
    "What a warehouse has taken has the reference that it gave, and counts as sent",
    """
    SELECT r.ext_shipment_id FROM portal_delivery d
    JOIN orders_shippingrequest r ON r.public_id = substr(d.key, 4) AND r.organization_id = d.organization_id
    WHERE d.kind = 'shipping_request' AND d.state = 'done' AND d.answer ? 'id'
      AND (r.ext_reference_id = '' OR r.sent_at IS NULL)
    """,
)
