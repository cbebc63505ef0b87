"""What must always be true of events."""

from portal.kit.invariants import invariant

NOT_FORGOTTEN = invariant(
    "events.not_forgotten",
    "An event is dealt with, put off with a time or set aside within ten minutes",
    """
    SELECT 'event ' || h.event_id || ' for ' || h.consumer FROM portal_handoff h
    JOIN portal_event e ON e.id = h.event_id
    WHERE h.state <> 'parked' AND greatest(e.created_at, h.next_at) < clock_timestamp() - interval '10 minutes'
      AND (h.attempts = 0 OR h.lease_until < clock_timestamp() - interval '10 minutes')
    """,
)
