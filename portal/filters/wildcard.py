r"""Patterns with wildcards: `*` for any characters, `?` for exactly one; `\*` and `\?` are the characters.

The subset of patterns that means the same in Python, PostgreSQL and V8 and takes linear time in
each. Regular expressions do not: they are refused with a hint.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, TypeAlias

from portal.filters.mark import gettext_noop as _
from portal.kit.text import fold


class Sign(Enum):
    """What a wildcard stands for."""

    ANY = "*"
    ONE = "?"


ANY, ONE = Sign.ANY, Sign.ONE
Part: TypeAlias = str | Sign
_LIKE: Final = re.compile(r"[%_\\]")
_REGEX: Final = re.compile(r"\.[*+]|\[[^\]]*\w-\w[^\]]*\]|\([^)]*\||[\])]\+|\{\d+,?\d*\}|^\^|^/.*/[a-z]*$|\\\w")
_ESCAPED: Final = re.compile(r"\\[^\w\s]")


class BadPattern(ValueError):
    """The pattern cannot be read; message and cure are for the person who wrote it."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message, cure)
        self.message = message
        self.cure = cure


class Wildcard:
    """A pattern over folded text; `like` is the same pattern for PostgreSQL’s LIKE."""

    __slots__ = ("_fits", "like", "pattern")

    def __init__(self, pattern: str) -> None:
        """Read a pattern. Raises BadPattern."""
        self.pattern = pattern
        parts = list(_parts(fold(pattern)))
        if all(part is ANY for part in parts):
            raise BadPattern(_("The pattern fits everything."), _("Use “is not empty”."))
        self.like = "".join(map(_like, parts))
        self._fits = re.compile(_expression(parts), re.DOTALL).fullmatch

    def __call__(self, text: str) -> bool:
        """Say whether the whole folded text fits."""
        return self._fits(text) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wildcard) and other.like == self.like

    def __hash__(self) -> int:
        return hash(self.like)


def _like(part: Part) -> str:
    if isinstance(part, Sign):
        return "%" if part is ANY else "_"
    return _LIKE.sub(r"\\\g<0>", part)


def _parts(pattern: str) -> Iterator[Part]:
    """Yield the pattern's characters, and ANY and ONE for its wildcards; several `*` are one."""
    if _REGEX.search(_ESCAPED.sub("", pattern)):
        raise BadPattern(
            _("Regular expressions are not understood here."),
            _("Use * for any characters and ? for one, as in TEA-*. A backslash makes a sign stand for itself."),
        )
    last: Part = ""
    characters = iter(pattern)
    for character in characters:
        part: Part = Sign(character) if character in "*?" else character
        if character == "\\":
            part = next(characters, "")
            if not part:
                raise BadPattern(_("The pattern ends in a backslash."), _("Write two for the backslash itself."))
        if part is not ANY or last is not ANY:
            yield part
        last = part


def _expression(parts: list[Part]) -> str:
    """Return a regular expression that never goes back: each `*` takes the first place where its rest fits.

    The atomic groups (Python has them since 3.11) keep the time from growing with a power of the
    number of stars.
    """
    runs: list[str] = [""]
    for part in parts:
        if part is ANY:
            runs.append("")
        else:
            runs[-1] += "." if part is ONE else re.escape(str(part))
    first, *rest = runs
    if not rest:
        return first
    middle = "".join(f"(?>.*?{run})" for run in rest[:-1])
    return f"{first}{middle}.*{rest[-1]}"
