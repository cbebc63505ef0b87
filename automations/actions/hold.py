"""Hold order: wait some minutes, then go on (behaviour.md 4.6)."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from automations.engine.actions import Action, Context, Input, actions
from automations.engine.plan import PlaceHold
from orders.documents.instants import parse
from orders.lifecycle.order import OrderStatus
from portal.filters.mark import gettext_noop as _

DEFAULT_MINUTES = 10
YEAR = 366 * 24 * 60


class HoldSettings(BaseModel):
    """How long, from when, and where to afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: int = Field(default=DEFAULT_MINUTES, ge=0, le=YEAR)
    anchor: Literal["createdAt", "extOrderCreatedAt"] = "createdAt"
    next_status: Literal["readyForFulfillment", "reviewRequired"] = "readyForFulfillment"


FUTURE = " The store says that it was placed in the future, so it counts from when it was ingested."
ANCHORS = {"createdAt": _("it was ingested"), "extOrderCreatedAt": _("it was placed in the channel")}


def plan(settings: HoldSettings, context: Context) -> list[PlaceHold]:
    """Hold until the anchor plus the minutes; where that has passed, the order is released at once.

    An anchor in the future is a store's wrong clock, and would hold the order for as long as that is
    wrong: then it counts from the ingest.
    """
    start, remark = parse(context.document[settings.anchor]), ""
    if start > context.now:
        start, remark = parse(context.document["createdAt"]), FUTURE
    due = start + dt.timedelta(minutes=settings.minutes)
    following = OrderStatus.REVIEW_REQUIRED if context.careful else OrderStatus(settings.next_status)
    summary = f"Put on hold by “{context.rule_name}”, then “{following.label}”.{remark}"
    return [PlaceHold(due, following, f"Rule “{context.rule_name}”", summary)]


def words(settings: HoldSettings) -> str:
    """Return the action in words: “hold 10 minutes from when it was ingested, then ready …”."""
    unit = "minute" if settings.minutes == 1 else "minutes"
    following = OrderStatus(settings.next_status).label.lower()
    return f"hold {settings.minutes} {unit} from when {ANCHORS[settings.anchor]}, then {following}"


HOLD = actions.register(
    "hold",
    Action(
        "hold", _("Hold order"), frozenset({"order"}), HoldSettings, plan, words,
        inputs=(
            Input("minutes", _("Minutes"), "number"),
            Input("anchor", _("Counted from when"), "choice", tuple(ANCHORS.items())),
            Input(
                "next_status",
                _("Then"),
                "choice",
                (("readyForFulfillment", _("Ready for fulfillment")), ("reviewRequired", _("Review required"))),
            ),
        ),
        help=_("The order waits, then goes on by itself."),
    ),
)  # fmt: skip
