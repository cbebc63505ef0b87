"""What must always be true of shipping requests (I11 of reliability.md)."""

from portal.kit.invariants import invariant

MOVES_ARE_TOLD = invariant(
    "requests.status_is_the_last_move",
    "A shipping request's status is the one its history ended with, if that tells of a move",
    """
    SELECT r.ext_shipment_id FROM orders_shippingrequest r
    JOIN LATERAL (
        SELECT change->>'value' AS status FROM portal_history h, jsonb_array_elements(h.changes) AS change
        WHERE h.entity_type = 'shippingRequest' AND h.entity_id = r.id AND change->>'path' = '/status'
        ORDER BY h.version DESC, h.id DESC LIMIT 1) AS last ON last.status <> r.status
    """,
)

NOTHING_OPEN = invariant(
    "requests.sent_orders_have_nothing_open",
    "No order is sent to fulfillment while a shipping request of it still has to be sent",
    """
    SELECT o.ext_order_id FROM orders_order o
    JOIN orders_shippingrequest r ON r.order_id = o.id AND r.deleted_at IS NULL
    WHERE o.status = 'sentToFulfillment' AND r.status IN
        ('new', 'pendingInventory', 'pendingShippingLabel', 'reviewRequired', 'readyForFulfillment', 'onHold')
    """,
)
