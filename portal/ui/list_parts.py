"""Small values of a list: its views and its rows, as templates read them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from portal.kit.text import fold
from portal.savedviews.built_in import ALL
from portal.savedviews.services import may_change
from portal.savedviews.shelf import Kept
from portal.tenancy.models import Membership


@dataclass(frozen=True)
class View:
    """A tab: built in or saved. `mine` may be changed by this person; `own` was made by them."""

    key: str
    label: StrOrPromise
    query: str
    mine: bool = False
    own: bool = False
    shared: bool = False
    owner: str = ""
    version: int = 0
    count: int | None = None

    @property
    def saved(self) -> bool:
        """Whether people have made it; else the list brings it along."""
        return self.version > 0


def saved_view(kept: Kept, member: Membership) -> View:
    """Return a saved view as a tab of this member."""
    own = kept.owner_id == member.user_id
    return View(kept.key, kept.name, kept.query, may_change(member, kept), own, kept.shared, kept.owner, kept.version)


def by_key(get: QueryDict, views: Iterable[View]) -> QueryDict:
    """Return the parameters with a view's key in the place of its name: `?view=Waits` works as `?view=f3…` does.

    A key comes first, then a name of one's own, of a shared view, of a built-in one.
    """
    views = sorted(views, key=lambda view: (not view.own, not view.saved))
    wish = get.get("view", "")
    if not wish or wish == ALL or any(view.key == wish for view in views):
        return get
    wanted = fold(wish)
    found = ALL if wanted == ALL else next((view.key for view in views if fold(str(view.label)) == wanted), "")
    if not found:
        return get
    changed = get.copy()
    changed["view"] = found
    return changed


def undo_url(key: str) -> str:
    """Return where the deletion of a view is undone."""
    return reverse("ui:view_restore", args=[key])


@dataclass(frozen=True)
class Row:
    """One row as it is drawn."""

    id: str
    version: str
    url: str
    name: str
    cells: SafeString
