"""Two versions of a list of rules: who came, went, moved, and was switched on or off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.kit.json import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule in a version of the list: its place from 1, its name then, and whether it was on."""

    place: int
    name: str
    enabled: bool
    is_default: bool
    version: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a rule version: the rule, its name and number."""

    rule: int
    name: str
    number: int
    is_default: bool


def entries_of(stored: Sequence[Json], rows: Mapping[int, Row]) -> list[Entry]:
    """Return the rules of a version of the list in their order."""
    found = []
    for place, one in enumerate(stored, start=1):
        row = rows.get(one["version"])
        name, number = (row.name, row.number) if row else (_("a deleted rule"), None)
        found.append(Entry(place, name, bool(one["enabled"]), bool(row and row.is_default), number))
    return found


def changes_of(before: Sequence[Json], after: Sequence[Json], rows: Mapping[int, Row]) -> list[str]:
    """Return what a version of the list changed, a sentence each."""
    old, new = {one["rule"]: one for one in before}, {one["rule"]: one for one in after}
    told = [_("“{name}” was taken out").format(name=_name(old[pk], rows)) for pk in old if pk not in new]
    for pk, one in new.items():
        name = _name(one, rows)
        if pk not in old:
            told.append(_("“{name}” was added, switched {state}").format(name=name, state=_state(one)))
            continue
        if bool(old[pk]["enabled"]) != bool(one["enabled"]):
            told.append(_("“{name}” was switched {state}").format(name=name, state=_state(one)))
        if old[pk]["version"] != one["version"]:
            told.append(_("“{name}” was saved").format(name=name))
    return told + _moves(list(old), list(new), rows, new)


def _moves(old: Sequence[int], new: Sequence[int], rows: Mapping[int, Row], after: Mapping[int, Json]) -> list[str]:
    """Return which rules moved: places are counted among those that are in both."""
    stayed, now = [pk for pk in old if pk in after], [pk for pk in new if pk in set(old)]
    if stayed == now:
        return []
    keep = _in_order([stayed.index(pk) for pk in now])
    told = []
    for place, pk in enumerate(now):
        if place not in keep:
            text = _("“{name}” moved from place {old} to place {new}")
            told.append(text.format(name=_name(after[pk], rows), old=old.index(pk) + 1, new=new.index(pk) + 1))
    return told


def _in_order(numbers: Sequence[int]) -> set[int]:
    """Return the places of a longest rising run of numbers: what is not in it has moved."""
    best: list[list[int]] = []
    for place, number in enumerate(numbers):
        before: list[int] = []
        for run in best:
            if numbers[run[-1]] < number and len(run) > len(before):
                before = run
        best.append([*before, place])
    longest: list[int] = []
    for run in best:
        longest = run if len(run) > len(longest) else longest
    return set(longest)


def _name(one: Json, rows: Mapping[int, Row]) -> str:
    row = rows.get(one["version"])
    return row.name if row else _("a deleted rule")


def _state(one: Json) -> str:
    return _("on") if one["enabled"] else _("off")
