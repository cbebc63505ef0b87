"""Hold order: wait some minutes, then for business hours or a batch time, then go on (behaviour.md 4.6)."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext, ngettext
from pydantic import Field

from automations import hours
from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import PlaceHold
from automations.hours import WithBatches
from orders.documents.instants import parse
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

DEFAULT_MINUTES = 10
YEAR = 366 * 24 * 60
Anchor = Literal["createdAt", "extOrderCreatedAt"]
Following = Literal["readyForFulfillment", "reviewRequired"]


class HoldSettings(WithBatches):
    """How long, from when, within which hours, and where to afterwards."""

    minutes: int = Field(default=DEFAULT_MINUTES, ge=0, le=YEAR)
    anchor: Anchor = "createdAt"
    next_status: Following = "readyForFulfillment"


FUTURE = " The store says that it was placed in the future, so it counts from when it was ingested."
ANCHORS = {"createdAt": _("it was ingested"), "extOrderCreatedAt": _("it was placed in the channel")}
FOLLOWING = (("readyForFulfillment", _("Ready for fulfillment")), ("reviewRequired", _("Review required")))
HOURS_INPUTS = (
    Input(
        "business_hours",
        _("Business hours"),
        "switch",
        help=_("A hold that would end outside these hours ends when they begin next."),
    ),
    Input("hours", _("Hours"), "hours", only=("business_hours", "on")),
)
ZONE_INPUT = Input("zone", _("Timezone"), "zone", help=_("For the hours and times above; empty is the organization's."))


def counted_from(anchor: str, context: Context) -> tuple[dt.datetime, str]:
    """Return the instant that a hold counts from, and a remark for the history.

    An anchor in the future is a store's wrong clock, and would hold the order for as long as that is
    wrong: then it counts from the ingest.
    """
    start = parse(context.document[anchor])
    return (parse(context.document["createdAt"]), FUTURE) if start > context.now else (start, "")


def following(status: str, context: Context) -> OrderStatus:
    """Return the status that comes after; a person looks where a rule before this one could not be judged."""
    return OrderStatus.REVIEW_REQUIRED if context.careful else OrderStatus(status)


def plan(settings: HoldSettings, context: Context) -> list[PlaceHold]:
    """Hold until the anchor plus the minutes; where that has passed, the order is released at once.

    With business hours or batch times it waits on for the next of them.
    """
    start, remark = counted_from(settings.anchor, context)
    wanted = start + dt.timedelta(minutes=settings.minutes)
    due = hours.kept(wanted, settings, context.zone, context.now)
    if due > max(wanted, context.now):
        remark += " It waits for the next release time." if settings.batches else " It waits for business hours."
    then = following(settings.next_status, context)
    summary = f"Put on hold by “{context.rule_name}”, then “{then.label}”.{remark}"
    return [PlaceHold(due, then, f"Rule “{context.rule_name}”", summary)]


def words(settings: HoldSettings) -> str:
    """Return the action in words: “hold 10 minutes from when it was ingested, then ready …”."""
    told = ngettext(
        "hold {count} minute from when {anchor}{hours}, then {next}",
        "hold {count} minutes from when {anchor}{hours}, then {next}",
        settings.minutes,
    )
    return told.format(
        count=settings.minutes,
        anchor=gettext(ANCHORS[settings.anchor]),
        hours=hours.in_words(settings),
        next=gettext(OrderStatus(settings.next_status).label).lower(),
    )


def check(settings: HoldSettings, trigger: "Trigger", organization: "Organization | None") -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the hours, the batch times and the timezone."""
    yield from hours.faults(settings)


HOLD: Action[Any] = actions.register(
    "hold",
    Action(
        "hold", _("Hold order"), frozenset({"order"}), HoldSettings, plan, words,
        inputs=(
            Input("minutes", _("Minutes"), "number"),
            Input("anchor", _("Counted from when"), "choice", tuple(ANCHORS.items())),
            Input("next_status", _("Then"), "choice", FOLLOWING),
            *HOURS_INPUTS,
            Input(
                "batches",
                _("Release times"),
                "times",
                help=_("Orders go on together at these times, such as 10:00, 15:30; within business hours, if set."),
            ),
            ZONE_INPUT,
        ),
        check=check,
        help=_("The order waits, then goes on by itself."),
    ),
)  # fmt: skip
