"""The door of a system that keeps orders, too: its answers to those that were pushed to it."""

from collections.abc import Sequence

from integrations.custom import shapes
from integrations.custom.doors import Door, Fault, Good, Row, actor, doors
from integrations.models import Integration
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderPush
from orders.pushes import push as pushes
from orders.records.refused import Refused

SYSTEM = "custom_system"
NO_REASON = "It gave no reason."


def take_answers(integration: Integration, good: Sequence[Good], bad: Sequence[Refused]) -> list[Row]:
    """Take answers in, one after the other. The same answer again changes nothing."""
    ids = [one.shape.id for one in good]
    rows = OrderPush.across.filter(source=integration.source_id, order__public_id__in=ids)
    known = {one.order.public_id: one for one in rows.select_related("order", "source")}
    return [_take(integration, one.shape, known.get(one.shape.id)) for one in good]


def _take(integration: Integration, told: shapes.OrderAnswer, row: OrderPush | None) -> Row:
    if row is None:
        unknown = Fault("/id", "unknown", "No order with this ID was pushed to this system.")
        return Row(told.id, "refused", (unknown,))
    if told.version is not None and told.version != row.times:
        return Row(told.id, "stale")
    by = actor(integration)
    if told.status == "accepted":
        changed = pushes.taken(row, number=told.external_id, url=told.url, by=by)
        return Row(told.id, "updated" if changed else "unchanged")
    if not pushes.refused(row, told.reason or NO_REASON, by=by):
        return Row(told.id, "unchanged")
    title = f"{integration.name} did not take the order {row.order.ext_order_id}"
    cause = f"{pushes.KIND}:{pushes.key_of(row.order, row.source, row.times)}"
    problem = Problem(
        pushes.PROBLEM, row.organization_id, cause, title, told.reason or NO_REASON, entity_type="order",
        entity_id=row.order_id, entity_label=row.order.ext_order_id, entity_public_id=row.order.public_id,
    )  # fmt: skip
    raise_exceptions([problem], by=by)
    return Row(told.id, "updated")


doors.register("order_answers", Door("order_answers", SYSTEM, "orders", shapes.OrderAnswer, take_answers))
