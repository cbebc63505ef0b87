"""What a channel reports of an order that is here already.

The channel's report counts, except where people or rules have set a value here (`Order.kept`): that
stays, until it is reset here. What we have written there ourselves and now comes back is no change of
the channel's. A cancellation in the channel cancels the order until all of it has been shipped; what
warehouses have by then is looked after by `orders.ingest.late`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.documents.catalogue import ORDER
from orders.exceptions.raise_ import raise_exceptions
from orders.ingest import late
from orders.lifecycle import pins
from orders.lifecycle.changes import OrderChange, Step
from orders.lifecycle.order import BEFORE_ROUTING, OrderStatus
from orders.lifecycle.write import commit
from orders.models import Order
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.entities import patch
from portal.entities.patch import Change
from portal.kit import json
from portal.kit.bulk import update_rows
from portal.kit.json import Json

TOO_LATE = "noted"


@dataclass(frozen=True, slots=True)
class Report:
    """A record, the content it makes, and the hash by which the next report is compared with it."""

    record: OrderRecord
    content: Json
    fingerprint: str

    @property
    def api_id(self) -> str:
        """The channel's ID of the order for machines."""
        return self.record.ext_order_api_id

    @property
    def names(self) -> tuple[str, str]:
        """The names under which the order may have been refused before."""
        return self.record.ext_order_api_id, self.record.ext_order_id


def merge(
    news: Sequence[tuple[Order, Report]], orders: Mapping[int, Order], *, by: Actor, own: Mapping[str, Json]
) -> int:
    """Write what the channel reports of known, locked orders. Returns how many it has really changed.

    `own` are values in the reports that we have written there, by the order's API ID and the path.
    """
    echoes, changes = [], []
    for order, report in news:
        ours, theirs = _split(order, report, own.get(report.api_id, {}))
        echoes += [_echo(order, ours)] if ours else []
        changes += [change] if (change := _change(order, report, theirs, by)).steps else []
    before = {change.order_id: orders[change.order_id].status for change in changes}
    commit([*echoes, *changes], orders)
    _remember(news)
    touched = {change.order_id: [one["path"] for step in change.steps for one in step.content] for change in changes}
    gone = {pk for pk, status in before.items() if orders[pk].status == OrderStatus.CANCELED != status}
    late.after_cancellation(gone, orders, by)
    missed = [change.order_id for change in changes if any(step.verb == TOO_LATE for step in change.steps)]
    raise_exceptions([late.too_late(orders[pk], by) for pk in missed], by=by)
    late.after_changes({pk: paths for pk, paths in touched.items() if pk not in gone}, orders, by)
    return len(changes)


def _split(order: Order, report: Report, own: Json) -> tuple[list[Change], list[Change]]:
    """Return what of a report only shows what we wrote there, and what the channel says."""
    reported = json.loads(json.dumps(report.content))
    content = pins.reported(patch.diff(order.content, reported), order.kept)
    ours = [one for one in content if one["path"] in own and one.get("value") == own[one["path"]]]
    return ours, [one for one in content if one not in ours]


def _echo(order: Order, content: Sequence[Change]) -> OrderChange:
    """Return the step that brings the document up to what we wrote: nobody has to act on that, so nobody hears."""
    names = ORDER.words(change["path"].split("/")[1] for change in content)
    step = Step(Actor.system(), "told", f"The channel shows what it was told: {names}.", content=content)
    return OrderChange(order.pk, [step], announce=False, cause="told")


def _change(order: Order, report: Report, content: Sequence[Change], by: Actor) -> OrderChange:
    change = OrderChange(order.pk, cause="channel")
    if [one for one in content if one["path"] != "/extOrderUpdatedAt"]:
        change.steps.append(Step(by, "updated", _summary(content), content=content))
    change.steps += _state_steps(order, report, by)
    return change


def _summary(changes: Sequence[Change]) -> str:
    names = [change["path"].split("/")[1] for change in changes]
    return f"The channel changed: {ORDER.words(name for name in names if name != 'extOrderUpdatedAt')}."


def _state_steps(order: Order, report: Report, by: Actor) -> list[Step]:
    status = OrderStatus(order.status)
    if not report.record.canceled or status in (OrderStatus.CANCELED, OrderStatus.ARCHIVED):
        return []
    if status in BEFORE_ROUTING or late.can_cancel(order):
        summary = "Canceled in the channel."
        return [Step(by, "canceled", summary, status=OrderStatus.CANCELED, ends_holds="superseded")]
    return [Step(by, TOO_LATE, "Canceled in the channel, but it has gone to fulfillment already.")]


def _remember(news: Sequence[tuple[Order, Report]]) -> None:
    """Keep what the channel said last, so that hearing it again is no news."""
    for order, report in news:
        order.fingerprint = report.fingerprint
        order.source_updated_at = report.record.ext_order_updated_at
        order.source_doc = report.record.source_doc and json.loads(json.dumps(report.record.source_doc))
    update_rows(
        Order,
        ["fingerprint", "source_updated_at", "source_doc"],
        ((order.pk, order.fingerprint, order.source_updated_at, order.source_doc) for order, _ in news),
    )
