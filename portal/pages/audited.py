"""The history of what is changed on the settings pages: who may what, and the organization itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import Change
from portal.ui.access import PageRequest


def note(
    request: PageRequest, entity_type: str, entity_id: int, verb: str, summary: str, changes: Sequence[Change] = ()
) -> None:
    """Write a line of history, in the transaction of the change. These records count no versions."""
    by = Actor.user(request.user)
    record([Entry(request.organization.pk, entity_type, entity_id, 1, by, verb, summary, changes)])


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs between two sets of plain values under the same names."""
    return [
        {"op": "replace", "path": f"/{name}", "old": before[name], "value": after[name]}
        for name in before
        if before[name] != after[name]
    ]
