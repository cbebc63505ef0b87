"""Messages of rules that are held back because there were too many in an hour."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

_GONE = """
NOT EXISTS (
    SELECT 1 FROM portal_delivery d
    WHERE d.organization_id = x.organization_id AND d.kind = split_part(x.cause_key, ':', 1)
      AND d.held_for = split_part(x.cause_key, ':', 2) AND d.state = 'parked')
"""
"""Whatever was held back was sent after all."""

MESSAGES_HELD_BACK = exception_type(
    "messages_held_back",
    label=_("Messages held back"),
    category="delivery",
    cure=_(
        "Look in the history of rules which one sends so many, and narrow or switch it off. Then have the messages "
        "sent with Try again, or dismiss this: they stay unsent."
    ),
    gone=_GONE,
    retry=Retry(
        _("Send all"),
        at("orders.exceptions.deliveries.send_held_back"),
        at("orders.exceptions.deliveries.foresee_held_back"),
        _("Everything that was held back is sent."),
    ),
)
