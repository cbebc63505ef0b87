"""The shape of an operator, and the registry that finds them.

To add one, write a module in `portal/filters/operators/` that registers an `Operator`: which
types it serves, what it takes, and one `Reading` per family of types. Absence is decided before
any reading: `absent` is the answer when the field has no value, the readings see only present
values in normal form (`portal.filters.normal`) and operands in theirs (`portal.filters.operands`).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

from portal.filters.fields import Type
from portal.filters.tree import Lines, Value
from portal.kit.registry import Registry

Shape: TypeAlias = Any
"""A piece of SQL in the hands of the SQL reading; operators pass it on and never look inside."""


class Takes(StrEnum):
    """What an operator takes as its value."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    DURATION = "duration"


class Operand(StrEnum):
    """What kind of value an operator takes, where it is not one of the field's own type."""

    FIELD = "field"
    WEEKDAY = "weekday"
    TIME = "time"
    LENGTH = "length"
    PATTERN = "pattern"


class Cell(Protocol):
    """One field of one row in SQL. Operators build shapes from these, as they would from bricks."""

    def eq(self, value: Any) -> Shape:
        """The value equals."""

    def ne(self, value: Any) -> Shape:
        """The value is there and differs."""

    def lt(self, value: Any) -> Shape:
        """The value is less."""

    def le(self, value: Any) -> Shape:
        """The value is at most."""

    def gt(self, value: Any) -> Shape:
        """The value is greater."""

    def ge(self, value: Any) -> Shape:
        """The value is at least."""

    def one_of(self, values: Sequence[Any]) -> Shape:
        """The value is one of these."""

    def has_text(self, text: str) -> Shape:
        """The text contains this."""

    def starts(self, text: str) -> Shape:
        """The text begins with this."""

    def ends(self, text: str) -> Shape:
        """The text ends in this."""

    def has_any(self, values: Sequence[str]) -> Shape:
        """The list holds one of these."""

    def has_all(self, values: Sequence[str]) -> Shape:
        """The list holds all of these."""

    def like(self, pattern: str) -> Shape:
        """The text fits a pattern of LIKE."""

    def length(self, sign: str, count: int) -> Shape:
        """The number of characters, or of distinct items of a list, compares so."""

    def weekday(self, days: Sequence[int], zone: dt.tzinfo) -> Shape:
        """The instant falls on one of these days (Monday is 0) in a timezone."""

    def clock(self, start: dt.time, end: dt.time, zone: dt.tzinfo) -> Shape:
        """The instant's time of day lies between the two, the first included; it may wrap over midnight."""

    def both(self, left: Shape, right: Shape) -> Shape:
        """Both hold."""

    def no(self, shape: Shape) -> Shape:
        """It does not hold, or cannot be told for want of a value."""

    def always(self) -> Shape:
        """It holds."""

    def never(self) -> Shape:
        """It does not hold."""


Args: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How an operator reads values of some types, in each language.

    `python` is an expression over {value}, the operands {a} and {b}, and {now}; only the names of
    variables are put in their places, never values. Operators that look back have {before}, the
    value before the change; it and {value} may be None there. `sql` builds a shape from a cell, the
    operands and now. `words` is a clause over {field}, {a}, {b}, {values} (joined by or) and {every}
    (joined by and).

    `javascript` is an expression as a person would write it, over {path} (where the raw value lies),
    {value} (the same as it is compared: `number(…)` around numbers, a count or a sum in a measure),
    the raw operands {a}, {b}, {values}, {amount} and {unit}, and {zone}; operators that look back have
    {of}, the path in the record `one`. It decides absence itself. `javascript_also` are other ways to write it, which
    are read back and never printed; in these {bare} is a number's path, compared without `number(…)`.
    """

    python: str
    sql: Callable[[Cell, Args, dt.datetime], Shape]
    words: str
    javascript: str | None = None
    javascript_also: tuple[str, ...] = ()
    against: str | None = None
    """The sign of the comparison (“==”, “<” …) when the value is another field; None where it cannot be one."""
    over_lines: str | None = None
    """A short cut over {values}, the set of all lines' present values: whether some line holds, or
    every line for an operator that is true of absent values."""


def unknown(cell: Cell, args: Args, now: dt.datetime) -> Shape:
    """Stand for SQL where there is none: a row does not know what it was before."""
    raise LookupError("What a value was before a change cannot be asked in SQL.")


class Truth(NamedTuple):
    """One row of a truth table: a document's raw value, the operand, and the outcome.

    For an operator that looks back the value is a pair, before and now; None stands for a document
    that does not know what it was before.
    """

    type: Type
    value: Any
    operand: Value
    outcome: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; see the module docstring."""

    key: str
    label: str
    takes: Takes
    readings: Mapping[Type, Reading]
    truth: tuple[Truth, ...]
    absent: bool = False
    negative: bool = False
    """Whether it denies something: on line fields it then speaks of every line by default."""
    operand: Operand = Operand.FIELD
    looks_back: bool = False
    """Whether it asks what the value was before the change; it knows absent values, and has no SQL."""

    def compares(self, kind: Type) -> bool:
        """Say whether the value may be another field, for a field of this type."""
        return kind in self.readings and self.readings[kind].against is not None

    @property
    def types(self) -> frozenset[Type]:
        """Return the field types that have this operator."""
        return frozenset(self.readings)

    @property
    def default_lines(self) -> Lines:
        """Return what a condition on a line field means when it does not say."""
        return "all" if self.negative else "any"


operators: Registry[Operator] = Registry("filter operator")

TEXTS = (Type.TEXT, Type.COUNTRY)
NUMBERS = (Type.NUMBER, Type.MONEY)


def each(types: Sequence[Type], reading: Reading) -> dict[Type, Reading]:
    """Return one reading for several types."""
    return dict.fromkeys(types, reading)
