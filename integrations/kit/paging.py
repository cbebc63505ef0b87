"""Walking through a window page by page although the list moves while it is read. Pure.

Rows shift when records change under way, pages come in any order, and a record may come twice. So the
walk advances by how many *different* records a page has, looks back when the list has shrunk, and goes
through again while it has seen fewer records than the other side says there are. It always ends.
"""

from collections.abc import Callable, Iterator

from integrations.kit.errors import OutsideFailed
from integrations.kit.windows import Window
from integrations.manifest import Item, Page

PAGE = 100
SLICE = 1_000
"""Records of a window that are read in one walk; a fuller one is cut in two by time."""
LONG = 1_800
"""Seconds; a shorter window is read as it is, without counting first."""
_MARGIN = 20
"""Rows before a page that are looked at again when the list has shrunk."""
_PASSES = 3
_PAGES = 10_000

Fetch = Callable[[Window, int, int], Page]
"""(window, offset, limit) to page."""
Name = Callable[[Window, int], tuple[Item, int]]
"""(window, offset) to the one record there, without its body, and how many there are in all."""


class Endless(RuntimeError):
    """The other side gives page after page without end."""


def slices(fetch: Fetch, window: Window) -> Iterator[Window]:
    """Yield the window, in pieces from old to new where it holds too much for one walk."""
    waiting = [window]
    while waiting:
        piece = waiting.pop()
        if piece.until - piece.since > LONG and fetch(piece, 0, 1).total > SLICE:
            half = piece.first_half()
            waiting += [Window(half.until, piece.until), half]
        else:
            yield piece


def walk(fetch: Fetch, name: Name, window: Window) -> Iterator[Page]:
    """Yield the pages of a window. Raises Endless, and what `fetch` raises."""
    seen: set[str] = set()
    pages = 0
    for _ in range(_PASSES):
        before = len(seen)
        total = 0
        for page in _one_pass(fetch, name, window):
            pages += 1
            if pages > _PAGES:
                raise Endless("The list of the other side has no end.")
            seen |= _ids(page)
            total = page.total
            yield page
        if len(seen) >= total or len(seen) == before:
            return


def _one_pass(fetch: Fetch, name: Name, window: Window) -> Iterator[Page]:
    offset, limit = 0, PAGE
    total: int | None = None
    while True:
        page, limit = _fetch(fetch, name, window, offset, limit)
        gone = max(0, total - page.total) if total is not None else 0
        if gone:
            # Rows before this page have left, and others have moved up past it unseen.
            yield _fetch(fetch, name, window, max(0, offset - max(_MARGIN, 2 * gone)), PAGE)[0]
        yield page
        total = page.total
        offset = max(0, offset - gone) + len(_ids(page))
        if not page.items or offset >= total:
            return


def _ids(page: Page) -> set[str]:
    return {item.id for item in page.items}


def _fetch(fetch: Fetch, name: Name, window: Window, offset: int, limit: int) -> tuple[Page, int]:
    """Fetch a page; one that is too large is asked for in smaller pieces, down to a single record."""
    while True:
        try:
            return fetch(window, offset, limit), min(PAGE, limit * 2)
        except OutsideFailed as failed:
            if not failed.too_large:
                raise
            if limit == 1:
                return _named(name, window, offset), PAGE
            limit = max(1, limit // 4)


def _named(name: Name, window: Window, offset: int) -> Page:
    """Return the page of a record whose body is too large to be read: its name and the reason."""
    item, total = name(window, offset)
    return Page((item,), total, offset)
