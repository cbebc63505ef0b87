"""An entity as it was at any of its versions."""

from collections.abc import Mapping, Sequence

from portal.audit.models import History
from portal.entities.patch import revert
from portal.kit.json import Json


def as_of(entity_type: str, wanted: Mapping[int, int], current: Mapping[int, tuple[int, Json]]) -> dict[int, Json]:
    """Return documents at the `wanted` versions, by entity id, undoing what came later.

    `current` holds each entity's present version and document. One query for all that have moved on.
    """
    moved = [pk for pk, version in wanted.items() if current[pk][0] > version]
    newer = _newer_changes(entity_type, moved, min((wanted[pk] for pk in moved), default=0))
    documents = {}
    for pk, version in wanted.items():
        document = current[pk][1]
        for row in newer.get(pk, ()):
            if row.version > version:
                document = revert(document, row.changes)
        documents[pk] = document
    return documents


def _newer_changes(entity_type: str, ids: Sequence[int], above: int) -> dict[int, list[History]]:
    rows: dict[int, list[History]] = {}
    if ids:
        found = History.across.filter(entity_type=entity_type, entity_id__in=ids, version__gt=above)
        for row in found.order_by("-version", "-id"):
            rows.setdefault(row.entity_id, []).append(row)
    return rows
