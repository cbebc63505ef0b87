"""What must always be true of orders and holds (I5, I6 and I11 of reliability.md, and our own columns)."""

from portal.kit.invariants import invariant

NONE_STAYS_NEW = invariant(
    "orders.none_stays_new",
    "No order stays new: a rule or an exception ends it within ten minutes",
    """
    SELECT o.ext_order_id FROM orders_order o
    WHERE o.status = 'new' AND o.created_at < clock_timestamp() - interval '10 minutes'
      AND NOT EXISTS (SELECT 1 FROM orders_orderexception x
                      WHERE x.entity_type = 'order' AND x.entity_id = o.id AND x.state = 'active')
    """,
)

NOT_EARLY = invariant(
    "holds.not_early",
    "No hold is released before its time",
    "SELECT 'hold ' || public_id FROM orders_hold WHERE outcome IN ('due', 'fail_safe') AND ended_at < due_at",
)

FAIL_SAFE = invariant(
    "holds.fail_safe",
    "A conditional hold has a fail-safe time within two years, and a status that it leads to then",
    """
    SELECT 'hold ' || public_id FROM orders_hold
    WHERE kind = 'conditional' AND (due_at IS NULL OR due_at > placed_at + interval '2 years'
        OR next_status NOT IN ('readyForFulfillment', 'reviewRequired', 'toBeValidated', 'draft'))
    """,
)

ENDED_AS_ITS_KIND = invariant(
    "holds.ended_as_its_kind",
    "Only a conditional hold ends by its condition or its fail-safe, and never simply by its time",
    """
    SELECT 'hold ' || public_id FROM orders_hold
    WHERE (outcome IN ('condition', 'fail_safe') AND kind <> 'conditional')
       OR (outcome = 'due' AND kind <> 'timed')
    """,
)

NOT_FOR_EVER = invariant(
    "holds.not_for_ever",
    "No hold is kept two minutes beyond its time without an exception",
    """
    SELECT 'hold ' || public_id FROM orders_hold
    WHERE ended_at IS NULL AND retry_at IS NULL AND due_at < clock_timestamp() - interval '2 minutes'
    """,
)

EXCEPTIONS_SHOWN = invariant(
    "orders.exceptions_shown",
    "An order shows exactly the types of its active exceptions",
    """
    SELECT o.ext_order_id FROM orders_order o
    LEFT JOIN (SELECT entity_id, array_agg(DISTINCT type::text ORDER BY type::text) AS types
               FROM orders_orderexception WHERE entity_type = 'order' AND state = 'active' GROUP BY entity_id) x
           ON x.entity_id = o.id
    WHERE (o.exceptions IS NOT NULL OR x.types IS NOT NULL) AND o.exceptions::text[] IS DISTINCT FROM x.types
    """,
)

HELD_MEANS_ON_HOLD = invariant(
    "holds.held_means_on_hold",
    "An order is on hold exactly while a hold of it is open, and shows when the last one ends",
    """
    SELECT o.ext_order_id FROM orders_order o
    LEFT JOIN (SELECT order_id, max(due_at) AS last FROM orders_hold WHERE ended_at IS NULL GROUP BY order_id) h
           ON h.order_id = o.id
    WHERE (o.status = 'onHold' OR h.last IS NOT NULL)
      AND (o.status <> 'onHold' OR o.hold_until IS DISTINCT FROM h.last)
    """,
)

MOVES_ARE_TOLD = invariant(
    "orders.moves_are_told",
    "Each change of status stands in the history, and each begins where the one before it ended",
    """
    SELECT 'order ' || entity_id || ' version ' || version FROM (
        SELECT h.entity_id, h.version, change->>'old' AS old,
               lag(change->>'value') OVER (PARTITION BY h.entity_id ORDER BY h.version, h.id) AS before
        FROM portal_history h, jsonb_array_elements(h.changes) AS change
        WHERE h.entity_type = 'order' AND change->>'path' = '/status') AS moves
    WHERE old IS DISTINCT FROM before
    """,
)

STATUS_IS_THE_LAST_MOVE = invariant(
    "orders.status_is_the_last_move",
    "An order's status is the one its history ended with",
    """
    SELECT o.ext_order_id FROM orders_order o
    JOIN LATERAL (
        SELECT change->>'value' AS status FROM portal_history h, jsonb_array_elements(h.changes) AS change
        WHERE h.entity_type = 'order' AND h.entity_id = o.id AND change->>'path' = '/status'
        ORDER BY h.version DESC, h.id DESC LIMIT 1) AS last ON last.status <> o.status
    """,
)

LINES_ARE_THERE = invariant(
    "orders.lines_are_there",
    "An order has a row for each of its lines",
    """
    SELECT o.ext_order_id FROM orders_order o
    WHERE o.line_count <> (SELECT count(*) FROM orders_orderline l WHERE l.order_id = o.id)
    """,
)
