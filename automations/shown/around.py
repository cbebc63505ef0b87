"""What stands around a run: what it sent and held, its exception, the other runs of its event, its neighbours."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from automations.documents import run_document
from automations.engine.problems import CAUSES, cause_of
from automations.messages.sent import answered, deliveries_of, what
from automations.models import Run
from orders.documents.instants import instant
from orders.models import Hold, OrderException
from portal.deliveries.models import Delivery
from portal.kit.claims import State
from portal.kit.json import Json
from portal.kit.masking import mask
from portal.tenancy.models import Organization

MOST = 50
_HEAVY = ("trace", "input")
_STATES = {
    State.PENDING: ("pending", "On its way"),
    State.RUNNING: ("running", "Being sent"),
    State.DONE: ("completed", "Delivered"),
    State.PARKED: ("parked", "Set aside"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that a run wanted delivered, and what became of it."""

    kind: str
    tone: str
    state: str
    attempts: int
    error: str
    asked_at: dt.datetime
    done_at: dt.datetime | None
    answer: str = ""


def sent(rows: Sequence[Delivery]) -> list[Sent]:
    """Return deliveries as the run's page shows them."""
    return [_sent(row) for row in rows]


def _sent(row: Delivery) -> Sent:
    tone, state = _STATES.get(State(row.state), ("pending", row.state))
    return Sent(
        what(row), tone, _(state), row.attempts, mask(row.last_error), row.created_at, row.done_at, answered(row)
    )


def whole_document(run: Run) -> Json:
    """Return a run as *View JSON* and the API show it; a query more for a run that sends something."""
    return run_document(run, sent_documents(deliveries_of(run.organization, [run]).get(run.public_id, ())))


def sent_documents(rows: Sequence[Delivery]) -> list[Json]:
    """Return deliveries as the run's document tells them: what became of each, not what was in it."""
    return [_sent_document(row) for row in rows]


def _sent_document(row: Delivery) -> Json:
    told: Json = {
        "id": row.public_id,
        "kind": row.kind,
        "key": row.key,
        "state": row.state,
        "attempts": row.attempts,
        "uncertain": row.uncertain,
        "createdAt": instant(row.created_at),
    }
    if row.last_error:
        told["error"] = mask(row.last_error)
    if row.done_at:
        told["doneAt"] = instant(row.done_at)
    return told


def holds_of(run: Run) -> list[Hold]:
    """Return the holds that a run has placed."""
    if run.entity_type != "order":
        return []
    rows = Hold.objects.within(run.organization).filter(order_id=run.entity_id, run_id=run.pk)
    return list(rows.order_by("id"))


def exception_of(run: Run) -> OrderException | None:
    """Return the exception that tells of the rule's trouble with this record: an active one, else the last."""
    if run.status == Run.Status.COMPLETED:
        return None
    cause = cause_of(run.rule.public_id, run.entity_public_id)
    rows = OrderException.objects.within(run.organization).filter(
        entity_type=run.entity_type, entity_id=run.entity_id, type__in=CAUSES, cause_key=cause
    )
    found: OrderException | None = rows.order_by("-closed_at", "-id").only("public_id", "state", "title").first()
    return found


def of_same_event(run: Run) -> list[Run]:
    """Return the runs of the event that started this one, in their order, this one among them."""
    if run.event_id is None:
        return []
    rows = _light(run.organization).filter(event_id=run.event_id)
    return list(rows.order_by("id")[:MOST])


def chain_of(run: Run) -> tuple[Run | None, Run | None]:
    """Return the run that this one repeats, and the one that repeats this one."""
    rows = _light(run.organization).filter(Q(pk=run.replay_of_id) | Q(replay_of=run.pk))
    found = {one.pk == run.replay_of_id: one for one in rows}
    return found.get(True), found.get(False)


def neighbour(run: Run, *, older: bool) -> str:
    """Return the public ID of the run before or after this one in the history; nothing at its ends."""
    rows = Run.objects.within(run.organization)
    if older:
        beyond = Q(created_at__lt=run.created_at) | Q(created_at=run.created_at, pk__lt=run.pk)
        rows = rows.filter(beyond, created_at__lte=run.created_at).order_by("-created_at", "-pk")
    else:
        beyond = Q(created_at__gt=run.created_at) | Q(created_at=run.created_at, pk__gt=run.pk)
        rows = rows.filter(beyond, created_at__gte=run.created_at).order_by("created_at", "pk")
    return str(rows.values_list("public_id", flat=True).first() or "")


def of_record(organization: Organization, entity_type: str, entity_id: int, count: int = 20) -> list[Run]:
    """Return the runs on a record, the newest first."""
    rows = _light(organization).filter(entity_type=entity_type, entity_id=entity_id)
    found = list(rows.order_by("-id")[:count])
    read_before(organization).update({run.pk: run for run in found})
    return found


def read_before(organization: Organization) -> dict[int, Run]:
    """Return the runs on records that were read for this request, by id."""
    kept: dict[int, Run] = organization.__dict__.setdefault("_runs", {})
    return kept


def of_problem(exception: OrderException, count: int = 20) -> list[Run]:
    """Return the runs that an exception of a rule and a record tells of, the newest first."""
    rule = exception.cause_key.partition(":")[0]
    if exception.type not in CAUSES or exception.entity_id is None:
        return []
    rows = _light(exception.organization).filter(entity_type=exception.entity_type, entity_id=exception.entity_id)
    return list(rows.filter(rule__public_id=rule).order_by("-id")[:count])


def _light(organization: Organization) -> QuerySet[Run]:
    rows: QuerySet[Run] = Run.objects.within(organization).defer(*_HEAVY)
    return rows


__all__ = [
    "CAUSES", "Sent", "chain_of", "deliveries_of", "exception_of", "holds_of", "neighbour", "of_problem", "of_record",
    "of_same_event", "read_before", "sent", "sent_documents", "whole_document",
]  # fmt: skip
