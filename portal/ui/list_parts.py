"""Small values of a list: its views and its rows, as templates read them."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class View:
    """A tab: built in or saved. `mine` may be changed by this person."""

    key: str
    label: StrOrPromise
    query: str
    mine: bool
    shared: bool
    count: int | None


@dataclass(frozen=True)
class Row:
    """One row as it is drawn."""

    id: str
    version: str
    url: str
    name: str
    cells: SafeString
