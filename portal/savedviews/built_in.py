"""The views that lists bring along, as far as whoever looks for a view by its name must know them.

Lists live above this room (`portal.ui.lists`), so they say here which built-in views they have.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

ALL = "all"
"""The key of the view that leaves nothing out; no other view may have it."""


class BuiltIn(NamedTuple):
    """One view that a list brings along; `label` as people read it."""

    key: str
    label: str
    query: str


Provider = Callable[[str], Sequence[BuiltIn]]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Say who knows the built-in views of a list by its key; once, when the process starts."""
    if provider not in _providers:
        _providers.append(provider)


def built_in(list_key: str) -> list[BuiltIn]:
    """Return the built-in views of a list, *All* first; an unknown list has that one alone."""
    found = [one for provider in _providers for one in provider(list_key)]
    return [BuiltIn(ALL, "All", ""), *found]
