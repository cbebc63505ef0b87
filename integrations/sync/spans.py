"""Since when a flow that sends is on, and when it was on before: what came about while it was off is not sent.

The spans stand in the cursor of the flow, as pairs of moments; the last one is open while the flow is on.
"""

import datetime as dt
from collections.abc import Mapping

from integrations.manifest import Direction
from integrations.models import FlowState, Integration
from portal.kit.clock import database_now

Spans = list[tuple[str, str | None]]
SPANS = "on"
MOST = 50
"""Spans that are remembered; somebody who switches more often is only playing."""


def note(integration: Integration, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Remember which flows begin or cease to send, in the transaction that changes them."""
    for key in {*before, *after}:
        was, will = (flows.get(key) == Direction.PUSH for flows in (before, after))
        if was == will:
            continue
        state, _ = FlowState.objects.select_for_update().get_or_create(integration=integration, flow=key)
        state.switched_at, state.elders = database_now(), 0
        state.cursor = state.cursor | {SPANS: _switched(state.cursor.get(SPANS, []), state.switched_at, on=will)}
        state.save(update_fields=["cursor", "switched_at", "elders"])


def begin(integration: Integration, flow: str) -> None:
    """Note that a flow may begin to send now for another reason than its direction: it is connected, or set up so.

    In the transaction that has it begin; what was written by who did not know yet is looked through afterwards.
    """
    FlowState.objects.filter(integration=integration, flow=flow).update(switched_at=database_now(), elders=0)


def _switched(spans: Spans, moment: dt.datetime, *, on: bool) -> Spans:
    at = moment.isoformat()
    if on:
        return [*spans, (at, None)][-MOST:]
    return [*spans[:-1], (spans[-1][0], at)] if spans and spans[-1][1] is None else spans


def was_on(state: FlowState | None, moment: dt.datetime) -> bool:
    """Say whether a flow was sending at a moment."""
    return is_within(state.cursor.get(SPANS, []) if state else [], moment)


def is_within(on: Spans, moment: dt.datetime) -> bool:
    """Say whether a moment lies within one of the spans."""
    return any(_moment(begin) <= moment and (end is None or moment < _moment(end)) for begin, end in on)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
