"""Hours of the week: rows of weekdays with a time from and a time to."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Said, Settings, Shown, UnknownRow, Values, Where, beneath, first, kinds
from automations.inputs.times import clock
from portal.filters.operands import WEEKDAYS

DAYS = tuple(day.value for day in WEEKDAYS)
MOST = 20
"""Rows that one setting may have."""
_NEW = {"days": DAYS[:5], "start": ("09:00",), "end": ("17:00",)}
Row = Mapping[str, tuple[str, ...]]


def rows(input: Input, values: Values) -> Sequence[Row]:
    """Return the rows as typed, from top to bottom; gaps in their numbers are fine."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for key, given in beneath(values, input.name).items():
        number, _dot, part = key.partition(".")
        if part in _NEW and number.isascii() and number.isdecimal() and len(number) < 4:
            found.setdefault(int(number), {})[part] = given
    return [found[number] for number in sorted(found)][:MOST]


def _as_values(input: Input, all_rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Return rows as form names. The bare name says that the input is there, also without a row."""
    made: dict[str, tuple[str, ...]] = {input.name: ("",)}
    for number, row in enumerate(all_rows):
        made |= {f"{input.name}.{number}.{part}": given for part, given in row.items()}
    return made


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    found = rows(input, values)
    if not found and input.name not in values:
        return {}
    return {
        input.name: [
            {
                "days": [day for day in DAYS if day in row.get("days", ())],
                **{end: clock(first(row, end)) or first(row, end) for end in ("start", "end")},
            }
            for row in found
        ]
    }


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    stored = settings.get(input.name) or ()
    return _as_values(
        input,
        [
            {
                "days": tuple(map(str, row.get("days", ()))),
                "start": (str(row.get("start", "")),),
                "end": (str(row.get("end", "")),),
            }
            for row in stored
        ],
    )


def _faults(input: Input, values: Values, where: Where) -> Sequence[Said]:
    said: list[Said] = []
    for number, row in enumerate(rows(input, values)):
        place = f"{input.name}.{number}"
        start, end = (clock(first(row, part)) for part in ("start", "end"))
        if not row.get("days"):
            said.append((place, _("Choose at least one day of the week.")))
        if start is None or end is None:
            said.append((place, _("Give both times, such as 09:00 and 17:00.")))
        elif start == end != "00:00":
            said.append((place, _("The hours end when they begin. For the whole day give 00:00 and 00:00.")))
    return said


def _row(input: Input, values: Values, verb: str, row: int) -> Values:
    found = rows(input, values)
    if verb == "add" and len(found) < MOST:
        found = (*found, _NEW)
    elif verb == "remove" and row < len(found):
        found = (*found[:row], *found[row + 1 :])
    else:
        raise UnknownRow(f"There is no row {row + 1} to {verb[:20]}.")
    start = f"{input.name}."
    rest = {key: given for key, given in values.items() if not key.startswith(start)}
    return rest | _as_values(input, found)


def _show(shown: Shown) -> dict[str, Any]:
    return {
        "days": WEEKDAYS,
        "rows": [
            {
                "number": number,
                "name": f"{shown.name}.{number}",
                "days": row.get("days", ()),
                "start": clock(first(row, "start")) or "",
                "end": clock(first(row, "end")) or "",
                "errors": [words for place, words in shown.said if _of_row(place, shown.input.name, number)],
            }
            for number, row in enumerate(rows(shown.input, shown.values))
        ],
        "full": len(rows(shown.input, shown.values)) >= MOST,
        "errors": [words for place, words in shown.said if place == shown.input.name],
    }


def _of_row(place: str, name: str, number: int) -> bool:
    return place.split(".")[:2] == [name, str(number)]


HOURS = kinds.register("hours", Kind("hours", _read, _write, _faults, row=_row, show=_show))
