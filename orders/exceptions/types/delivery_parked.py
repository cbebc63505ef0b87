"""Something that should have left the house and did not, or nobody can say."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import Retry, at, exception_type

SENT_AFTER_ALL = """
EXISTS (
    SELECT 1 FROM portal_delivery d
    WHERE d.organization_id = x.organization_id AND d.kind = split_part(x.cause_key, ':', 1)
      AND d.key = substr(x.cause_key, strpos(x.cause_key, ':') + 1) AND d.state = 'done')
"""
"""It was sent again and has arrived."""

RESEND = Retry(
    _("Send again"),
    at("orders.exceptions.deliveries.send_again"),
    at("orders.exceptions.deliveries.foresee_sending"),
    _("Each message is sent again under its own key. Look at the other side first whether it has arrived."),
)
"""For every type that a delivery can wait for a person as (`portal.deliveries.senders`)."""

DELIVERY_PARKED = exception_type(
    "delivery_parked",
    label=_("Message not delivered"),
    category="delivery",
    cure=_("Look at the other side whether it has arrived, then have it sent again or dismiss this."),
    gone=SENT_AFTER_ALL,
    retry=RESEND,
    share=("title", "message"),
)
