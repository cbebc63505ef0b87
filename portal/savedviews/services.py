"""What is done with saved views. A shared one is everybody's to see; its owner and administrators change it.

Every change of a shared view stands in History, also that it became shared, or no longer is.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import Change, diff
from portal.kit.clock import now
from portal.kit.text import fold
from portal.savedviews.defaults import forget_role_defaults
from portal.savedviews.finding import Found, UnknownView, find
from portal.savedviews.models import SavedView
from portal.savedviews.refusals import (
    ChangedMeanwhile,
    NameMissing,
    NameTaken,
    SharedNameTaken,
    TooMany,
    ViewRefused,
)
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Permission

ENTITY = "saved_view"
MOST = 50
LONGEST_NAME = 60
KEPT_FOR_UNDO = dt.timedelta(days=1)


def keep(
    organization: Organization, *, by: User, list_key: str, name: str, query: str, shared: bool = False
) -> SavedView:
    """Save a new view. Raises NameMissing, NameTaken, SharedNameTaken or TooMany."""
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(organization))
    if rows.filter(owner=by, list_key=list_key, deleted_at=None).count() >= MOST:
        raise TooMany(TooMany.__doc__)
    view = SavedView(
        organization=organization, owner=by, list_key=list_key, query=query, shared=shared, changed_by=str(by)[:200]
    )
    _name(view, name)
    with _unique(), transaction.atomic():
        view.save(force_insert=True)
        if shared:
            _note(view, by, "created", f"Saved the view “{view.name}” for everybody", diff({}, _plain(view)))
    return view


def update(view: SavedView, *, by: User, query: str, seen: int | None = None) -> None:
    """Let the view show what its list shows now. `seen` is the version that was looked at. Raises ChangedMeanwhile."""
    with _changing(view, by, seen, "updated", "Changed what the view “{name}” shows") as row:
        row.query = query


def rename(view: SavedView, *, by: User, name: str, seen: int | None = None) -> None:
    """Call the view otherwise. Raises NameMissing, NameTaken, SharedNameTaken or ChangedMeanwhile."""
    with _changing(view, by, seen, "renamed", f"Renamed the view “{view.name}” to “{{name}}”") as row:
        _name(row, name)


def share(view: SavedView, *, by: User, seen: int | None = None) -> None:
    """Show the view to everybody in the organization. Raises SharedNameTaken or ChangedMeanwhile."""
    with _changing(view, by, seen, "shared", "Shared the view “{name}”") as row:
        row.shared = True


def unshare(view: SavedView, *, by: User, seen: int | None = None) -> None:
    """Leave the view to its owner alone; roles that began with it begin with all rows. Raises ChangedMeanwhile."""
    with _changing(view, by, seen, "unshared", "Stopped sharing the view “{name}”") as row:
        row.shared = False
        forget_role_defaults(row, by=by)


def delete(view: SavedView, *, by: User, seen: int | None = None) -> None:
    """Take the view away; `restore` brings it back for a day. Raises ChangedMeanwhile."""
    with _changing(view, by, seen, "deleted", "Deleted the view “{name}”") as row:
        row.deleted_at = now()
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(view.organization))
    rows.filter(deleted_at__lt=now() - KEPT_FOR_UNDO).delete()


def restore(view: SavedView, *, by: User) -> None:
    """Undo a deletion. Raises NameTaken or SharedNameTaken when the name is in use again."""
    with _changing(view, by, None, "restored", "Brought the view “{name}” back") as row:
        row.deleted_at = None


def may_change(member: Membership, view: Any) -> bool:
    """Say whether a member may change a view (a SavedView, or what a list read of it).

    One's own, if it is shared only with the right to do more than look; a shared one of somebody else's
    with the right to look after people.
    """
    if view.owner_id == member.user_id:
        return not view.shared or member.may(Permission.OPERATE)
    return bool(view.shared) and member.may(Permission.USERS)


def changeable(member: Membership, public_id: str, *, deleted: bool = False) -> SavedView | None:
    """Return the view if it is this member's to change; `deleted` asks for those that can be restored."""
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(member.organization))
    view = rows.filter(public_id=public_id, deleted_at__isnull=not deleted).first()
    if view is None or not may_change(member, view):
        return None
    view.organization = member.organization
    return view


def _name(view: SavedView, name: str) -> None:
    view.name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    if not view.name:
        raise NameMissing(NameMissing.__doc__)
    view.name_folded = fold(view.name)[:120]


@contextmanager
def _unique() -> Iterator[None]:
    """Tell a name that is taken by whose it is; the constraints of the table decide, not a look before."""
    try:
        yield
    except IntegrityError as error:
        refusal = SharedNameTaken if "savedview_shared_name" in str(error) else NameTaken
        raise refusal(refusal.__doc__) from None


@contextmanager
def _changing(view: SavedView, by: User, seen: int | None, verb: str, summary: str) -> Iterator[SavedView]:
    """Lock the view, let it be changed, and write what happened where others see it."""
    with _unique(), transaction.atomic():
        row = SavedView.across.select_for_update().get(pk=view.pk)
        row.organization = view.organization
        if seen is not None and row.version != seen:
            raise ChangedMeanwhile(row.name, row.changed_by, row.changed_at)
        before = _plain(row)
        yield row
        row.version += 1
        row.changed_at, row.changed_by = now(), str(by)[:200]
        row.save()
        if row.shared or before.get("shared"):
            _note(row, by, verb, summary.replace("{name}", row.name), diff(before, _plain(row)))
    for field in row._meta.concrete_fields:
        setattr(view, field.attname, getattr(row, field.attname))


def _plain(view: SavedView) -> dict[str, Any]:
    """Return what history tells of a view."""
    told: dict[str, Any] = {"name": view.name, "list": view.list_key, "query": view.query, "shared": view.shared}
    return told | ({"deleted": True} if view.deleted_at else {})


def _note(view: SavedView, by: User, verb: str, summary: str, changes: list[Change]) -> None:
    record([Entry(view.organization_id, ENTITY, view.pk, view.version, Actor.user(by), verb, summary, changes)])


__all__ = [
    "ChangedMeanwhile",
    "Found",
    "NameMissing",
    "NameTaken",
    "SharedNameTaken",
    "TooMany",
    "UnknownView",
    "ViewRefused",
    "changeable",
    "delete",
    "find",
    "keep",
    "may_change",
    "rename",
    "restore",
    "share",
    "unshare",
    "update",
]
