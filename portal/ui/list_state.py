"""The state of a list, which stands in its address and nowhere else (look.md 3.1).

    f=status~is_one_of~onHold~new   one condition; “~” between field, operator and values
    filter=…                        a filter that is more than conditions joined by “all”
    q, sort, columns, page, size, view

`view` is the key of a saved or built-in view; alone it means the state kept in it, “all” means none.
Without any of these the view opens that this person begins with. Unknown parameters are ignored; a
filter that cannot be read or a view that is gone is not, because a list that silently shows more than
was asked for leads to acts on the wrong rows: it becomes a problem, and the list stays empty.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from portal.filters.check import check
from portal.filters.fields import Catalogue
from portal.filters.mark import gettext_noop as _
from portal.filters.operators import operators_for
from portal.filters.problems import BadFilter, Problem
from portal.filters.raw import from_raw, to_raw
from portal.filters.text import from_address, to_address
from portal.filters.tree import ALWAYS, Condition, Group, Node
from portal.savedviews.built_in import ALL
from portal.ui.paging import number_in

MOST_SEARCH = 200
KEPT = ("f", "filter", "q", "sort", "columns")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """What is asked of a list. `problems` are faults of the filter, told to the person."""

    tree: Group = ALWAYS
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    page: int = 1
    size: int = 50
    view: str = ""
    problems: tuple[Problem, ...] = field(default=())
    unread: str = ""
    """A filter as it stood in the address, when it could not be read."""

    def with_tree(self, tree: Group) -> "State":
        """Return this state with another filter, from its first page."""
        return replace(self, tree=tree, page=1, problems=(), unread="")


def pack(condition: Condition, catalogue: Catalogue, zone: dt.tzinfo) -> str:
    """Write a condition for the address."""
    raw, unit = to_raw(catalogue.get(condition.field), condition.value, zone)
    parts = [condition.field, condition.operator, *raw, *([unit] if unit else [])]
    return "~".join(part.replace("%", "%25").replace("~", "%7E") for part in parts)


def unpack(text: str, catalogue: Catalogue, zone: dt.tzinfo) -> Condition:
    """Read a condition of the address; what does not fit is found by `check`."""
    parts = [part.replace("%7E", "~").replace("%25", "%") for part in text.split("~")]
    name, operator, values = parts[0], [*parts, ""][1], parts[2:]
    unit = values[-1] if len(values) == 2 else ""
    return Condition(name, operator, from_raw(catalogue.get(name), operator, values, unit, zone))


def read(
    get: QueryDict,
    catalogue: Catalogue,
    zone: dt.tzinfo,
    queries: Mapping[str, str],
    sizes: Sequence[int],
    default: str = "",
) -> State:
    """Read the state of an address. `queries` are the kept addresses of the views by key.

    `default` is the key of the view that opens where the address asks for nothing.
    """
    asks = any(name in get for name in KEPT)
    wish = get.get("view", "" if asks else default)
    view = wish if wish in queries else ""
    kept = QueryDict(queries[view]) if view and not asks else get
    tree, unread, problems = _tree(kept, catalogue, zone)
    if wish not in (view, ALL) and not asks:
        problems = (_gone(),)
    return State(
        tree=tree,
        q=" ".join(kept.get("q", "").replace("\x00", "").split())[:MOST_SEARCH],
        sort=kept.get("sort", "")[:64],
        columns=tuple(name for name in ",".join(kept.getlist("columns")).split(",") if name),
        page=max(1, number_in(get.get("page", ""), 1)),
        size=_size(get.get("size") or kept.get("size", ""), sizes),
        view=view,
        problems=problems,
        unread=unread,
    )


def _gone() -> Problem:
    message = _("The view that this address asks for is not there, or not shared with you.")
    return Problem((), "node", message, _("Choose another view, or clear the filter."))


def default_size(sizes: Sequence[int]) -> int:
    """Return the page size that needs no word in the address."""
    return sizes[min(1, len(sizes) - 1)]


def _size(text: str, sizes: Sequence[int]) -> int:
    size = number_in(text, 0)
    return size if size in sizes else default_size(sizes)


def _tree(get: QueryDict, catalogue: Catalogue, zone: dt.tzinfo) -> tuple[Group, str, tuple[Problem, ...]]:
    """Return the filter, what of it could not be read, and what is wrong."""
    packed = get.get("filter", "")
    try:
        whole = from_address(packed, whole=True)
    except BadFilter as error:
        return ALWAYS, packed, error.problems
    conditions = tuple(unpack(text, catalogue, zone) for text in get.getlist("f") if text)
    tree = _joined(whole, conditions)
    return tree, "", tuple(check(tree, catalogue, zone=zone))


def _joined(whole: Group, conditions: tuple[Condition, ...]) -> Group:
    if not conditions:
        return whole
    if whole.match == "all" and whole.lines is None:
        return replace(whole, items=whole.items + conditions)
    return Group("all", (whole, *conditions))


def pairs(state: State, catalogue: Catalogue, zone: dt.tzinfo) -> Pairs:
    """Return the canonical parameters of what a state asks for: filter, search, sort, columns."""
    found = [("filter", state.unread)] if state.unread else _tree_pairs(state.tree, catalogue, zone)
    found += [("q", state.q)] * bool(state.q) + [("sort", state.sort)] * bool(state.sort)
    return found + [("columns", ",".join(state.columns))] * bool(state.columns)


def size_pairs(state: State, usual: int) -> Pairs:
    """Return the page size as a parameter, unless it is the usual one."""
    return [("size", str(state.size))] * (state.size != usual)


def _tree_pairs(tree: Group, catalogue: Catalogue, zone: dt.tzinfo) -> Pairs:
    simple = tree.match == "all" and tree.lines is None
    texts = [_plainly(item, catalogue, zone) for item in tree.items] if simple else [None]
    if all(texts):
        return [("f", text) for text in texts if text]
    packed = to_address(tree)
    return [("filter", packed)] if packed else []


def _plainly(node: Node, catalogue: Catalogue, zone: dt.tzinfo) -> str | None:
    """Return a condition in the readable form, or None where that form would not say the same."""
    if not isinstance(node, Condition) or node.lines is not None:
        return None
    text = pack(node, catalogue, zone)
    return text if unpack(text, catalogue, zone) == node else None


def query_string(found: Pairs) -> str:
    """Return parameters as the text after “?”."""
    return urlencode(found, safe="~,")


def default_operator(catalogue: Catalogue, path: str) -> str:
    """Return the operator that a new condition on this field starts with."""
    found = catalogue.get(path)
    if found is None:
        return ""
    keys = [operator.key for operator in operators_for(found.type)]
    wish = _WISHES.get(str(found.type), "")
    return wish if wish in keys else keys[0]


_WISHES = {
    "enum": "is_one_of",
    "country": "is_one_of",
    "list": "contains_any",
    "text": "contains",
    "datetime": "in_last",
    "money": "gte",
    "number": "gte",
    "boolean": "is_true",
}
