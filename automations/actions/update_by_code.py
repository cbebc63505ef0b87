"""Update order by code: JavaScript returns an object of changes, which is merged (design.md section 7)."""

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

from automations.actions.update_property import writes
from automations.definition import MAX_CODE
from automations.engine.actions import Action, Context, Input, Refusal, actions
from automations.engine.plan import Write
from orders.documents import writable
from orders.documents.values import NotWritable
from portal.filters.mark import gettext_noop as _


class CodeSettings(BaseModel):
    """The body of `(entity, related, helpers) => object`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(default="", max_length=MAX_CODE)


def plan(settings: CodeSettings, context: Context) -> list[Write]:
    """Merge what the code returned; refused with every part of it that cannot be written."""
    if not isinstance(context.answer, dict):
        raise Refusal('The code must return an object of changes, such as { tags: ["vip"] }.')
    try:
        after = writable.merge(context.document, context.answer)
    except NotWritable as error:
        raise Refusal(str(error)) from error
    return writes(context, after, f"Rule “{context.rule_name}” changed the order by its code.")


def words(settings: CodeSettings) -> str:
    """Return the action in words."""
    return gettext("update the order by code")


UPDATE_BY_CODE = actions.register(
    "update_by_code",
    Action(
        "update_by_code", _("Update order by code"), frozenset({"order"}), CodeSettings, plan, words,
        inputs=(
            Input("code", _("Code"), "code",
                  help=_("Return an object of changes. Objects are merged, lists replaced, null empties a field.")),
        ),
        code=lambda settings: str(settings.code),
        help=_("What cannot be written is named, and then nothing of the rule is done."),
    ),
)  # fmt: skip
