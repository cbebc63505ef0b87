"""Any state of a list goes through its address and comes back; a chip that is edited touches no other part."""

import datetime as dt
import zoneinfo

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from portal.filters.check import check
from portal.filters.tree import ALWAYS, Condition, Group
from portal.ui import chips, list_state
from portal.ui.list_state import State
from tests.portal.filters.sample import SAMPLE
from tests.portal.filters.strategies import conditions, trees

SIZES = (25, 50, 100)
ZONES = st.sampled_from([dt.UTC, zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("Asia/Kathmandu")])
NAMES = st.text("abc_-", min_size=1, max_size=8)
STATES = st.builds(
    State,
    tree=trees,
    q=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=12),
    sort=st.one_of(st.just(""), NAMES),
    columns=st.lists(NAMES, max_size=4).map(tuple),
    size=st.sampled_from(SIZES),
)


def read(query: str, zone: dt.tzinfo) -> State:
    return list_state.read(QueryDict(query), SAMPLE, zone, {}, SIZES)


def written(state: State, zone: dt.tzinfo) -> str:
    found = list_state.pairs(state, SAMPLE, zone) + list_state.size_pairs(state, list_state.default_size(SIZES))
    return list_state.query_string(found)


@given(STATES, ZONES)
def test_a_state_goes_through_its_address_and_comes_back(state: State, zone: dt.tzinfo) -> None:
    again = read(written(state, zone), zone)
    assert (again.tree, again.q, again.sort) == (state.tree, state.q, state.sort)
    assert (again.columns, again.size) == (state.columns, state.size)
    assert again.problems == tuple(check(state.tree, SAMPLE, zone=zone))
    assert written(again, zone) == written(state, zone)


@given(st.text(max_size=40), ZONES)
def test_an_address_that_cannot_be_read_stays_in_the_address(text: str, zone: dt.tzinfo) -> None:
    query = list_state.query_string([("filter", f"z{text}")])
    state = read(query, zone)
    if state.unread:
        assert read(written(state, zone), zone).problems == state.problems != ()


@given(trees, conditions(), st.data())
def test_a_chip_that_is_changed_or_removed_leaves_the_others_as_they_are(
    tree: Group, condition: Condition, data: st.DataObject
) -> None:
    parts = list(chips.items(tree))
    index = data.draw(st.integers(0, max(0, len(parts) - 1)))
    if parts:
        changed = list(chips.items(chips.having(tree, index, condition)))
        assert changed == [*parts[:index], condition, *parts[index + 1 :]]
        left = chips.without(tree, index)
        rest = [*parts[:index], *parts[index + 1 :]]
        assert left == (Group("all", tuple(rest)) if rest else ALWAYS)
    added = chips.having(tree, None, condition)
    assert list(added.items) == [*(parts if tree != ALWAYS else []), condition]


@given(trees, ZONES)
def test_every_tree_has_chips_and_each_says_something(tree: Group, zone: dt.tzinfo) -> None:
    state = State(tree=tree, problems=tuple(check(tree, SAMPLE, zone=zone)))
    shown = chips.chips(state, SAMPLE, zone)
    assert [chip.index for chip in shown] == list(range(len(chips.items(tree))))
    assert all(chip.text for chip in shown)
    assert any(chip.wrong for chip in shown) == bool(state.problems)
