"""What must always be true of fulfillments (I8 of reliability.md)."""

from portal.kit.invariants import invariant

NEVER_TOO_MUCH = invariant(
    "fulfillments.never_too_much",
    "No line of a shipping request is fulfilled beyond what was asked for",
    """
    SELECT r.ext_shipment_id FROM orders_shippingrequestline l
    JOIN orders_shippingrequest r ON r.id = l.request_id
    WHERE l.fulfilled > l.quantity OR l.fulfilled < 0
    """,
)

ADD_UP = invariant(
    "fulfillments.add_up",
    "What a shipping request has fulfilled is the sum of its fulfillments",
    """
    SELECT r.ext_shipment_id FROM orders_shippingrequest r
    JOIN (SELECT request_id, sum(fulfilled) AS units FROM orders_shippingrequestline GROUP BY 1) l
      ON l.request_id = r.id
    LEFT JOIN (SELECT f.request_id, sum((item->>'quantity')::numeric) AS units
               FROM orders_fulfillment f, jsonb_array_elements(f.content->'lineItems') AS item
               WHERE f.kind = 'shipped' GROUP BY 1) s ON s.request_id = r.id
    WHERE l.units <> coalesce(s.units, 0)
    """,
)
