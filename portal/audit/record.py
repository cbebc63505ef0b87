"""Writing history: always beside the change, in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.audit.actor import Actor
from portal.audit.models import History
from portal.entities.patch import Change
from portal.kit import json
from portal.kit.bulk import copy_rows


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an entity's history."""

    organization_id: int
    entity_type: str
    entity_id: int
    version: int
    by: Actor
    verb: str
    summary: str
    changes: Sequence[Change] = field(default_factory=tuple)
    run_id: int | None = None


_COLUMNS = (
    "organization_id", "entity_type", "entity_id", "version", "actor_kind", "actor_id", "actor_name",
    "verb", "summary", "changes", "run_id",
)  # fmt: skip


def record(entries: Sequence[Entry]) -> None:
    """Write history rows, many at once."""
    if entries:
        copy_rows(
            History,
            _COLUMNS,
            (
                (
                    one.organization_id, one.entity_type, one.entity_id, one.version,
                    one.by.kind, one.by.id[:80], one.by.name[:200], one.verb, one.summary,
                    json.dumps_text(one.changes), one.run_id,
                )
                for one in entries
            ),
        )  # fmt: skip
