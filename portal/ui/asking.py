"""A state of a list from words instead of an address: for commands and other programs. Knows no requests."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from django.http import QueryDict

from portal.filters import codec
from portal.filters.check import check
from portal.filters.problems import BadFilter, Problem
from portal.filters.tree import ALWAYS, Group
from portal.ui import list_state
from portal.ui.list_state import State
from portal.ui.lists import ListPage


class BadQuestion(ValueError):
    """The filter cannot be used; `problems` say what is wrong, where, and what helps."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(f"{one.message} {one.cure}".strip() for one in problems))
        self.problems = problems


Find = Callable[[str], str]
"""Returns what the view of a name keeps; raises portal.savedviews.services.ViewRefused."""


def state_of(page: ListPage, zone: dt.tzinfo, find: Find, *, view: str = "", text: str = "", search: str = "") -> State:
    """Return the state that a view, by its name, narrowed by a filter and a search, asks for.

    `text` is a filter as JSON, as the packed value of `filter=`, or as an address of the list (or its
    part after “?”). What it says comes on top of the view: both filters must hold; its search, order and
    columns replace the view's. Days are those of `zone`. Raises BadQuestion, and what `find` raises.
    """
    state = _read(page, zone, find, list_state.query_string([("view", view)]) if view else "")
    if text:
        state = _over(state, _narrowing(page, zone, find, text))
    if search:
        state = replace(state, q=" ".join(search.replace("\x00", "").split())[: list_state.MOST_SEARCH])
    problems = state.problems or tuple(check(state.tree, page.target.catalogue, zone=zone))
    if problems:
        raise BadQuestion(problems)
    return state


def _narrowing(page: ListPage, zone: dt.tzinfo, find: Find, text: str) -> State:
    text = text.strip()
    if text.startswith("{"):
        try:
            return State(tree=codec.loads(text))
        except BadFilter as error:
            raise BadQuestion(tuple(error.problems)) from None
    query = text.split("?", 1)[-1] if "?" in text or "=" in text else list_state.query_string([("filter", text)])
    return _read(page, zone, find, query)


def _read(page: ListPage, zone: dt.tzinfo, find: Find, query: str) -> State:
    get = QueryDict(query)
    view = get.get("view", "")
    queries = {view: find(view)} if view else {}
    return list_state.read(get, page.target.catalogue, zone, queries, page.sizes)


def _over(state: State, more: State) -> State:
    return replace(
        state,
        tree=_both(state.tree, more.tree),
        q=more.q or state.q,
        sort=more.sort or state.sort,
        columns=more.columns or state.columns,
        problems=state.problems + more.problems,
    )


def _both(one: Group, other: Group) -> Group:
    parts = [tree for tree in (one, other) if tree != ALWAYS]
    return parts[0] if len(parts) == 1 else Group("all", tuple(parts)) if parts else ALWAYS
