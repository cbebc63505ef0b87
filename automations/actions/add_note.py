"""Add note: a line in the activity of the record, with fields of the record in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, Refusal, actions
from automations.engine.plan import Remark
from automations.messages.template import RUN, Extra, TooLong, fill, problems
from portal.filters.mark import gettext_noop as _

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

MAX_NOTE = 5_000
"""Characters of a note, as of a comment that a person writes."""
SHOWN = 60
SERVES = frozenset({"order", "exception", "shippingRequest", "fulfillment", "product"})
"""A note on a fulfillment stands in the activity of its order: a fulfillment is never altered."""


class NoteSettings(BaseModel):
    """What is noted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(default="", max_length=MAX_NOTE)


def plan(settings: NoteSettings, context: Context) -> list[Remark]:
    """Note the text with its fields filled in. Refused where that makes it too long for a note."""
    assert context.catalogue is not None
    extra = Extra(context.rule_name, context.now, context.zone)
    try:
        text = fill(settings.text, context.document, context.catalogue, extra).strip()
    except TooLong as error:
        raise Refusal(f"The note cannot be written: {error}") from error
    if len(text) > MAX_NOTE:
        raise Refusal(f"With its fields filled in the note has {len(text):,} characters; {MAX_NOTE:,} are the most.")
    return [Remark(text)] if text else []


def check(settings: NoteSettings, trigger: "Trigger", organization: "Organization | None") -> Iterator[tuple[str, str]]:
    """Say what is wrong with the text, each with its cure."""
    if not settings.text.strip():
        yield "text", gettext("Write what is to be noted.")
        return
    found = problems(settings.text, trigger.catalogue)
    yield from (("text", one) for one in found)
    if not found and RUN in fill(settings.text, {}, trigger.catalogue):
        yield "text", gettext("A note cannot name its own run; the activity links to it already. Remove run.id.")


def words(settings: NoteSettings) -> str:
    """Return the action in words: “note “Paid by invoice””."""
    text = " ".join(settings.text.split())
    if not text:
        return gettext("note nothing yet")
    return gettext("note “{text}”").format(text=text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


ADD_NOTE = actions.register(
    "add_note",
    Action(
        "add_note", _("Add note"), SERVES, NoteSettings, plan, words,
        inputs=(
            Input("text", _("Note"), "template",
                  help=_("Stands in the activity of the record. Fields in {{ double braces }} are filled in.")),
        ),
        check=check,
        help=_("The record itself stays as it is."),
    ),
)  # fmt: skip
