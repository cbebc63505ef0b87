"""Reading a page of records so that one broken record spoils only itself. Pure.

The page is parsed whole, which is fast. Only when that fails (NaN, half a surrogate pair, a number
of 400 digits, bytes that are not UTF-8) are the records cut apart by their brackets and parsed one by
one, each keeping its own bytes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from portal.kit import json
from portal.kit.json import Json

MAX_DEPTH = 64
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],]', re.DOTALL)
_NESTS = frozenset({dict, list})
_OPENING, _CLOSING = b"{[", b"}]"


class NotAPage(ValueError):
    """The text is not an object with a list of records in it."""


@dataclass(frozen=True, slots=True)
class RawItem:
    """One record as it came; `value` is None where it could not be parsed, and `problem` says why."""

    raw: Callable[[], bytes]
    value: Any
    problem: str = ""


def read(body: bytes, *, key: str = "items") -> tuple[Json, list[RawItem]]:
    """Return what stands around the records, and the records. Raises NotAPage."""
    try:
        whole = json.loads(body)
    except json.NotJson:
        return _piecewise(body, key)
    if not isinstance(whole, dict) or not isinstance(whole.get(key), list):
        raise NotAPage(f"There is no list “{key}” in the answer.")
    pieces = _Pieces(body, key)
    return whole, [RawItem(pieces.getter(n), value) for n, value in enumerate(whole[key])]


class _Pieces:
    """The bytes of each record, cut out only when somebody asks for them."""

    def __init__(self, body: bytes, key: str) -> None:
        self._body, self._key = body, key
        self._pieces: list[bytes] | None = None

    def getter(self, number: int) -> Callable[[], bytes]:
        return lambda: self._all()[number]

    def _all(self) -> list[bytes]:
        if self._pieces is None:
            self._pieces = json.pieces(self._body, self._key)
        return self._pieces


def _piecewise(body: bytes, key: str) -> tuple[Json, list[RawItem]]:
    around, pieces = _cut(body, key)
    try:
        envelope = json.loads(around)
    except json.NotJson as error:
        raise NotAPage("The answer is not JSON.") from error
    return envelope, [_parse(piece) for piece in pieces]


def _parse(piece: bytes) -> RawItem:
    try:
        return RawItem(lambda: piece, json.loads(piece))
    except json.NotJson as error:
        return RawItem(lambda: piece, None, f"cannot be read: {error}")


def _cut(body: bytes, key: str) -> tuple[bytes, list[bytes]]:
    """Return the page with its list emptied, and the bytes of each record in it."""
    start = _start_of_list(body, key)
    pieces: list[bytes] = []
    for begin, end, last in _spans(body, start):
        if piece := body[begin:end].strip():
            pieces.append(piece)
        if last:
            return body[:start] + body[end:], pieces
    raise NotAPage("The list of records has no end.")


def _start_of_list(body: bytes, key: str) -> int:
    """Return the place after the bracket that opens the list, at the first level of the object."""
    depth, before = 0, b""
    for token in _TOKEN.finditer(body):
        text = token.group()
        if text == b"[" and depth == 1 and before == b'"%s"' % key.encode():
            return token.end()
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
        before = text
    raise NotAPage(f"There is no list “{key}” in the answer.")


def _spans(body: bytes, start: int) -> Iterator[tuple[int, int, bool]]:
    """Yield (begin, end, last) of each record of the list whose first one begins at `start`."""
    depth, begin = 0, start
    for token in _TOKEN.finditer(body, start):
        text = token.group()
        if depth == 0 and text in b",]":
            yield begin, token.start(), text == b"]"
            begin = token.end()
        elif text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1


def depth_of(value: Any) -> int:
    """Return how deeply lists and objects of parsed JSON are nested in `value`, at most MAX_DEPTH + 1."""
    level, depth = [value] if type(value) in _NESTS else [], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        inside = chain.from_iterable(one.values() if type(one) is dict else one for one in level)
        level = [one for one in inside if type(one) in _NESTS]
    return depth
