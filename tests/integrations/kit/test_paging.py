"""Walking through a list that moves while it is read."""

from collections.abc import Callable

import pytest

from integrations.kit import paging
from integrations.kit.errors import NOT_UNDERSTOOD, OutsideFailed
from integrations.kit.windows import Window
from integrations.manifest import Item, Page

WINDOW = Window(0, 1_000)


def item(number: int) -> Item:
    return Item(str(number), b"", {"id": number}, number)


def never(_window: Window, _offset: int) -> tuple[Item, int]:
    raise AssertionError("no record was too large")


def seen(fetch: paging.Fetch, name: paging.Name = never) -> list[str]:
    return [one.id for page in paging.walk(fetch, name, WINDOW) for one in page.items]


def of(rows: Callable[[], list[int]]) -> paging.Fetch:
    def fetch(_window: Window, offset: int, limit: int) -> Page:
        present = rows()
        return Page(tuple(item(n) for n in present[offset : offset + limit]), len(present), offset)

    return fetch


def test_every_record_is_seen_once() -> None:
    assert seen(of(lambda: list(range(250)))) == [str(n) for n in range(250)]


def test_an_empty_window_is_one_page() -> None:
    assert len(list(paging.walk(of(lambda: []), never, WINDOW))) == 1


def test_records_that_leave_the_window_while_it_is_read_make_no_hole() -> None:
    rows = list(range(300))

    def moving(_window: Window, offset: int, limit: int) -> Page:
        page = of(lambda: list(rows))(_window, offset, limit)
        del rows[:5]  # changed meanwhile: they leave this window for the next one
        return page

    assert {str(n) for n in range(15, 300)} <= set(seen(moving))


def test_a_record_that_comes_twice_hides_no_other() -> None:
    def shifted(_window: Window, offset: int, limit: int) -> Page:
        start = max(0, offset - 1)
        return Page(tuple(item(n) for n in range(300)[start : start + limit]), 301, offset)

    assert set(seen(shifted)) == {str(n) for n in range(300)}


def test_the_first_page_given_again_for_the_second_ends_and_is_tried_again() -> None:
    asked: list[int] = []

    def stuck(_window: Window, offset: int, limit: int) -> Page:
        asked.append(offset)
        start = 0 if len(asked) == 2 else offset
        return Page(tuple(item(n) for n in range(150)[start : start + limit]), 150, offset)

    assert set(seen(stuck)) == {str(n) for n in range(150)}


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_PAGES", 20)

    def endless(_window: Window, offset: int, limit: int) -> Page:
        return Page(tuple(item(offset + n) for n in range(limit)), 10**9, offset)

    with pytest.raises(paging.Endless):
        seen(endless)


def test_a_total_that_is_never_reached_does_not_keep_it_walking() -> None:
    calls: list[int] = []

    def liar(_window: Window, offset: int, limit: int) -> Page:
        calls.append(offset)
        return Page(tuple(item(n) for n in range(3)[offset:]), 1_000, offset)

    assert set(seen(liar)) == {"0", "1", "2"}
    assert len(calls) <= 6


def test_one_record_that_is_too_large_is_named_and_the_others_are_read() -> None:
    def heavy(_window: Window, offset: int, limit: int) -> Page:
        wanted = range(120)[offset : offset + limit]
        if 60 in wanted:
            raise OutsideFailed(NOT_UNDERSTOOD, too_large=True)
        return Page(tuple(item(n) for n in wanted), 120, offset)

    def name(_window: Window, offset: int) -> tuple[Item, int]:
        return Item(str(offset), b"{}", problem="is too large"), 120

    assert set(seen(heavy, name)) == {str(n) for n in range(120)}


def test_another_failure_ends_the_walk() -> None:
    def broken(_window: Window, offset: int, limit: int) -> Page:
        raise OutsideFailed(NOT_UNDERSTOOD)

    with pytest.raises(OutsideFailed):
        seen(broken)


def test_a_full_window_is_cut_by_time_and_read_from_old_to_new() -> None:
    stamps = list(range(0, 20_000, 4))

    def fetch(window: Window, offset: int, limit: int) -> Page:
        inside = [n for n in stamps if window.since <= n <= window.until]
        return Page(tuple(item(n) for n in inside[offset : offset + limit]), len(inside), offset)

    pieces = list(paging.slices(fetch, Window(0, 20_000)))
    assert pieces[0].since == 0
    assert pieces[-1].until == 20_000
    assert [one.until for one in pieces[:-1]] == [one.since for one in pieces[1:]]
    assert all(fetch(one, 0, 1).total <= paging.SLICE for one in pieces)
