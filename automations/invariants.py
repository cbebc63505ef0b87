"""What must always be true of runs (I4 of reliability.md)."""

from portal.kit.invariants import invariant

HOLDS_OF_RUNS = invariant(
    "runs.holds_are_placed",
    "A completed run that holds an order has placed exactly that hold",
    """
    SELECT 'run ' || r.public_id FROM automations_run r
    WHERE r.status = 'completed' AND r.origin = 'live'
      AND (SELECT count(*) FROM jsonb_array_elements(r.trace->'actions') a
           WHERE a->>'key' = 'hold' AND a->>'outcome' = 'done')
          <> (SELECT count(*) FROM orders_hold h WHERE h.run_id = r.id)
    """,
)
