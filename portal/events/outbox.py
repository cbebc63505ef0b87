"""Writing events: in the transaction of the change, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from portal.events.catalogue import event_types
from portal.events.dispatch import takers
from portal.events.models import Event, Handoff
from portal.kit import json
from portal.kit.bulk import copy_rows, next_ids
from portal.kit.jobs import ring
from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be written."""

    name: str
    organization_id: int
    entity_id: int
    entity_version: int
    payload: Json = field(default_factory=dict)


def record(events: Sequence[NewEvent]) -> list[int]:
    """Write events and what their consumers have to do; ring the consumers on commit.

    Returns the event ids in the order given. Must be called inside the transaction of the change.
    Raises portal.kit.registry.Unknown for an event name that nobody declared.
    """
    if not events:
        return []
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    ids = next_ids(Event, len(events))
    copy_rows(
        Event,
        ("id", "organization_id", "name", "entity_type", "entity_id", "entity_version", "payload"),
        (
            (
                pk,
                new.organization_id,
                new.name,
                event_types.get(new.name).entity,
                new.entity_id,
                new.entity_version,
                json.dumps_text(new.payload),
            )
            for pk, new in zip(ids, events, strict=True)
        ),
    )
    _hand_over(ids, events)
    return ids


def _hand_over(ids: Sequence[int], events: Sequence[NewEvent]) -> None:
    kinds: dict[tuple[str, int], list[Json]] = {}
    for new in events:
        kinds.setdefault((new.name, new.organization_id), []).append(new.payload)
    listening = {kind: takers(*kind, payloads) for kind, payloads in kinds.items()}
    rows = [
        (pk, one.name, new.organization_id, event_types.get(new.name).entity, new.entity_id, "pending", 0)
        for pk, new in zip(ids, events, strict=True)
        for one in listening[new.name, new.organization_id]
        if one.heeded(new.name, new.payload)
    ]
    if not rows:
        return
    copy_rows(
        Handoff,
        ("event_id", "consumer", "organization_id", "entity_type", "entity_id", "state", "attempts"),
        rows,
    )
    for consumer in {row[1] for row in rows}:
        ring(f"events:{consumer}")
