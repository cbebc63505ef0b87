"""YAML that strangers may have written, to plain values that know their line. Pure.

Read event by event and built here, so that what YAML can do beyond plain values is refused with its
line before it is built: aliases (a bomb of nine lines is a gigabyte), tags, merge keys, two values for
one key, depth, size. Only `true`, `false`, `null` and numbers are more than text: a country `NO`
stays one. Numbers are exact.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_DIGITS = 40
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"-?(0|[1-9]\d*)")
NUMBER = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document, and the line on which it begins, from 1."""

    line: int
    value: Any
    """A text, a number, true, false or None, a list of nodes, or a dict of nodes by name."""

    def plain(self) -> Any:
        """Return the value without its lines."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


class Unreadable(ValueError):
    """The text is no such document. `line` counts from 1; 0 where no line is to blame."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.line, self.message = line, message


def read(data: bytes) -> Node:
    """Return the one document of a YAML text. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(0, f"The text is larger than {MAX_BYTES // 1_000_000} MB. Import one trigger at a time.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "This is not UTF-8 text.") from None
    try:
        return _Builder(yaml.parse(text, Loader=LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 0, f"This is not YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        place = getattr(error, "position", None)
        line = text.count("\n", 0, place) + 1 if isinstance(place, int) else 0
        raise Unreadable(line, "A character here is not allowed in YAML.") from None


class _Builder:
    """Builds nodes of events, and counts them."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._count = 0

    def document(self) -> Node:
        self._expect(yaml.StreamStartEvent)
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            raise Unreadable(1, "There is nothing in it.")
        root = self._node(next(self._events), 0)
        self._expect(yaml.DocumentEndEvent)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Unreadable(_line(after), "A second document begins here. Give one document.")
        return root

    def _expect(self, kind: type) -> None:
        event = next(self._events)
        assert isinstance(event, kind)

    def _node(self, event: Any, depth: int) -> Node:
        line = _line(event)
        self._count += 1
        if depth > MAX_DEPTH:
            raise Unreadable(line, f"This is nested more than {MAX_DEPTH} levels deep.")
        if self._count > MAX_VALUES:
            raise Unreadable(line, f"There are more than {MAX_VALUES:,} values.")
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(line, f"The alias “*{str(event.anchor)[:40]}” is not allowed. Write the value itself.")
        if event.anchor:
            raise Unreadable(line, f"The anchor “&{event.anchor[:40]}” is not allowed.")
        if event.tag:
            raise Unreadable(line, f"The tag “{event.tag[:60]}” is not allowed. Write a plain value.")
        if isinstance(event, yaml.ScalarEvent):
            return Node(line, event.value if event.style else _scalar(event.value, line))
        return self._list(line, depth) if isinstance(event, yaml.SequenceStartEvent) else self._object(line, depth)

    def _list(self, line: int, depth: int) -> Node:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return Node(line, found)

    def _object(self, line: int, depth: int) -> Node:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            here = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise Unreadable(here, "A name must be a plain text.")
            if event.value in found:
                raise Unreadable(here, f"“{event.value[:60]}” stands here twice.")
            found[event.value] = self._node(next(self._events), depth + 1)
        return Node(line, found)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(text: str, line: int) -> Any:
    if text in WORDS:
        return WORDS[text]
    if not NUMBER.fullmatch(text):
        return text
    if len(text) > MAX_DIGITS:
        raise Unreadable(line, f"The number has more than {MAX_DIGITS} digits.")
    return int(text) if INTEGER.fullmatch(text) else Decimal(text)
