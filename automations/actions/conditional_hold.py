"""Conditional hold: wait until a condition is met, or for a fail-safe (behaviour.md 4.7, seed 004).

Here is what a rule says, and how the hold is placed; `automations.waiting` looks at what waits.
"""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from pydantic import Field

from automations import hours
from automations.actions.hold import ANCHORS, FOLLOWING, HOURS_INPUTS, ZONE_INPUT, Anchor, Following, counted_from
from automations.actions.hold import following as then
from automations.definition import FilterSpec
from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import PlaceHold
from automations.hours import WithHours
from automations.scripting.pool import default_pool
from orders.documents.catalogue import ORDER
from orders.lifecycle.order import OrderStatus
from portal.filters.check import check as problems_of
from portal.filters.codec import decode
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.filters.problems import BadFilter
from portal.filters.to_words import Names, nameless, sentence
from portal.filters.tree import live

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

KEY = "conditional_hold"
DEFAULT_HOURS = 72
YEAR = 366 * 24


class ConditionalHoldSettings(WithHours):
    """What it waits for and where to then; how long at most, from when, and where to in that case."""

    condition: FilterSpec = FilterSpec()
    next_status: Following = "readyForFulfillment"
    release_after: int = Field(default=DEFAULT_HOURS, ge=1, le=YEAR)
    """Hours."""
    anchor: Anchor = "createdAt"
    fallback_status: Following = "reviewRequired"


def plan(settings: ConditionalHoldSettings, context: Context) -> list[PlaceHold]:
    """Hold until the condition is met; the hold carries its fail-safe, which no later edit of the rule changes."""
    start, remark = counted_from(settings.anchor, context)
    wanted = start + dt.timedelta(hours=settings.release_after)
    due = hours.kept(wanted, settings, context.zone, context.now)
    fallback = then(settings.fallback_status, context)
    summary = (
        f"Put on hold by “{context.rule_name}” until its condition is met; "
        f"if it is not met in time, then “{fallback.label}”.{remark}"
    )
    return [PlaceHold(due, fallback, f"Rule “{context.rule_name}”", summary, kind="conditional")]


def until(
    condition: FilterSpec, catalogue: Catalogue = ORDER, *, zone: dt.tzinfo = dt.UTC, names: Names = nameless
) -> str:
    """Return what it waits for, in words: “any tag is “paid””; of code that it is code."""
    if condition.kind == "code":
        return gettext("its code says so")
    try:
        tree = decode(condition.tree)
    except BadFilter:
        return gettext("a condition holds that cannot be read any more")
    if not live(tree).items:
        return gettext("a condition is met that is still to be set")
    return sentence(tree, catalogue.plain(), say=_clause, zone=zone, names=names)


def _clause(message: str) -> str:
    """Translate, and leave out the “when” that the sentence of a filter begins with."""
    return "{conditions}" if message == "when {conditions}" else gettext(message)


def words(settings: ConditionalHoldSettings) -> str:
    """Return the action in words: “hold until any tag is “paid”, then ready …; after 72 hours …”."""
    told = ngettext(
        "hold until {condition}, then {next}; {count} hour after {anchor}{hours} at the latest, then {fallback}",
        "hold until {condition}, then {next}; {count} hours after {anchor}{hours} at the latest, then {fallback}",
        settings.release_after,
    )
    return told.format(
        condition=until(settings.condition),
        next=gettext(OrderStatus(settings.next_status).label).lower(),
        count=settings.release_after,
        anchor=gettext(ANCHORS[settings.anchor]),
        hours=hours.in_words(settings),
        fallback=gettext(OrderStatus(settings.fallback_status).label).lower(),
    )


def check(
    settings: ConditionalHoldSettings, trigger: "Trigger", organization: "Organization | None"
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the condition and the hours of the fail-safe."""
    if settings.condition.kind == "code":
        yield from _code_faults(settings.condition.code)
    else:
        yield from _tree_faults(settings.condition, trigger.catalogue.plain())
    yield from hours.faults(settings)


def _code_faults(code: str) -> Iterator[tuple[str, str]]:
    if not code.strip():
        yield "condition.code", gettext("Write the code of the condition, or choose the simple one.")
    elif problem := default_pool().check(code, "filter"):
        line = gettext("Line {line}: ").format(line=problem.line) if problem.line else ""
        yield "condition.code", f"{line}{problem.message}"


def _tree_faults(condition: FilterSpec, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield the problems of a simple condition. It is asked of orders as they stand, not of changes."""
    try:
        tree = decode(condition.tree)
        found = problems_of(tree, catalogue)
    except BadFilter as error:
        tree, found = None, list(error.problems)
    for one in found:
        yield ".".join(["condition", "filter", *map(str, one.path)]), f"{one.message} {one.cure}".strip()
    if tree is not None and not found and not live(tree).items:
        yield "condition", gettext("Say what the order waits for: without a condition it would go on at once.")


CONDITIONAL_HOLD: Action[Any] = actions.register(
    KEY,
    Action(
        KEY, _("Conditional hold"), frozenset({"order"}), ConditionalHoldSettings, plan, words,
        inputs=(
            Input("condition", _("Hold until"), "filter"),
            Input("next_status", _("Then"), "choice", FOLLOWING),
            Input(
                "release_after",
                _("At the latest after (hours)"),
                "number",
                help=_("The fail-safe: the order goes on then, whether the condition is met or not."),
            ),
            Input("anchor", _("Counted from when"), "choice", tuple(ANCHORS.items())),
            Input("fallback_status", _("In that case"), "choice", FOLLOWING),
            *HOURS_INPUTS,
            ZONE_INPUT,
        ),
        terminal=True,
        check=check,
        help=_(
            "The order waits until the condition is met, which is looked at whenever it changes and every 15 minutes. "
            "Edits of the condition count for orders that wait already; their fail-safe stays."
        ),
    ),
)  # fmt: skip
