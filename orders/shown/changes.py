"""The history of a card, a location or a group as people read it, and what somebody has saved meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.audit.models import History
from portal.tenancy.models import Organization
from portal.ui.components import DiffRow, Happening, diff_rows

MOST = 50
_ICONS = {
    "created": "plus",
    "edited": "pencil",
    "renamed": "pencil",
    "enabled": "toggle-right",
    "disabled": "toggle-left",
    "activated": "toggle-right",
    "deactivated": "toggle-left",
    "paused": "player-pause",
    "resumed": "player-play",
    "merged": "arrows-exchange",
    "moved": "arrows-up-down",
    "deleted": "trash",
}


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What was saved since a version was opened: by whom last, and what is different."""

    who: str
    version: int
    rows: Sequence[DiffRow]


def happenings(organization: Organization, entity: str, pk: int, limit: int | None = MOST) -> list[Happening]:
    """Return the history of a record, the newest first."""
    rows = History.objects.within(organization).filter(entity_type=entity, entity_id=pk).order_by("-id")
    return [
        Happening(row.at, row.actor_name, row.summary, _ICONS.get(row.verb, "point"), changes=_told(row))
        for row in rows[:limit]
    ]


def _told(row: History) -> Sequence[Mapping[str, object]]:
    """A record's beginning is told by its document; only what changed afterwards is worth a table."""
    return [] if row.verb == "created" else row.changes


def meanwhile(organization: Organization, entity: str, pk: int, *, seen: int, version: int) -> Meanwhile | None:
    """Return what others have saved since version `seen`; None while that is the newest."""
    if seen >= version:
        return None
    rows = History.objects.within(organization).filter(entity_type=entity, entity_id=pk, version__gt=seen)
    found = list(rows.order_by("id"))
    told = [one for row in found for one in diff_rows(row.changes)]
    return Meanwhile(found[-1].actor_name if found else "", version, told)
