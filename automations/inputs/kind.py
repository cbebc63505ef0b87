"""The shape of a kind of input, and the registry of those there are.

An action only says which settings it has and the kind of each (`automations.engine.actions.Input`). A
kind knows how such a setting stands in a form, and what is meant by what was typed::

    read(input, values, where)      {"minutes": ("45",)}  ->  {"minutes": 45}
    write(input, settings, where)   {"minutes": 45}  ->  {"minutes": ("45",)}

`values` are the form's names behind “a.<index>.”, each with every value that was sent. What cannot be
read stays as it was typed: validation refuses it by name, and nobody loses a word. A name that is
not in the form at all is not read, so that the action's own default counts.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from automations.engine.actions import Input
from portal.filters.builder import DraftGroup
from portal.filters.fields import Catalogue
from portal.kit.registry import Registry

Values = Mapping[str, tuple[str, ...]]
Settings = Mapping[str, Any]
Said = tuple[str, str]
"""A problem: the setting it belongs to (“hours.0.start”), and a sentence with the cure."""


@dataclass(frozen=True, slots=True)
class Where:
    """What an input must know of the rule it stands in: the fields of its record, and the organization's timezone."""

    catalogue: Catalogue
    zone: dt.tzinfo


class Desk(Protocol):
    """What drawing an input may ask of the page."""

    @property
    def may_edit(self) -> bool: ...  # noqa: D102
    @property
    def may_code(self) -> bool: ...  # noqa: D102
    def builder(self, draft: DraftGroup, scope: str, label: str) -> object:
        """Return a filter builder whose form names begin with the scope."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An input as it is to be drawn: what was typed, and what is wrong with it."""

    input: Input
    values: Values
    where: Where
    name: str
    """Its name in the form: “a.0.minutes”."""
    said: Sequence[Said]
    desk: Desk

    @property
    def id(self) -> str:
        """What the ids of its controls begin with."""
        return self.name.replace(".", "-")


class UnknownRow(ValueError):
    """The button belongs to a row that there is not."""


def _itself(input: Input) -> tuple[str, ...]:
    return (input.name,)


def _nothing_wrong(input: Input, values: Values, where: Where) -> Sequence[Said]:
    return ()


def _no_rows(input: Input, values: Values, verb: str, row: int) -> Values:
    raise UnknownRow(f"“{input.name}” has no rows.")


def _as_it_is(shown: Shown) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of input."""

    key: str
    read: Callable[[Input, Values, Where], dict[str, Any]]
    write: Callable[[Input, Settings, Where], dict[str, tuple[str, ...]]]
    faults: Callable[[Input, Values, Where], Sequence[Said]] = _nothing_wrong
    """What is wrong with what was typed, where this can be said better than by the settings' types."""
    settings: Callable[[Input], tuple[str, ...]] = _itself
    """The settings that it fills."""
    row: Callable[[Input, Values, str, int], Values] = _no_rows
    """The values after a row was added or taken away (“add”, “remove”). Raises UnknownRow."""
    show: Callable[[Shown], dict[str, Any]] = _as_it_is
    """What its template needs beside the values."""
    redraws: bool = False
    """Whether a change in it changes what can be typed: then it is drawn afresh."""

    @property
    def template(self) -> str:
        """What it is drawn with."""
        return f"automations/inputs/{self.key}.html"


kinds: Registry[Kind] = Registry("kind of input")


def first(values: Values, name: str) -> str:
    """Return the first value of a name; "" where there is none."""
    return next(iter(values.get(name, ())), "")


def text_of(setting: object) -> str:
    """Return a stored setting as text; nothing for None."""
    return "" if setting is None else str(setting)


def beneath(values: Values, name: str) -> dict[str, tuple[str, ...]]:
    """Return the values of a name's own parts, by what stands behind its dot."""
    start = f"{name}."
    return {key[len(start) :]: given for key, given in values.items() if key.startswith(start)}


def plain(
    key: str,
    clean: Callable[[str], Any],
    faults: Callable[[Input, Values, Where], Sequence[Said]] = _nothing_wrong,
    show: Callable[[Shown], dict[str, Any]] = _as_it_is,
) -> Kind:
    """Register a kind that is one text in the form; `clean` makes of it what is stored."""

    def read(input: Input, values: Values, where: Where) -> dict[str, Any]:
        return {input.name: clean(first(values, input.name))} if input.name in values else {}

    def write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
        return {input.name: (text_of(settings.get(input.name)),)}

    return kinds.register(key, Kind(key, read, write, faults, show=show))
