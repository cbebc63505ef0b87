"""Acts on the ticked rows of a list: what goes from the look at it to the doing, and the way back to the list."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_MOST_ROWS = 1_000
"""So many ticked rows are named; whoever means more has ticked all that fit."""


def way_back(request: HttpRequest, list_name: str) -> str:
    """Return the list as one left it, else the list of this URL name; an address elsewhere is not followed."""
    back = request.POST.get("back", "")
    fits = url_has_allowed_host_and_scheme(back, None) and back.startswith("/")
    return back if fits else reverse(list_name)


def carried(request: HttpRequest, list_name: str) -> dict[str, Any]:
    """Return what the page that asks for a confirmation sends again: the rows that are meant, and the way back."""
    return {
        "back": way_back(request, list_name),
        "rows": request.POST.getlist("row")[:_MOST_ROWS],
        "everything": request.POST.get("all", ""),
        "query": request.POST.get("query", ""),
    }
