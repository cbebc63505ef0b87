"""Notify by e-mail: one message to each recipient, with fields of the record in subject and text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, ngettext
from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import Send
from automations.messages.about import EVERY_ENTITY, record_of, text
from automations.messages.template import MAX_TEMPLATE, problems, with_run
from portal.deliveries.email import KIND, RULES
from portal.filters.mark import gettext_noop as _

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

MAX_RECIPIENTS = 20
MAX_SUBJECT = 200


class NotifySettings(BaseModel):
    """To whom, and what it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: list[str] = Field(default_factory=list)
    subject: str = Field(default="", max_length=1_000)
    body: str = Field(default="", max_length=MAX_TEMPLATE)


def check(
    settings: NotifySettings, trigger: "Trigger", organization: "Organization | None"
) -> Iterator[tuple[str, str]]:
    """Yield what keeps the message from being sent."""
    if not settings.recipients:
        yield "recipients", "Enter at least one e-mail address."
    if len(settings.recipients) > MAX_RECIPIENTS:
        yield "recipients", f"These are more than {MAX_RECIPIENTS} addresses. Use an address that stands for a group."
    for address in settings.recipients[:MAX_RECIPIENTS]:
        if not _is_address(address):
            yield "recipients", f"“{address[:80]}” is not an e-mail address. Write one on each line: ana@example.com."
    if not settings.subject.strip():
        yield "subject", "Write what the message is about."
    if not settings.body.strip():
        yield "body", "Write what the message says."
    for name in ("subject", "body"):
        for problem in problems(getattr(settings, name), trigger.catalogue):
            yield name, problem


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254 and text.isascii()


def plan(settings: NotifySettings, context: Context) -> list[Send]:
    """Send the same message to every recipient."""
    subject, body = one_line(text(settings.subject, context))[:MAX_SUBJECT], text(settings.body, context)
    return [
        Send(
            KIND,
            {
                "to": to, "subject": subject, "text": body, "limit": RULES,
                "about": record_of(context, f"An e-mail to {to} could not be sent"),
            },
            f"E-mail to {to}: “{with_run(subject, '…')}”.",
        )
        for to in dict.fromkeys(settings.recipients)
    ]  # fmt: skip


def one_line(text: str) -> str:
    """Return a text as a header may hold it: one line, without control characters."""
    return " ".join("".join(char if char.isprintable() or char == "\ue000" else " " for char in text).split())


def words(settings: NotifySettings) -> str:
    """Return the action in words: “e-mail ana@example.com and 2 others”."""
    first, *others = settings.recipients or [gettext("nobody yet")]
    if not others:
        return gettext("e-mail {first}").format(first=first)
    told = ngettext("e-mail {first} and {count} other", "e-mail {first} and {count} others", len(others))
    return told.format(first=first, count=len(others))


NOTIFY_EMAIL = actions.register(
    "notify_email",
    Action(
        "notify_email", _("Notify by e-mail"), EVERY_ENTITY, NotifySettings, plan, words,
        inputs=(
            Input("recipients", _("Recipients"), "lines", help=_("One e-mail address on each line, at most 20.")),
            Input("subject", _("Subject"), help=_("May name fields: Order {{ extOrderId }} is on hold")),
            Input(
                "body",
                _("Message"),
                "template",
                help=_(
                    "Each recipient gets one message for every record that the rule matches. When rules send too many "
                    "in an hour, what comes after waits and an exception tells of it; nothing is lost."
                ),
            ),
        ),
        reversible=False,
        check=check,
        help=_("People outside hear of it; the record stays as it is."),
    ),
)  # fmt: skip
