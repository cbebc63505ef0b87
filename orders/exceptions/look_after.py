"""Looking after exceptions: who does, until when one rests, and opening a closed one again.

Nobody hears of it but the history: rules look at what goes wrong, not at who mends it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from orders.documents.exception import worked_on
from orders.documents.instants import instant
from orders.exceptions.write import Told, lock, tell
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.entities import patch
from portal.kit.clock import database_now
from portal.kit.jobs import watcher
from portal.kit.json import Json
from portal.kit.text import fold
from portal.tenancy.models import Organization, User

SYSTEM = Actor.system()
MORNING = dt.time(8, 0)
MOST = 500
_FIELDS = (
    "state", "closed_at", "closed_by", "facets", "assigned_to", "assigned_name", "assigned_folded", "snoozed_until",
    "returned_at", "updated_at", "version",
)  # fmt: skip

Values = Mapping[str, Any]


def assigned(email: str, name: str) -> dict[str, Any]:
    """Return what a row holds of the member who looks after it; nobody where the e-mail is empty."""
    taken = {"returned_at": None} if email else {}
    return {
        "assigned_to": email,
        "assigned_name": name[:200],
        "assigned_folded": fold(email) if email else None,
        **taken,
    }


def snoozed(until: dt.datetime | None) -> dict[str, Any]:
    """Return what a row holds that rests until a time; None wakes it."""
    return {"snoozed_until": until, "returned_at": None}


def reopened() -> dict[str, Any]:
    """Return what a row holds that is open again."""
    return {"state": OrderException.State.ACTIVE, "closed_at": None, "closed_by": ""}


def change(
    rows: Mapping[int, OrderException], wanted: Mapping[int, Values], *, by: Actor, verb: str, summary: str, cause: str
) -> None:
    """Write values of exceptions that the caller has locked with `write.lock`, each with a version and a line."""
    now, told = database_now(), []
    for pk, values in wanted.items():
        row, before = rows[pk], _asked(rows[pk])
        for name, value in values.items():
            setattr(row, name, value)
        if row.state == OrderException.State.ACTIVE:
            row.facets = {name: value for name, value in row.facets.items() if name != "closedBy"}
        row.version, row.updated_at = row.version + 1, now
        changes = patch.diff(before, _asked(row))
        told.append(
            Told(
                pk, row.organization_id, row.version - 1, row.version, by, verb, summary, changes, cause, announce=False
            )
        )  # fmt: skip
    OrderException.across.bulk_update([rows[pk] for pk in wanted], _FIELDS, batch_size=500)
    tell(told)


def _asked(row: OrderException) -> Json:
    told = {"state": row.state} | worked_on(row)
    if row.closed_at:
        told |= {"closedAt": instant(row.closed_at), "closedBy": row.closed_by}
    return {name: value for name, value in told.items() if value}


def members(organization: Organization) -> list[User]:
    """Return who exceptions can be given to, by name: one query."""
    return list(User.objects.filter(memberships__organization=organization, is_active=True).order_by("name", "pk"))


def tomorrow(organization: Organization, now: dt.datetime) -> dt.datetime:
    """Return tomorrow at eight in the morning, by the organization's clock."""
    return _morning(organization, now, 1)


def next_week(organization: Organization, now: dt.datetime) -> dt.datetime:
    """Return next Monday at eight in the morning, by the organization's clock."""
    return _morning(organization, now, 7 - now.astimezone(organization.zone).weekday())


def _morning(organization: Organization, now: dt.datetime, days: int) -> dt.datetime:
    day = now.astimezone(organization.zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, MORNING, organization.zone).astimezone(dt.UTC)


@watcher("snoozes that end", every=20)
def wake() -> int:
    """Bring back the exceptions whose snooze is over, with a mark. Returns how many."""
    due = OrderException.across.filter(snoozed_until__lte=database_now()).order_by("snoozed_until", "pk")
    ids = list(due.values_list("pk", flat=True)[:MOST])
    if not ids:
        return 0
    with transaction.atomic():
        rows, now = lock(ids), database_now()
        over = [pk for pk, row in rows.items() if row.snoozed_until and row.snoozed_until <= now]
        values = {"snoozed_until": None, "returned_at": now}
        change(
            rows, dict.fromkeys(over, values), by=SYSTEM, verb="came back", summary="Its snooze is over.",
            cause="system",
        )  # fmt: skip
    return len(over)
