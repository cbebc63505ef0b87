"""E-mails as deliveries. A message that goes out twice says the same under the same Message-ID."""

from django.core.mail import EmailMessage

from portal.deliveries.senders import Intent, Sender, senders
from portal.kit.json import Json

KIND = "email"


def send(intent: Intent) -> Json:
    """Hand a message (`to`, `subject`, `text`) to the mail server; its errors leave open whether it went out."""
    told = intent.payload
    message = EmailMessage(
        told["subject"], told["text"], to=[told["to"]], headers={"Message-ID": f"<{intent.key}@switchyard>"}
    )
    message.send()
    return {"to": told["to"]}


EMAIL = senders.register(KIND, Sender(KIND, send, repeats_are_safe=True))
