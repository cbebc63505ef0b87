"""Call a webhook: tell another program of the record, signed (docs/webhooks.md)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import Send
from automations.messages.about import EVERY_ENTITY, json_text, record_of
from automations.messages.template import MAX_TEMPLATE, RUN, json_problems
from automations.messages.webhook import KIND, address_problem, host_of
from orders.documents.instants import instant
from portal.filters.fields import BEFORE
from portal.filters.mark import gettext_noop as _
from portal.kit import json

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization


class WebhookSettings(BaseModel):
    """Where to, and what it says; an empty body stands for the whole record in its envelope."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="", max_length=2_000)
    body: str = Field(default="", max_length=MAX_TEMPLATE)


def check(
    settings: WebhookSettings, trigger: "Trigger", organization: "Organization | None"
) -> Iterator[tuple[str, str]]:
    """Yield what keeps the call from being made."""
    if problem := address_problem(settings.url):
        yield "url", problem
    if settings.body.strip():
        for problem in json_problems(settings.body, trigger.catalogue):
            yield "body", problem


def plan(settings: WebhookSettings, context: Context) -> list[Send]:
    """Call once, with the body as the template or the envelope says."""
    body = json_text(settings.body, context) if settings.body.strip() else envelope(context)
    host = host_of(settings.url)
    about = record_of(context, f"The webhook at {host} could not be called")
    return [Send(KIND, {"url": settings.url, "body": body, "about": about}, f"Call of the webhook at {host}.")]


def envelope(context: Context) -> str:
    """Return the body that is sent without a template: what happened, why, and the record."""
    record = {name: value for name, value in context.document.items() if name != BEFORE}
    told = {
        "type": context.trigger,
        "createdAt": instant(context.now),
        "rule": context.rule_name,
        "run": RUN,
        "entity": context.catalogue.entity if context.catalogue else "",
        "record": record,
    }
    if BEFORE in context.document:
        told["before"] = context.document[BEFORE]
    return json.dumps_text(told)


def words(settings: WebhookSettings) -> str:
    """Return the action in words: “call the webhook at example.com”."""
    host = host_of(settings.url)
    return gettext("call the webhook at {host}").format(host=host) if host else gettext("call a webhook")


CALL_WEBHOOK = actions.register(
    "call_webhook",
    Action(
        "call_webhook", _("Call a webhook"), EVERY_ENTITY, WebhookSettings, plan, words,
        inputs=(
            Input("url", _("Address"), help=_("A public address that starts with https://. It is called with POST.")),
            Input(
                "body",
                _("Body"),
                "template",
                help=_(
                    "JSON; empty sends the whole record. A field without quotes around it stands for its value, "
                    "inside quotes for its text. Each call is signed: the secret is under Settings, API keys."
                ),
            ),
        ),
        reversible=False,
        check=check,
        help=_("Another program hears of it; the record stays as it is."),
    ),
)  # fmt: skip
