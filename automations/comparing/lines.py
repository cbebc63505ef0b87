"""Lines of two texts beside each other: what stayed, what went, what came. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3
"""So many lines that stayed are shown around what changed."""
MOST = 2_000
"""Longer texts are told as a whole: comparing them line by line would keep the page waiting."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `kind` is same, removed, added, or skipped (`text` is then how many stayed)."""

    kind: str
    text: str
    depth: int = 0
    before: int | None = None
    """Its number in the older text, from 1."""
    after: int | None = None

    @property
    def sign(self) -> str:
        """What stands before it."""
        return {"removed": "−", "added": "+"}.get(self.kind, " ")

    @property
    def css_depth(self) -> int:
        """How far it is indented; deep ones no further."""
        return min(self.depth, 9)


Deep = tuple[int, str]
"""A line with its depth."""


def of_texts(before: str, after: str) -> list[Line]:
    """Return the lines of two texts; long stretches that stayed are told by their number."""
    old, new = [(0, line) for line in before.splitlines()], [(0, line) for line in after.splitlines()]
    return shortened(of_lines(old, new))


def of_lines(before: Sequence[Deep], after: Sequence[Deep]) -> list[Line]:
    """Return two lists of lines as one."""
    if len(before) > MOST or len(after) > MOST:
        same = before == after
        old = [Line("same" if same else "removed", text, depth, n) for n, (depth, text) in enumerate(before, 1)]
        return old + ([] if same else [Line("added", text, depth, None, n) for n, (depth, text) in enumerate(after, 1)])
    return list(_merged(before, after))


def _merged(before: Sequence[Deep], after: Sequence[Deep]) -> Iterator[Line]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            for offset in range(b - a):
                depth, text = before[a + offset]
                yield Line("same", text, depth, a + offset + 1, c + offset + 1)
            continue
        yield from (Line("removed", before[n][1], before[n][0], n + 1) for n in range(a, b))
        yield from (Line("added", after[n][1], after[n][0], None, n + 1) for n in range(c, d))


def shortened(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with long stretches that stayed cut to some lines around the changes."""
    near: set[int] = set()
    for place, line in enumerate(lines):
        if line.kind != "same":
            near |= set(range(place - CONTEXT, place + CONTEXT + 1))
    shown: list[Line] = []
    skipped = 0
    for place, line in enumerate(lines):
        if line.kind == "same" and place not in near:
            skipped += 1
            continue
        if skipped:
            shown.append(Line("skipped", str(skipped)))
            skipped = 0
        shown.append(line)
    return [*shown, Line("skipped", str(skipped))] if skipped else shown


def changed(lines: Iterable[Line]) -> bool:
    """Say whether a line went or came."""
    return any(line.kind in ("removed", "added") for line in lines)
