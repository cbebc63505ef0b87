"""The only writer of shipping requests after they are made: status, reference, cancelling, history and events.

What is done to a request is a step. All steps of a call are written in the caller's transaction, in which the
requests are locked (`orders.requests.locks`), and the orders before them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orders.documents.shipping_request import ENTITY, facets, state
from orders.events import SHIPPING_REQUEST_UPDATED
from orders.lifecycle.shipping_request import RequestStatus, can_move, refusal
from orders.lifecycle.write import MoveRefused
from orders.models import ShippingRequest
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities import patch
from portal.entities.patch import Change
from portal.events import outbox
from portal.kit.bulk import update_rows
from portal.kit.clock import database_now

SETTABLE = frozenset(
    {
        "ext_reference_id", "ext_reference_url", "sent_at", "canceled_at", "canceled_by_kind", "canceled_by_id",
        "canceled_by_name", "cancellation", "skip_location", "exclude_from_reuse", "on_future",
    }
)  # fmt: skip
"""Columns that a step may set beside the status."""
_ALWAYS = frozenset({"status", "version", "facets", "updated_at"})


class RequestMoveRefused(MoveRefused):
    """The state machine of shipping requests does not have this move; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One act on a shipping request, with one line of history."""

    by: Actor
    verb: str
    summary: str
    status: RequestStatus | None = None
    sets: Mapping[str, Any] = field(default_factory=dict)
    """Values of columns (`SETTABLE`)."""
    changes: Sequence[Change] = ()
    """Changes of the document that stand elsewhere, such as units shipped; whoever tells them has written them."""
    run_id: int | None = None


def commit(
    steps: Mapping[int, RequestStep], requests: Mapping[int, ShippingRequest], *, cause: str = "", announce: bool = True
) -> None:
    """Write one step for each request, by its id; the rows in `requests` are brought up to date.

    Raises RequestMoveRefused, before anything is written, for a move that there is not.
    """
    for pk, step in steps.items():
        check(requests[pk], step.status)
    history, events, at = [], [], database_now()
    for pk, step in steps.items():
        request, before = requests[pk], requests[pk].status
        made = _apply(step, request)
        whose, request.version, request.updated_at = request.organization_id, request.version + 1, at
        history.append(Entry(whose, ENTITY, pk, request.version, step.by, step.verb, step.summary, made, step.run_id))
        payload = {"from": request.version - 1, "changes": [one["path"] for one in made], "cause": cause}
        payload["status"] = [before, request.status]
        events.append(outbox.NewEvent(SHIPPING_REQUEST_UPDATED.name, whose, pk, request.version, payload))
    written = sorted(_ALWAYS.union(*(step.sets for step in steps.values())))
    update_rows(ShippingRequest, written, ([pk, *(getattr(requests[pk], name) for name in written)] for pk in steps))
    record(history)
    if announce:
        outbox.record(events)


def check(request: ShippingRequest, status: RequestStatus | None) -> None:
    """Raise RequestMoveRefused unless the request may become this; staying as it is is no move."""
    if status is not None and status != request.status and not can_move(request.status, status):
        raise RequestMoveRefused(f"{request.ext_shipment_id}: {refusal(request.status, status)}")


def _apply(step: RequestStep, request: ShippingRequest) -> list[Change]:
    """Change the row in memory and return the changes of the document."""
    before = state(request)
    for name, value in step.sets.items():
        if name not in SETTABLE:
            raise ValueError(f"A step on a shipping request cannot set “{name}”.")
        setattr(request, name, value)
    if step.status is not None:
        request.status = step.status.value
    request.facets = facets(request)
    return [*patch.diff(before, state(request)), *step.changes]
