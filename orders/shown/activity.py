"""The history of an order as people read it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from portal.audit.models import History
from portal.audit.runs import RunLink, links_of
from portal.tenancy.models import Organization
from portal.ui.components import Happening

_ICONS = {
    "ingested": "package-import",
    "updated": "refresh",
    "held": "clock-pause",
    "released": "player-play",
    "canceled": "ban",
    "archived": "archive",
    "commented": "message",
    "marked ready": "circle-check",
    "marked for review": "eye",
    "set to draft": "pencil",
    "noted": "info-circle",
    "edited": "pencil",
    "gave back": "arrow-back-up",
    "lines canceled": "minus",
    "lines rejected": "minus",
    "deleted": "trash",
    "restored": "arrow-back-up",
    "moved back": "arrow-back-up",
    "copied": "copy",
    "settled": "truck-delivery",
    "marked unfulfilled": "arrow-back-up",
    "pushed": "send",
    "push failed": "alert-triangle",
}
_KINDS = {"rule": "bolt", "integration": "plug", "api_key": "key"}


def happenings(history: Sequence[History], organization: Organization | None = None) -> list[Happening]:
    """Return one entry per row, newest first; a comment stands below the line, as it was written.

    With the organization, what a rule did leads to its run: one query for all of them.
    """
    run_ids = {row.run_id for row in history if row.run_id is not None}
    runs = links_of(organization, run_ids) if organization is not None else {}
    return [_happening(row, runs.get(row.run_id or 0)) for row in history]


def _happening(row: History, run: RunLink | None) -> Happening:
    icon = _ICONS.get(row.verb) or _KINDS.get(row.actor_kind, "point")
    if row.verb == "commented":
        return Happening(row.at, row.actor_name, _("commented"), icon, note=row.summary)
    url, link = (run.url, _("Open the run")) if run is not None else ("", "")
    if run is None and row.changes and row.entity_type == "order":
        url, link = f"?at={row.version}", _("As it was then")
    return Happening(row.at, row.actor_name, row.summary, icon, changes=row.changes, url=url, link=link)
