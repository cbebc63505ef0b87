"""The state of a list is its address, and back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict

from orders.documents.catalogue import ORDER
from portal.filters.fields import Choice
from portal.filters.tree import ALWAYS, Condition, Duration, Group
from portal.ui import chips, list_state
from portal.ui.list_state import State

SIZES = (25, 50, 100)
VIEWS = {"mine": "f=status~equals~onHold&sort=-total"}


def read(query: str) -> State:
    return list_state.read(QueryDict(query), ORDER, dt.UTC, VIEWS, SIZES)


def written(state: State) -> str:
    return list_state.query_string(list_state.pairs(state, ORDER, dt.UTC))


@pytest.mark.parametrize(
    "condition",
    [
        Condition("status", "is_one_of", ("onHold", "new")),
        Condition("totalPrice", "gte", Decimal("10.50")),
        Condition("totalPrice", "between", (1, 2)),
        Condition("extOrderCreatedAt", "in_last", Duration(3, "days")),
        Condition("tags", "contains_any", ("a~b", "100%", "x&y=z", "days")),
        Condition("email", "is_empty"),
        Condition("extOrderId", "equals", "#1001"),
    ],
)
def test_a_condition_goes_through_the_address_and_comes_back(condition: Condition) -> None:
    state = State(tree=Group("all", (condition,)))
    again = read(written(state))
    assert again.tree == state.tree
    assert again.problems == ()
    assert written(state).startswith("f=")


def test_a_filter_that_is_more_than_conditions_is_packed_and_comes_back() -> None:
    tree = Group("any", (Condition("email", "is_empty"), Group("none", (Condition("status", "equals", "new"),))))
    assert written(State(tree=tree)).startswith("filter=")
    again = read(written(State(tree=tree)))
    assert (again.tree, again.problems) == (tree, ())


def test_unknown_parameters_and_broken_numbers_are_ignored() -> None:
    state = read("page=x&size=7&view=gone&what=ever&utm_source=mail&sort=")
    assert (state.page, state.size, state.view, state.tree, state.problems) == (1, 50, "", ALWAYS, ())


@pytest.mark.parametrize(
    "query",
    ["f=nofield~equals~1", "f=status~nope~new", "f=status~equals~purple", "f=totalPrice~gte~lots", "filter=zzz", "f=x"],
)
def test_a_filter_that_cannot_be_read_is_a_problem_and_not_ignored(query: str) -> None:
    assert len(read(query).problems) == 1


def test_a_view_means_the_state_it_keeps_until_something_is_changed() -> None:
    kept = read("view=mine")
    assert (kept.tree.items, kept.sort) == ((Condition("status", "equals", "onHold"),), "-total")
    changed = read("view=mine&f=status~equals~new")
    assert (changed.tree.items, changed.sort) == ((Condition("status", "equals", "new"),), "")
    assert read("view=mine&q=").tree == ALWAYS


def test_a_chip_is_replaced_removed_and_added() -> None:
    first, second = Condition("status", "equals", "new"), Condition("email", "is_empty")
    tree = Group("all", (first,))
    assert chips.having(tree, None, second) == Group("all", (first, second))
    assert chips.having(tree, 0, second) == Group("all", (second,))
    assert chips.without(tree, 0) == ALWAYS
    assert chips.having(Group("any", (first, second)), None, second).items == (Group("any", (first, second)), second)


def test_a_chip_says_its_condition_in_words() -> None:
    state = read("f=status~is_one_of~onHold~new&f=totalPrice~gte~100")
    assert [chip.text for chip in chips.chips(state, ORDER, dt.UTC)] == [
        "Status is On hold or New",
        "Total is at least 100",
    ]


def test_a_chip_calls_an_id_by_its_name() -> None:
    state = read("f=integration~equals~feedfacefeedface")
    named = {"integration": (Choice("feedfacefeedface", "Tea shop"),)}
    assert [chip.text for chip in chips.chips(state, ORDER, dt.UTC, named)] == ["Source is Tea shop"]
