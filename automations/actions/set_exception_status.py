"""Set exception status: resolve or dismiss an active exception (behaviour.md 4.5 and 7.5)."""

from collections.abc import Sequence
from typing import Literal

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import Remark, SetState, Write
from portal.filters.mark import gettext_noop as _

MAX_NOTE = 500


class StatusSettings(BaseModel):
    """What it becomes, and what is noted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["resolved", "dismissed"] = "resolved"
    note: str = Field(default="", max_length=MAX_NOTE)


_DONE = {"resolved": "Marked as resolved", "dismissed": "Dismissed"}


def plan(settings: StatusSettings, context: Context) -> Sequence[Write]:
    """Close the exception, with a note in its activity; one that is closed already is refused by the write."""
    closing = SetState(settings.status, f"{_DONE[settings.status]} by “{context.rule_name}”.", settings.status)
    note = settings.note.strip()
    return [closing, Remark(note)] if note else [closing]


def words(settings: StatusSettings) -> str:
    """Return the action in words: “dismiss the exception, with a note”."""
    told = gettext("resolve the exception") if settings.status == "resolved" else gettext("dismiss the exception")
    return gettext("{done}, with a note").format(done=told) if settings.note.strip() else told


SET_EXCEPTION_STATUS = actions.register(
    "set_exception_status",
    Action(
        "set_exception_status", _("Set exception status"), frozenset({"exception"}), StatusSettings, plan, words,
        inputs=(
            Input(
                "status",
                _("Becomes"),
                "choice",
                (("resolved", _("Resolved: the cause is gone")), ("dismissed", _("Dismissed: not to be dealt with"))),
            ),
            Input("note", _("Note"), "textarea", help=_("Stands in the activity of the exception; may stay empty.")),
        ),
        reversible=False,
        help=_("Closes the exception. Should the same go wrong again, there is a new one."),
    ),
)  # fmt: skip
