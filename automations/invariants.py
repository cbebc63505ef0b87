"""What must always be true of runs (I4 of reliability.md)."""

from portal.kit.invariants import invariant

HOLDS_OF_RUNS = invariant(
    "runs.holds_are_placed",
    "A completed run that holds an order has placed exactly that hold",
    """
    SELECT 'run ' || r.public_id FROM automations_run r
    WHERE r.status IN ('completed', 'waiting') AND r.origin = 'live'
      AND (SELECT count(*) FROM jsonb_array_elements(r.trace->'actions') a
           WHERE a->>'key' IN ('hold', 'conditional_hold') AND a->>'outcome' = 'done')
          <> (SELECT count(*) FROM orders_hold h WHERE h.run_id = r.id)
    """,
)

WAITING_RUNS = invariant(
    "runs.wait_with_their_hold",
    "A run waits for as long as the conditional hold that it has placed, give or take two minutes",
    """
    SELECT 'hold ' || h.public_id FROM orders_hold h
    LEFT JOIN automations_run r ON r.id = h.run_id
    WHERE h.kind = 'conditional' AND CASE WHEN h.ended_at IS NULL THEN r.status IS DISTINCT FROM 'waiting'
        ELSE r.status = 'waiting' AND h.ended_at < clock_timestamp() - interval '2 minutes' END
    """,
)

WAITING_IS_LOOKED_AT = invariant(
    "holds.conditions_looked_at",
    "No order waits for a condition for an hour without a look",
    """
    SELECT 'hold ' || public_id FROM orders_hold
    WHERE kind = 'conditional' AND ended_at IS NULL AND retry_at IS NULL
      AND coalesce(checked_at, placed_at) < clock_timestamp() - interval '1 hour'
    """,
)
