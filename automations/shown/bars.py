"""What a rule did day by day, as the bars of a small chart. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import ngettext

DAYS = 30
STEP, HEIGHT, LEAST = 4, 24, 2
"""Width of a day and height of the chart in its own units; what happened at all is at least so high."""

Counts = Mapping[dt.date, tuple[int, int]]
"""Matches and errors by day."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: matches from the ground, errors on top of them."""

    x: int
    top: int
    height: int
    errors_top: int
    errors_height: int
    told: str
    """The day and its numbers, in words."""


def days_until(today: dt.date) -> list[dt.date]:
    """Return the days of the chart, the last one today."""
    return [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]


def bars(counts: Counts, today: dt.date) -> tuple[Bar, ...]:
    """Return a bar for each day on which anything happened."""
    most = max((sum(one) for one in counts.values()), default=0)
    made = []
    for place, day in enumerate(days_until(today)):
        matches, errors = counts.get(day, (0, 0))
        if matches or errors:
            high, red = _height(matches, most), _height(errors, most)
            high = min(high, HEIGHT - red)
            made.append(Bar(place * STEP, HEIGHT - high, high, HEIGHT - high - red, red, _told(day, matches, errors)))
    return tuple(made)


def _height(count: int, most: int) -> int:
    return max(LEAST, round(HEIGHT * count / most)) if count else 0


def _told(day: dt.date, matches: int, errors: int) -> str:
    told = ngettext("{day}: {n} match", "{day}: {n} matches", matches).format(
        day=formats.date_format(day, "MONTH_DAY_FORMAT"), n=matches
    )
    return told + (ngettext(", {n} error", ", {n} errors", errors).format(n=errors) if errors else "")
