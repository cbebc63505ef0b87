"""What a channel reports of an order that is here already.

The channel's report counts, except where people or rules have set a value here (`Order.kept`): that
stays, until it is reset here. A cancellation in the channel cancels the order while it is still with
us; later it only leaves a note, because the warehouse has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from portal.kit.json import Json


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


def merge(news: Sequence[tuple[Order, Report]], orders: Mapping[int, Order], *, by: Actor) -> int:
    """Write what the channel reports of known, locked orders. Returns how many really changed."""
    changes = [change for order, report in news if (change := _change(order, report, by)).steps]
    commit(changes, orders)
    _remember(news)
    return len(changes)


def _change(order: Order, report: Report, by: Actor) -> OrderChange:
    change = OrderChange(order.pk, cause="channel")
    reported = json.loads(json.dumps(report.content))
    content = pins.reported(patch.diff(order.content, reported), order.kept)
    if [one for one in content if one["path"] != "/extOrderUpdatedAt"]:
        change.steps.append(Step(by, "updated", _summary(content), content=content))
    change.steps += _state_steps(order, report, by)
    return change


def _summary(changes: Sequence[Change]) -> str:
    names = list(dict.fromkeys(change["path"].split("/")[1] for change in changes))
    names = [name for name in names if name != "extOrderUpdatedAt"]
    return f"The channel changed {', '.join(names[:6])}{' and more' if len(names) > 6 else ''}."


def _state_steps(order: Order, report: Report, by: Actor) -> list[Step]:
    status = OrderStatus(order.status)
    if report.record.canceled and status in BEFORE_ROUTING:
        summary = "Canceled in the channel."
        return [Step(by, "canceled", summary, status=OrderStatus.CANCELED, ends_holds="superseded")]
    if report.record.canceled and status not in (OrderStatus.CANCELED, OrderStatus.ARCHIVED):
        return [Step(by, "noted", "Canceled in the channel, but it has gone to fulfillment already.")]
    return []


def _remember(news: Sequence[tuple[Order, Report]]) -> None:
    """Keep what the channel said last, so that hearing it again is no news."""
    for order, report in news:
        order.fingerprint = report.fingerprint
        order.source_updated_at = report.record.ext_order_updated_at
        order.source_doc = report.record.source_doc and json.loads(json.dumps(report.record.source_doc))
    Order.across.bulk_update(
        [order for order, _ in news], ["fingerprint", "source_updated_at", "source_doc"], batch_size=200
    )
