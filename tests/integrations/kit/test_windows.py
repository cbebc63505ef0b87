"""Which stretch of time is asked for next."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from integrations.kit.windows import FAR_EVERY, NEAR, OVERLAP, Cursor, Window, read_cursor


def test_the_first_window_begins_at_the_start() -> None:
    assert Cursor(start=1000).window(now=5000) == Window(1000, 5000)


def test_a_later_window_overlaps_by_ten_minutes_but_never_before_the_start() -> None:
    assert Cursor(start=1000, position=9000).window(now=9500) == Window(9000 - OVERLAP, 9500)
    assert Cursor(start=8900, position=9000).window(now=9500) == Window(8900, 9500)


def test_a_look_goes_back_a_little_and_every_two_minutes_all_of_the_overlap() -> None:
    cursor = Cursor(start=1000, position=9000).looked_at(9500, far=True)
    assert not cursor.is_far_due(9500 + FAR_EVERY - 1)
    assert cursor.window(9510, far=False) == Window(9500 - NEAR, 9510)
    later = cursor.looked_at(9510, far=False)
    assert later.is_far_due(9500 + FAR_EVERY)
    assert later.window(9620) == Window(9000 - OVERLAP, 9620)
    assert replace(later, position=9600).window(9620) == Window(9500 - OVERLAP, 9620)


def test_a_clock_that_was_set_back_is_not_trusted() -> None:
    assert Cursor(start=0, position=9000).looked_at(9500, far=True).is_far_due(9400)


def test_what_changed_all_at_once_is_not_read_again_with_each_look() -> None:
    cursor = Cursor(start=0, position=5000).looked_at(9000, far=True).looked_at(9060, far=False)
    assert cursor.window(9065, far=False).since > 5000


@given(
    gaps=st.lists(st.integers(1, 300), min_size=1, max_size=12),
    behind=st.integers(0, 200),
    changed=st.integers(0, 300),
    lag=st.sampled_from([0, NEAR, NEAR + 1, OVERLAP - 1, OVERLAP]) | st.integers(0, OVERLAP),
)
@example(gaps=[10], behind=0, changed=5, lag=OVERLAP)
@example(gaps=[7], behind=3, changed=45, lag=OVERLAP)
def test_a_record_that_comes_late_is_read(gaps: list[int], behind: int, changed: int, lag: int) -> None:
    """By the first look that could see it where it lags by seconds, by one within two minutes in any case."""
    base = 100_000
    there = base + changed + lag
    now = base
    cursor = Cursor(start=0).seen(base - 50, Window(0, base)).looked_at(base, far=True)
    while now < there + FAR_EVERY:
        now += gaps[now % len(gaps)]
        far = cursor.is_far_due(now)
        window = cursor.window(now, far=far)
        if now >= there:
            if window.since <= base + changed <= window.until:
                return
            assert lag > NEAR, "It could have been read at once."
            assert not far, "A far look has missed it."
        cursor = cursor.seen(now - behind, window).looked_at(now, far=far)
    raise AssertionError("Nobody has read it.")


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


def test_a_rush_within_the_overlap_is_remembered_whole() -> None:
    rush = [(f"L{number}", "x", 10_000) for number in range(5_000)]
    cursor = Cursor(start=0).seen(10_000, Window(0, 10_010)).remember(rush)
    assert cursor.known() == dict.fromkeys((one[0] for one in rush), "x")


def test_a_record_taken_again_replaces_what_was_remembered() -> None:
    cursor = Cursor(start=0, position=100).remember([("a", "x", 50)]).remember([("a", "z", 60)])
    assert cursor.recent == (("a", "z", 60),)


def test_a_cursor_comes_back_as_it_was_stored() -> None:
    cursor = Cursor(start=5, position=9, gate="g", deleted=7, looked=8, far_at=6, recent=(("a", "x", 8),))
    assert read_cursor(cursor.to_json(), start=0) == cursor
    assert read_cursor({}, start=3) == Cursor(start=3)


def test_a_window_is_halved() -> None:
    assert Window(0, 100).first_half() == Window(0, 50)
