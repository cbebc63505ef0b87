"""What needs a person: the first card of the dashboard. An app adds its own in `apps.ready()`:

    from portal.ui.needs import Need, needs
    needs.register("orders.exceptions", exceptions_waiting)

The function gets the organization and returns what waits there now, with one query; nothing is good news.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry
from portal.tenancy.models import Organization


@dataclass(frozen=True)
class Need:
    """Something that waits for a person: how many, what, and the list that shows exactly those.

    `urgency` orders them, the lowest first: 10 something has stopped, 20 something fails, 30 somebody decides.
    """

    label: StrOrPromise
    count: int
    url: str
    icon: str = "alert-triangle"
    tone: str = "amber"
    urgency: int = 30


Read = Callable[[Organization], Sequence[Need]]
needs: Registry[Read] = Registry("need")


def waiting(organization: Organization) -> list[Need]:
    """Return everything that needs a person, the most urgent first."""
    found = [need for read in needs.all() for need in read(organization)]
    return sorted(found, key=lambda need: (need.urgency, -need.count))
