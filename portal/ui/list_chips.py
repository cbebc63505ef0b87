"""The chips above a list: the quick fields in their places, then whatever else is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from portal.filters.tree import Condition
from portal.ui import chips, list_state
from portal.ui.chips import Chip

if TYPE_CHECKING:
    from portal.ui.list_answer import Listing


@dataclass(frozen=True)
class Slot:
    """A place for a chip: filled by a part of the filter, or a quick field that nothing is asked of yet.

    `key` tells the browser which chip is the same one afterwards. Without `form_url` the chip opens the
    advanced filter at `advanced_url`; without that one too it is only shown.
    """

    key: str
    text: str
    form_url: str = ""
    away_url: str = ""
    advanced_url: str = ""
    filled: bool = True
    wrong: bool = False


@dataclass(frozen=True)
class ChipBar:
    """What the templates of chips read; a listing has one."""

    listing: "Listing"

    @cached_property
    def slots(self) -> list[Slot]:
        """The chips: quick fields first, in their fixed order, each with the first condition on it."""
        chips_of = list(self._chips())
        placed: list[Slot] = []
        used: set[int] = set()
        for path in self.listing.page.quick:
            field = self.listing.catalogue.get(path)
            if field is None:
                continue
            mine = next((chip for chip in chips_of if chip.field == path and chip.index not in used), None)
            if mine is None:
                url = self.listing.url(self.listing.state, form="new", field=path)
                placed.append(Slot(path, field.label, url, filled=False))
            else:
                used.add(mine.index)
                placed.append(self._filled(mine, path))
        rest = [chip for chip in chips_of if chip.index not in used]
        return placed + [self._filled(chip, f"#{number}") for number, chip in enumerate(rest)]

    def _chips(self) -> Iterator[Chip]:
        listing = self.listing
        named = {node.field for node in chips.items(listing.state.tree) if isinstance(node, Condition)}
        known = named & (listing.page.options or {}).keys()
        options = listing.options(*known) if known else {}
        yield from chips.chips(listing.state, listing.catalogue, listing.zone, options)

    def _filled(self, chip: Chip, key: str) -> Slot:
        listing = self.listing
        rest = chips.without(listing.state.tree, chip.index)
        form = listing.url(listing.state, form=str(chip.index)) if chip.editable else ""
        away = listing.url(listing.state.with_tree(rest))
        return Slot(key, chip.text, form, away, "" if form else self.advanced_url, wrong=chip.wrong)

    @property
    def new_url(self) -> str:
        """Address of the list of fields to filter by."""
        return self.listing.url(self.listing.state, form="new")

    @cached_property
    def advanced_url(self) -> str:
        """Address of the advanced filter with this very state; nothing for a list that nobody can find by its key."""
        from portal.ui.lists import list_pages

        if self.listing.page.key not in list_pages:
            return ""
        query = list_state.query_string(self.listing.pairs())
        return reverse("ui:filter", args=[self.listing.page.key]) + (f"?{query}" if query else "")

    def field_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return (group, (label, address of the form)) of all fields."""
        listing = self.listing
        return [
            (group, [(field.label, listing.url(listing.state, form="new", field=field.path)) for field in fields])
            for group, fields in chips.fields_by_group(listing.catalogue, listing.page.quick)
        ]
