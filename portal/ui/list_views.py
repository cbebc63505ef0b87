"""The views above a list: its tabs, and what can be done with the one that is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.filters.fields import Catalogue
from portal.savedviews.built_in import ALL
from portal.tenancy.roles import Permission
from portal.ui import list_state
from portal.ui.list_parts import View

if TYPE_CHECKING:
    import datetime as dt

    from portal.ui.list_answer import Listing


@dataclass(frozen=True)
class ViewTab:
    """One tab as it is drawn; `broken` for a view whose filter cannot be read any more."""

    label: StrOrPromise
    url: str
    current: bool
    changed: bool = False
    count: int | None = None
    broken: bool = False


@lru_cache(maxsize=2_000)
def read_kept(query: str, catalogue: Catalogue, zone: "dt.tzinfo", sizes: tuple[int, ...]) -> list_state.State:
    """Return the state that a view keeps: the same for everybody, so it is read once."""
    return list_state.read(QueryDict(query), catalogue, zone, {}, sizes)


@dataclass(frozen=True)
class ViewBar:
    """What the templates of views read; a listing has one."""

    listing: "Listing"

    def kept(self, view: View) -> list_state.State:
        """Return the state that a view keeps."""
        listing = self.listing
        return read_kept(view.query, listing.catalogue, listing.zone, tuple(listing.page.sizes))

    def tabs(self) -> Iterator[ViewTab]:
        """Yield the tabs, *All* first, the others as this person has put them."""
        listing = self.listing
        here = listing.state.view
        yield ViewTab(_("All"), self.all_url, not here and not listing.narrowed)
        for view in listing.views:
            current = view.key == here
            broken = view.saved and bool(self.kept(view).problems)
            yield ViewTab(view.label, self.url_of(view.key), current, current and self.dirty, view.count, broken)

    def url_of(self, key: str) -> str:
        """Return the address of a view as it is kept."""
        return f"{self.listing.path}?{list_state.query_string([('view', key)])}"

    @property
    def all_url(self) -> str:
        """The address of all rows: said in words where another view opens by itself."""
        return self.url_of(ALL) if self.listing.default else self.listing.path

    @cached_property
    def open(self) -> View | None:
        """The view that is open."""
        return next((view for view in self.listing.views if view.key == self.listing.state.view), None)

    @cached_property
    def dirty(self) -> bool:
        """Whether the list shows something else than the open view keeps."""
        if self.open is None:
            return False
        kept, state = self.kept(self.open), self.listing.state
        return self.asked(kept) != self.asked(state) or kept.size != state.size

    def asked(self, state: list_state.State) -> list_state.Pairs:
        """Return what a state asks for, without its page and page size."""
        return list_state.pairs(state, self.listing.catalogue, self.listing.zone)

    @property
    def discard_url(self) -> str:
        """The address of the open view as it is kept."""
        return self.url_of(self.key)

    @property
    def broken(self) -> bool:
        """Whether the open view is shown as it is kept, and that cannot be read."""
        return bool(self.open and not self.dirty and self.listing.state.problems)

    @property
    def keepable(self) -> bool:
        """Whether there is something to save as a view."""
        return bool(self.listing.query) and (self.open is None or self.dirty) and not self.listing.state.unread

    @property
    def opens_here(self) -> bool:
        """Whether this list opens by itself with what is open now."""
        return (self.listing.state.view or ALL) == (self.listing.default or ALL)

    @property
    def key(self) -> str:
        """The key of what is open: “all” for no view."""
        return self.listing.state.view or ALL

    @property
    def may_share(self) -> bool:
        """Whether this member may save views for everybody."""
        return self.listing.member.may(Permission.OPERATE)

    @property
    def manage_url(self) -> str:
        """Address of the page on which the views are put in order; empty for a list that nobody finds by its key."""
        from portal.ui.lists import list_pages

        key = self.listing.page.key
        return reverse("ui:views_of", args=[key]) if key in list_pages else ""
