"""E-mails as deliveries. A message that goes out twice says the same under the same Message-ID."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from portal.deliveries import pace
from portal.deliveries.senders import HeldBack, Intent, Sender, senders
from portal.kit.json import Json

KIND = "email"
RULES = "rules"
"""As `limit` of a payload: the message counts against `RULE_EMAILS_PER_HOUR` of its organization."""


def send(intent: Intent) -> Json:
    """Hand a message (`to`, `subject`, `text`, maybe `html`) to the mail server; errors leave open whether it went.

    Raises HeldBack where rules of the organization have sent as many in this hour as they may.
    """
    told = intent.payload
    if told.get("limit") == RULES and not intent.approved:
        _take_turn(intent)
    message = EmailMultiAlternatives(
        told["subject"], told["text"], to=[told["to"]], headers={"Message-ID": f"<{intent.key}@switchyard>"}
    )
    if html := told.get("html"):
        message.attach_alternative(html, "text/html")
    message.send()
    return {"to": told["to"]}


def _take_turn(intent: Intent) -> None:
    most = int(settings.RULE_EMAILS_PER_HOUR)
    if not pace.take(intent.organization_id, KIND, per_hour=most):
        told = _("Rules wanted to send more than %(most)s e-mails in an hour. What came after these waits here.")
        raise HeldBack(told % {"most": f"{most:,}"}, RULES)


EMAIL = senders.register(KIND, Sender(KIND, send, repeats_are_safe=True))
