"""What a list's template reads: the state in hand, and everything that is drawn from it, on demand."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from portal.filters.fields import Catalogue, Choice
from portal.filters.tree import ALWAYS
from portal.savedviews.built_in import ALL
from portal.tenancy.models import Membership, Organization, User
from portal.ui import chips, html, list_state
from portal.ui.access import PageRequest
from portal.ui.cells import Column
from portal.ui.chips import ChipForm
from portal.ui.components import Pager
from portal.ui.found import Found, Match
from portal.ui.list_chips import ChipBar
from portal.ui.list_parts import Row, View
from portal.ui.list_state import State
from portal.ui.list_views import ViewBar

if TYPE_CHECKING:
    from portal.ui.lists import Bulk, ListPage


def _cells(
    record: Any, url: str, heads: Sequence[tuple[Column, SafeString]], matches: Sequence[Match] = ()
) -> SafeString:
    """Draw the cells of a row. Here and not in the template: four hundred of them make a page slow."""
    cells = []
    for column, opening in heads:
        shown = column.show(record)
        if column.title:
            shown = html.fill('<a class="row-link" href="{}" data-row-link>{}</a>', url, shown)
            for label, value in matches:
                shown = html.fill('{}<span class="row-match">{} <b>{}</b></span>', shown, label, value)
        cells.append(html.fill("{}{}</td>", opening, shown))
    return SafeString("".join(cells))


@dataclass(frozen=True)
class Listing:
    """One answer of a list. Frozen; what costs a query is read once, when the template asks."""

    page: "ListPage"
    organization: Organization
    member: Membership
    user: User
    path: str
    state: State
    views: Sequence[View]
    default: str
    zone: dt.tzinfo
    at: dt.datetime

    @property
    def catalogue(self) -> Catalogue:
        """The fields that can be asked for."""
        return self.page.target.catalogue

    def options(self, *paths: str) -> dict[str, Sequence[Choice]]:
        """Choices of text fields (stores, places): of these paths, or of all; a query for each."""
        return {
            path: read(self.organization)
            for path, read in (self.page.options or {}).items()
            if not paths or path in paths
        }

    # addresses

    def pairs(self, state: State | None = None) -> list_state.Pairs:
        """Return the canonical parameters of a state: what its view does not already say, and the view."""
        state = state or self.state
        own = list_state.pairs(state, self.catalogue, self.zone)
        view = next((view for view in self.views if view.key == state.view), None)
        kept = self.bar.kept(view) if view else None
        usual = list_state.default_size(self.page.sizes)
        if kept and self.bar.asked(kept) == own:
            return [("view", state.view), *list_state.size_pairs(state, kept.size)]
        if kept:
            own = [("view", state.view), *(own or [("q", "")])]  # emptied on purpose: not the same as the view
        elif not own and self.default:
            own = [("view", ALL)]
        return own + list_state.size_pairs(state, usual)

    @cached_property
    def bar(self) -> ViewBar:
        """The views above the list."""
        return ViewBar(self)

    @cached_property
    def chip_bar(self) -> ChipBar:
        """The chips of the filter."""
        return ChipBar(self)

    def url(self, state: State, **more: str) -> str:
        """Return the address of a state."""
        found = [*self.pairs(state), *(("page", str(state.page)) for _ in range(state.page > 1)), *more.items()]
        return f"{self.path}?{list_state.query_string(found)}" if found else self.path

    def address(self) -> str:
        """Return the address of this very state."""
        return self.url(self.state)

    @property
    def hidden(self) -> list_state.Pairs:
        """Parameters that a form on this page carries along: all of the state, whatever the view says."""
        own = list_state.pairs(self.state, self.catalogue, self.zone) or [("q", "")]
        size = list_state.size_pairs(self.state, list_state.default_size(self.page.sizes))
        return [("view", self.state.view)] * bool(self.state.view) + own + size

    @property
    def query(self) -> str:
        """What a new saved view keeps, and what *select all matching* means."""
        size = list_state.size_pairs(self.state, list_state.default_size(self.page.sizes))
        return list_state.query_string(list_state.pairs(self.state, self.catalogue, self.zone) + size)

    @property
    def builder_url(self) -> str:
        """Address of the advanced filter with this very state; empty for a list that has no key to be found by."""
        return self.chip_bar.advanced_url

    @property
    def whole_query(self) -> str:
        """This state as the text after “?”, with its view."""
        return list_state.query_string(self.pairs())

    @property
    def csv_url(self) -> str:
        """This state as CSV."""
        return self._beside("csv")

    @property
    def json_url(self) -> str:
        """This state as JSON."""
        return self._beside("json")

    def _beside(self, extension: str) -> str:
        text = list_state.query_string(self.pairs())
        page = f"{'&' if text else ''}page={self.state.page}" if extension == "json" and self.state.page > 1 else ""
        return f"{self.path}.{extension}" + (f"?{text}{page}" if text or page else "")

    @property
    def searchable(self) -> bool:
        """Whether the list has a search box (a template would call the function instead of testing it)."""
        return self.page.search is not None

    @property
    def clear_url(self) -> str:
        """Without filter and search, columns and order kept."""
        return self.url(replace(self.state, tree=ALWAYS, q="", page=1, problems=()))

    # rows

    @cached_property
    def found(self) -> Found:
        """What the search box found, before the filter."""
        return self.page.found(self.organization, self.state)

    @property
    def found_sentence(self) -> str:
        """How the search box found these rows, in one sentence; empty without a search."""
        return self.found.sentence(*self.counted) if self.state.q else ""

    @property
    def wider_url(self) -> str:
        """Address of a wider search, if there is one."""
        return self.url(replace(self.state, q=self.found.wider, page=1)) if self.found.wider else ""

    @cached_property
    def matching(self) -> Any:
        """Every row that is asked for, unordered."""
        return self.page.filtered(self.organization, self.state, self.zone, self.at, self.found)

    @cached_property
    def counted(self) -> tuple[int, bool]:
        """How many, and whether that is an estimate. A first page that is not full is all there is."""
        total, about = self.page.count(self.matching)
        if about and self.state.page == 1 and len(self.records) < self.state.size:
            return len(self.records), False
        return total, about

    @cached_property
    def records(self) -> list[Any]:
        """The records of this page."""
        first = (self.pager_number - 1) * self.state.size if self.state.page > 1 else 0
        return list(self.page.ordered(self.matching, self.state)[first : first + self.state.size])

    @property
    def pager_number(self) -> int:
        """The page that is shown: beyond the end it is the last one."""
        total, about = self.counted
        return self.state.page if about else min(self.state.page, max(1, -(-total // self.state.size)))

    @cached_property
    def columns(self) -> list[Column]:
        """The shown columns."""
        return self.page.columns_of(self.state)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows, drawn."""
        page = self.page
        opening = '<td class="{}" data-label="{}">'
        heads = [(column, html.fill(opening, column.css, column.label)) for column in self.columns]
        matched = self.found.matched(self.records) if self.state.q and self.records else {}
        return [
            Row(
                page.id_of(record),
                str(page.version_of(record)),
                url := page.url(record),
                page.name_of(record),
                _cells(record, url, heads, matched.get(record.pk, ())),
            )
            for record in self.records
        ]

    @property
    def pager(self) -> Pager:
        """Where one is in the list."""
        total, about = self.counted
        query = self.pairs()
        return Pager(
            self.pager_number, self.state.size, total, about, self.path, query, self.page.sizes, shown=len(self.records)
        )

    @property
    def narrowed(self) -> bool:
        """Whether something is filtered or searched: nothing found is not the same as nothing there."""
        return bool(self.state.tree.items or self.state.q or self.state.problems)

    # head

    def heads(self) -> Iterator[tuple[Column, str, str]]:
        """Yield (column, aria-sort, address that sorts by it)."""
        sort = self.page.sort_of(self.state)
        for column in self.columns:
            if not column.sort:
                yield column, "", ""
                continue
            current = sort.removeprefix("-") == column.key
            descending = sort.startswith("-")
            order = ("descending" if descending else "ascending") if current else ""
            wish = column.key if current and descending else f"-{column.key}" if current or column.align else column.key
            yield column, order, self.url(replace(self.state, sort=wish, page=1))

    def form_answer(self, request: PageRequest, form: ChipForm | None = None) -> HttpResponse:
        """Answer with the form of one chip, or the fields to choose from."""
        wrong = form is not None
        form = form or chips.form_for(request.GET, self.state, self.catalogue, self.zone, self.options())
        template = "ui/list_chip.html" if form else "ui/list_fields.html"
        response = render(request, template, {"list": self, "form": form})
        if wrong:
            response["HX-Retarget"] = "closest .dropdown-menu"
            response["HX-Reswap"] = "innerHTML"
            response["HX-Push-Url"] = "false"
        response["Vary"] = "HX-Request"
        return response

    # what else is offered

    def column_choices(self) -> Iterator[tuple[Column, bool]]:
        """Yield each column that can be left out, and whether it is shown."""
        shown = {column.key for column in self.columns}
        for column in self.page.columns:
            if not column.title:
                yield column, column.key in shown

    @property
    def plain_pairs(self) -> list_state.Pairs:
        """Parameters without the columns: the form of the columns carries these."""
        return [(name, value) for name, value in self.hidden if name != "columns"]

    @property
    def search_pairs(self) -> list_state.Pairs:
        """Parameters without the search text."""
        return [(name, value) for name, value in self.hidden if name != "q"]

    @cached_property
    def bulk(self) -> "list[tuple[Bulk, str]]":
        """Acts on ticked rows that this member may do, with their addresses."""
        return self.page.bulk_for(self)

    @property
    def bulk_more(self) -> bool:
        """Say whether the bar for ticked rows has a menu *More*."""
        return any(act.more for act, _url in self.bulk)
