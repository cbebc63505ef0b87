"""Work that failed again and again and was set aside."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

_GONE = """
x.cause_key ~ '^[^:]+:[0-9]{1,18}$' AND NOT EXISTS (
    SELECT 1 FROM portal_handoff h
    WHERE h.consumer = split_part(x.cause_key, ':', 1)
      AND h.event_id = CASE WHEN x.cause_key ~ '^[^:]+:[0-9]{1,18}$'
                            THEN split_part(x.cause_key, ':', 2)::bigint END)
"""
"""A handoff goes when its consumer has dealt with the event; one that was only put back may fail again."""

EVENT_PARKED = exception_type(
    "event_parked",
    label=_("Automatic work set aside"),
    category="automation",
    cure=_("Mend the cause, then have it tried again."),
    gone=_GONE,
    retry=Retry(
        _("Try again"),
        at("orders.exceptions.settle.replay"),
        at("orders.exceptions.settle.foresee_replay"),
        _("What was set aside is done now; it counts as untried."),
        fits=lambda one: one.cause_key.partition(":")[2].isdecimal(),
    ),
    share=("title", "message"),
)
