"""A view by its name, as an address, a command or another program gives it. Knows no requests."""

import difflib
from dataclasses import dataclass
from typing import Literal

from portal.kit.text import fold
from portal.savedviews.built_in import ALL, built_in
from portal.savedviews.refusals import ViewRefused
from portal.savedviews.shelf import seen_by
from portal.tenancy.models import Organization, User

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A view and the state it keeps: `query` is read by `portal.ui.list_state.read`, as an address is.

    `key` is what addresses name it by; "all" for the view that leaves nothing out.
    """

    key: str
    name: str
    query: str
    kind: Literal["own", "shared", "built-in"]


class UnknownView(ViewRefused):
    """No view has this name; the message names those that are like it."""


def find(organization: Organization, user: User | None, list_key: str, name: str) -> Found:
    """Return the view of this name or key: one's own first, then the shared ones, then the built-in ones.

    Names are compared as texts are everywhere: case and accents do not count. Without a user there are
    the shared and the built-in ones. Raises UnknownView. One query.
    """
    wanted = fold(name)
    offered = _offered(organization, user, list_key)
    for by_name in (True, False):
        for one in offered:
            if wanted in ({fold(one.name)} if by_name else {fold(one.key)}):
                return one
    raise UnknownView(_unknown(name, list_key, [one.name for one in offered]))


def _offered(organization: Organization, user: User | None, list_key: str) -> list[Found]:
    rows = seen_by(organization, user, list_key)
    saved = [
        Found(row.public_id, row.name, row.query, "own" if user and row.owner_id == user.pk else "shared")
        for row in rows
    ]
    own = [one for one in saved if one.kind == "own"]
    shared = [one for one in saved if one.kind == "shared"]
    return own + shared + [Found(one.key, str(one.label), one.query, "built-in") for one in built_in(list_key)]


def _unknown(name: str, list_key: str, names: list[str]) -> str:
    said = f"There is no view “{name[:80]}” of the list “{list_key}”."
    folded = {fold(one): one for one in names}
    near = difflib.get_close_matches(fold(name), folded, n=3, cutoff=0.6)
    near += [one for one in folded if fold(name) and fold(name) in one and one not in near]
    if near:
        return f"{said} Did you mean {_list([folded[one] for one in near][:3], 'or')}?"
    return f"{said} There are {_list(list(folded.values())[:MOST_NAMED], 'and')}."


def _list(names: list[str], joined: str) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joined} {quoted[-1]}"


__all__ = ["ALL", "Found", "UnknownView", "find"]
