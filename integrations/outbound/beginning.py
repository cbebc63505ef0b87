"""Flows that begin to send, or cease to: a second look at what was written just then, by who did not know yet.

Whoever writes asks whether anybody is told of it, and may commit after the flow was switched: its event is heard by
nobody. So when all of those have ended, what was written since the switch is looked through once. What is to be told
is decided by the flow itself, as ever, and its deliveries and pushes have keys of their own: nothing is told twice.

    looks.register("fulfillments", look_again)      # (flow, with integration, source and organization)
"""

from collections.abc import Callable
from functools import partial

from integrations.models import FlowState
from portal.kit import elders
from portal.kit.jobs import watcher
from portal.kit.registry import Registry

looks: Registry[Callable[[FlowState], object]] = Registry("second look of a flow that sends")
"""By the flow's key: asks for what its other side is to be told of since `FlowState.switched_at`."""


@watcher("flows that begin to send", every=3)
def look() -> None:
    """Have flows look through what was written as they were switched, once all have ended who wrote then."""
    rows = FlowState.objects.filter(elders__isnull=False).select_related("integration__organization")
    for state in rows.select_related("integration__source"):
        elders.wait_out(state, state.elders or 0, partial(_look_through, state))


def _look_through(state: FlowState) -> None:
    if state.flow in looks and state.integration.deleted_at is None:
        looks.get(state.flow)(state)
