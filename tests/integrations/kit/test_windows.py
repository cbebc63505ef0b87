"""Which stretch of time is asked for next."""

from integrations.kit.windows import OVERLAP, Cursor, Window, read_cursor


def test_the_first_window_begins_at_the_start() -> None:
    assert Cursor(start=1000).window(now=5000) == Window(1000, 5000)


def test_a_later_window_overlaps_by_ten_minutes_but_never_before_the_start() -> None:
    assert Cursor(start=1000, position=9000).window(now=9500) == Window(9000 - OVERLAP, 9500)
    assert Cursor(start=8900, position=9000).window(now=9500) == Window(8900, 9500)


def test_a_clock_behind_ours_makes_an_empty_window_and_not_a_backward_one() -> None:
    assert Cursor(start=5000).window(now=4000) == Window(4000, 4000)


def test_the_position_moves_to_what_was_seen_never_back_and_never_beyond_the_window() -> None:
    cursor = Cursor(start=0).seen(500, Window(0, 1000))
    assert cursor.position == 500
    assert cursor.seen(400, Window(0, 1000)).position == 500
    assert cursor.seen(99_999, Window(0, 1000)).position == 1000
    assert cursor.seen(None, Window(0, 1000)) == cursor


def test_what_no_later_window_can_bring_again_is_forgotten() -> None:
    cursor = Cursor(start=0, position=10_000).remember([("a", "x", 9_000), ("b", "y", 9_500)])
    assert cursor.recent == (("b", "y", 9_500),)


def test_a_record_taken_again_replaces_what_was_remembered() -> None:
    cursor = Cursor(start=0, position=100).remember([("a", "x", 50)]).remember([("a", "z", 60)])
    assert cursor.recent == (("a", "z", 60),)


def test_a_cursor_comes_back_as_it_was_stored() -> None:
    cursor = Cursor(start=5, position=9, gate="g", deleted=7, recent=(("a", "x", 8),))
    assert read_cursor(cursor.to_json(), start=0) == cursor
    assert read_cursor({}, start=3) == Cursor(start=3)


def test_a_window_is_halved() -> None:
    assert Window(0, 100).first_half() == Window(0, 50)
