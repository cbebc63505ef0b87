"""The small values that components are drawn from, so that a template decides nothing (style.md 18)."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.widgets import CheckboxInput
from django_stubs_ext import StrOrPromise

from portal.kit import json as kit_json
from portal.ui import times
from portal.ui.statuses import statuses

_INSTANT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z")
"""How documents write instants."""


@dataclass(frozen=True)
class Tab:
    """A link in a row of tabs; `count` None shows none."""

    label: StrOrPromise
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Step:
    """A step of a progress bar. state: done | current | waiting | failed | skipped."""

    label: StrOrPromise
    state: str
    at: dt.datetime | None = None
    who: StrOrPromise = ""
    note: StrOrPromise = ""

    @property
    def icon(self) -> str:
        """The icon of the state; the current step has a dot of its own."""
        return {"done": "check", "failed": "x", "skipped": "minus", "current": "filled-point"}.get(self.state, "")


@dataclass(frozen=True)
class Happening:
    """One entry of an activity list: who did what, when; `changes` are patch entries, `url` leads to more."""

    at: dt.datetime
    who: StrOrPromise
    text: StrOrPromise
    icon: str = "point"
    note: StrOrPromise = ""
    changes: Sequence[Mapping[str, Any]] = ()
    url: str = ""
    link: StrOrPromise = ""


@dataclass(frozen=True)
class DiffRow:
    """One changed field, as text before and after; None where it was not there."""

    path: str
    before: str | None
    after: str | None


def diff_rows(changes: Sequence[Mapping[str, Any]]) -> list[DiffRow]:
    """Turn patch entries into rows for people: `/lineItems/0/quantity` becomes `Line items › 1 › quantity`.

    Statuses are told by their label and instants in the reader's timezone.
    """
    return [_diff_row(change, str(change["path"])) for change in changes]


def _diff_row(change: Mapping[str, Any], path: str) -> DiffRow:
    added = change["op"] == "add" and change.get("old") is None
    before = None if added else _text(change.get("old"), path)
    return DiffRow(_path(path), before, None if change["op"] == "remove" else _text(change.get("value"), path))


def _path(pointer: str) -> str:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.strip("/").split("/")]
    told = " › ".join(str(int(part) + 1) if part.isdecimal() else _words(part) for part in parts)
    return told[:1].upper() + told[1:]


def _words(name: str) -> str:
    """Write a member's name in words: “holdUntil” as “hold until”."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower() if name.isidentifier() else name


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        return kit_json.pretty(value)
    if path == "/status" and value in statuses:
        return str(statuses.get(value).label)
    try:
        return times.exact(dt.datetime.fromisoformat(value)) if _INSTANT.fullmatch(value) else value
    except ValueError:  # it only looks like an instant: the thirteenth month
        return value


def field_context(bound: BoundField, css: str) -> dict[str, Any]:
    """Give an input the class of its kind, and tie it to its help and error."""
    widget = bound.field.widget
    kind = "check" if isinstance(widget, CheckboxInput) else "input"
    base = {"check": "form-check-input", "input": "form-control"}[kind]
    if getattr(widget, "input_type", "") == "select":
        base = "form-select"
    described = [f"{bound.auto_id}_help"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    attributes: dict[str, str | bool] = {
        "class": f"{base} {widget.attrs.get('class', '')} {'is-invalid' if bound.errors else ''}".strip()
    }
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"field": bound, "kind": kind, "input": bound.as_widget(attrs=attributes), "css": css}


def toast_context(message: Message) -> dict[str, Any]:
    """Read the toast of a message; the address of its *Undo* travels in the extra tags."""
    undo = ""
    if message.extra_tags and message.extra_tags.startswith("{"):
        undo = str(kit_json.loads(message.extra_tags).get("undo", ""))
    return {"text": str(message), "undo": undo, "tone": message.level_tag}


@dataclass(frozen=True)
class Pager:
    """Where one is in a list. `about` marks a count that is an estimate; without `sizes` there is nothing to choose."""

    number: int
    size: int
    count: int
    about: bool
    path: str
    query: Sequence[tuple[str, str]] = ()
    sizes: Sequence[int] = (25, 50, 100, 200)
    target: str = "list"
    shown: int = 0
    key: str = "page"
    """What the page is called in the address, where a page has several lists."""

    @property
    def first(self) -> int:
        """Number of the first row on this page, from 1; 0 where there are none."""
        return (self.number - 1) * self.size + 1 if self.shown else 0

    @property
    def last(self) -> int:
        """Number of the last row on this page."""
        return (self.number - 1) * self.size + self.shown

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.count // self.size))

    def url(self, **changes: object) -> str:
        """Return this list's address with parameters changed; an empty value takes one away."""
        kept = [(key, value) for key, value in self.query if key not in changes]
        text = urlencode([*kept, *((key, str(value)) for key, value in changes.items() if value)], safe="~,")
        return f"{self.path}?{text}" if text else self.path

    @property
    def previous(self) -> str:
        """Address of the page before, or nothing."""
        return self._at(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """Address of the page after, or nothing."""
        return self._at(self.number + 1) if self.number < self.pages else ""

    def links(self) -> Iterator[tuple[int, str]]:
        """Yield (number, address) of the first, last and neighbouring pages; (0, "") where some are left out."""
        wanted = {1, self.pages, *range(self.number - 1, self.number + 2)}
        before = 0
        for number in sorted(n for n in wanted if 1 <= n <= self.pages):
            if number - before > 1:
                yield 0, ""
            yield number, self._at(number)
            before = number

    def choices(self) -> Iterator[tuple[int, str, bool]]:
        """Yield (size, address, chosen) of each page size."""
        for size in self.sizes:
            yield size, self.url(**{"size": size, self.key: ""}), size == self.size

    def _at(self, number: int) -> str:
        return self.url(**{self.key: number if number > 1 else ""})
