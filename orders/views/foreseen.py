"""What would become of exceptions, in words."""

from django.utils.translation import ngettext_lazy

from orders.exceptions.alike import Alike
from orders.exceptions.catalogue import Fate
from orders.exceptions.forecast import Forecast
from portal.ui.amounts import count as grouped

_FATES = {
    Fate.CLEARS: ("resolved", ngettext_lazy("%(count)s would clear", "%(count)s would clear", "n")),
    Fate.ASKS: ("running", ngettext_lazy("%(count)s known only by trying", "%(count)s known only by trying", "n")),
    Fate.STAYS: ("active", ngettext_lazy("%(count)s would stay", "%(count)s would stay", "n")),
}
"""Status and words of what would become of exceptions."""


def alike(told: Forecast) -> list[Alike]:
    """Return a forecast as the pages show it: by what would become of them, each with its reasons."""
    counts = {fate: len(told.of(fate)) for fate in Fate}
    return [
        Alike(status, str(words % {"n": counts[fate], "count": grouped(counts[fate])}), told.by_fate[fate])
        for fate, (status, words) in _FATES.items()
        if counts[fate]
    ]
