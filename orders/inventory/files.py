"""Stock from a file: a look at what it would change, and then all of it or nothing.

A file sets what it names and leaves the rest: an empty cell changes nothing, and the same file twice changes
nothing the second time. What is applied is exactly what was looked at: the preview carries a seal of it, and where
stock has moved on meanwhile, the changed preview is shown instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.inventory.levels import Key, hold
from orders.inventory.movements import Movement
from orders.inventory.post import post
from orders.inventory.sheet import LOCATION, Fault, Row, Sheet, read
from orders.models import InventoryLevel, Location
from portal.audit.actor import Actor
from portal.kit.text import fold
from portal.tenancy.models import Organization

NOTE = "From a file"
BATCH = 500
"""So many rows are written in one statement; every record of the file is locked before the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file and what it does: before and after of what it sets, by quantity."""

    line: int
    sku: str
    location: Location
    before: Mapping[str, int]
    after: Mapping[str, int]
    new: bool
    """There is no such record yet."""
    locked: bool

    @property
    def key(self) -> tuple[str, int]:
        """Folded SKU and location."""
        return fold(self.sku), self.location.pk

    @property
    def changes(self) -> dict[str, tuple[int, int]]:
        """Before and after of what really changes."""
        return {name: (self.before[name], n) for name, n in self.after.items() if n != self.before[name]}

    @property
    def outcome(self) -> str:
        """What becomes of the record: new, changed or unchanged."""
        return "new" if self.new and self.after else "changed" if self.changes else "unchanged"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, row by row; with a fault it does nothing."""

    entries: Sequence[Entry]
    faults: Sequence[Fault]
    passed_over: Sequence[str] = ()

    def count(self, outcome: str) -> int:
        """Return how many rows have this outcome."""
        return sum(entry.outcome == outcome for entry in self.entries)

    @property
    def writes(self) -> int:
        """How many records are made or changed."""
        return self.count("new") + self.count("changed")

    @property
    def locked(self) -> int:
        """How many records are set although they are locked: a person does it."""
        return sum(entry.locked and entry.outcome == "changed" for entry in self.entries)

    @property
    def seal(self) -> str:
        """Return what tells this preview from one that would do something else."""
        told = sorted((*entry.key, sorted(entry.changes.items()), entry.new) for entry in self.entries)
        return sha256(repr(told).encode()).hexdigest()[:32]


class Faulty(ValueError):
    """The file cannot be applied; `preview` says why."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Something in the file does not fit.")
        self.preview = preview


class MovedOn(Faulty):
    """Stock has changed since the preview; `preview` says what the file would do now."""


def preview(organization: Organization, data: bytes) -> Preview:
    """Say what a file would change; write nothing."""
    sheet, placed = _placed(organization, data)
    skus, places = {fold(row.sku) for row, _place in placed}, {place.pk for _row, place in placed}
    levels = InventoryLevel.objects.within(organization).filter(sku_folded__in=skus, location_id__in=places)
    return _preview(sheet, placed, {(one.sku_folded, one.location_id): one for one in levels})


def apply(organization: Organization, data: bytes, *, seal: str, by: Actor, note: str = "") -> Preview:
    """Set what a file says, all of it in one transaction, and return what was done.

    Raises Faulty where the file does not fit, MovedOn where it would do something else than the preview whose
    seal this is; nothing is written then.
    """
    with transaction.atomic():
        sheet, placed = _placed(organization, data)
        if sheet.faults:
            raise Faulty(preview(organization, data))
        wanted: dict[Key, str] = {
            (organization.pk, fold(row.sku), place.pk): row.sku for row, place in placed if row.units
        }
        held = {(sku, place): level for (_org, sku, place), level in hold(wanted).items()}
        done = _preview(sheet, placed, held)
        if done.faults:
            raise Faulty(done)
        if done.seal != seal:
            raise MovedOn(done)
        movements = _movements(organization, done, note)
        while batch := list(islice(movements, BATCH)):
            post(batch, by=by)
        _begin(held.values())
    return done


def _begin(levels: Iterable[InventoryLevel]) -> None:
    """Give records that begin without a unit their first version, as a movement gives the others theirs."""
    made = [level.pk for level in levels if level.version == 0]
    InventoryLevel.across.filter(pk__in=made, version=0).update(version=1)


def _placed(organization: Organization, data: bytes) -> tuple[Sheet, list[tuple[Row, Location]]]:
    """Read a file and find the location of each row; what cannot be found, or comes twice, is a fault."""
    sheet = read(data)
    finder = _Places(organization)
    placed: list[tuple[Row, Location]] = []
    seen: dict[tuple[str, int], int] = {}
    for row in sheet.rows:
        found = finder.find(row.place)
        if isinstance(found, tuple):
            sheet.fault(row.line, LOCATION, *found)
            continue
        first = seen.setdefault((fold(row.sku), found.pk), row.line)
        if first != row.line:
            told = _("“%(sku)s” at “%(place)s” stands in line %(line)s already.")
            words = {"sku": row.sku, "place": found.name, "line": first}
            sheet.fault(row.line, "sku", told % words, _("Keep one of the two rows."))
        placed.append((row, found))
    return sheet, placed


class _Places:
    """The locations of an organization by what people write: their IDs and their names."""

    def __init__(self, organization: Organization) -> None:
        self._by_id: dict[str, Location] = {}
        self._by_name: dict[str, list[Location]] = defaultdict(list)
        for one in Location.objects.within(organization).filter(deleted_at=None).order_by("pk"):
            self._by_id[one.public_id] = one
            self._by_name[fold(one.name)].append(one)

    def find(self, text: str) -> Location | tuple[str, str]:
        """Return the location that a text means, or what is wrong and what helps."""
        if text in self._by_id:
            return self._by_id[text]
        found = self._by_name.get(fold(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            told = ngettext("%(n)s location is called “%(name)s”.", "%(n)s locations are called “%(name)s”.",
                            len(found))  # fmt: skip
            ids = ", ".join(one.public_id for one in found[:5])
            return told % {"n": len(found), "name": text}, _("Write the ID instead: %(ids)s.") % {"ids": ids}
        return _("There is no location “%(name)s”.") % {"name": text[:100]}, self._cure(text)

    def _cure(self, text: str) -> str:
        near = get_close_matches(fold(text), self._by_name, n=1, cutoff=0.6)
        if near:
            return _("Do you mean “%(name)s”?") % {"name": self._by_name[near[0]][0].name}
        if not self._by_name:
            return _("Add the location first, under Settings or by connecting the warehouse.")
        names = ", ".join(f"“{found[0].name}”" for found in list(self._by_name.values())[:5])
        return _("Write one of the locations there are: %(names)s.") % {"names": names}


def _preview(
    sheet: Sheet,
    placed: Sequence[tuple[Row, Location]],
    levels: Mapping[tuple[str, int | None], InventoryLevel],
) -> Preview:
    entries = [_entry(row, place, levels.get((fold(row.sku), place.pk))) for row, place in placed]
    shut = [one for one in entries if one.outcome == "new" and not one.location.active]
    for one in shut:
        told = _("“%(name)s” is switched off, so nothing new begins there.") % {"name": one.location.name}
        sheet.fault(one.line, LOCATION, told, _("Switch the location on first, or take the row away."))
    return Preview(entries, sorted(sheet.faults, key=lambda fault: fault.line), sheet.passed_over)


def _entry(row: Row, place: Location, level: InventoryLevel | None) -> Entry:
    """Compare a row with what there is; a level that was only just made is at version 0."""
    new = level is None or level.version == 0
    before = {name: getattr(level, name) if level else 0 for name in row.units}
    return Entry(row.line, row.sku, place, before, row.units, new, bool(level and level.locked))


def _movements(organization: Organization, done: Preview, note: str) -> Iterator[Movement]:
    for entry in done.entries:
        if entry.outcome == "unchanged":
            continue
        change: dict[str, Any] = {name: after - before for name, (before, after) in entry.changes.items()}
        yield Movement(organization.pk, entry.location.pk, entry.sku, "edit", note=note or NOTE, **change)
