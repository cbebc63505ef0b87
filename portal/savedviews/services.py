"""What is done with saved views. Shared ones are everybody's to see, and their owner's to change."""

from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from portal.savedviews.models import SavedView
from portal.tenancy.models import Organization, User

MOST = 50


class ViewRefused(ValueError):
    """The view could not be kept; the message says why and what helps."""


class NameTaken(ViewRefused):
    """You already have a view of this name here; choose another name, or update that one."""


class TooMany(ViewRefused):
    """There are 50 views of this list; delete one first."""


class NameMissing(ViewRefused):
    """A view needs a name."""


def views_for(organization: Organization, user: User, list_key: str) -> QuerySet[SavedView]:
    """Return one's own views of a list and the shared ones, in their order."""
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(organization))
    return rows.filter(Q(owner=user) | Q(shared=True), list_key=list_key).order_by("position", "pk")


def keep(
    organization: Organization, *, by: User, list_key: str, name: str, query: str, shared: bool = False
) -> SavedView:
    """Save a new view at the end. Raises NameMissing, NameTaken or TooMany."""
    name = " ".join(name.split())[:60]
    if not name:
        raise NameMissing(NameMissing.__doc__)
    mine = views_for(organization, by, list_key)
    if mine.count() >= MOST:
        raise TooMany(TooMany.__doc__)
    last = mine.aggregate(last=Max("position"))["last"] or 0
    try:
        with transaction.atomic():
            return SavedView.across.create(
                organization=organization,
                owner=by,
                list_key=list_key,
                name=name,
                query=query,
                shared=shared,
                position=last + 1,
            )
    except IntegrityError:
        raise NameTaken(NameTaken.__doc__) from None


def update(view: SavedView, *, query: str) -> None:
    """Let the view show what its list shows now."""
    view.query = query
    view.save(update_fields=["query"])


def delete(view: SavedView) -> None:
    """Forget the view."""
    view.delete()


def own(organization: Organization, user: User, public_id: str) -> SavedView | None:
    """Return the view if it is this person's to change."""
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(organization))
    return rows.filter(owner=user, public_id=public_id).first()
