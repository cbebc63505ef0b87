"""What trying exceptions again would come to as things are now: how many clear, how many stay, and why."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.exceptions import foresee, groups
from orders.exceptions.alike import One, Reason, reasons
from orders.exceptions.catalogue import Fate, Foreseen
from orders.models import OrderException
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Forecast:
    """Exceptions by what would become of them."""

    total: int
    by_fate: Mapping[Fate, Sequence[Reason]]

    def of(self, *fates: Fate) -> list[OrderException]:
        """Return the exceptions that would fare so."""
        return [one.exception for fate in fates for reason in self.by_fate[fate] for one in reason.some]

    @property
    def looked_at(self) -> int:
        """How many were looked at."""
        return len(self.of(*Fate))

    @property
    def unseen(self) -> int:
        """How many were not: there are too many, or it took too long."""
        return max(0, self.total - self.looked_at)


def forecast(organization: Organization, group: groups.Group) -> Forecast:
    """Say what would become of the oldest exceptions of a group."""
    rows = groups.members(organization, group.type, group.shared).select_related("organization", "source")
    some = list(rows.defer("raw", "facets").order_by("pk")[: foresee.MOST])
    return _told(some, foresee.foresee(some), group.count + group.snoozed)


def of_ticked(exceptions: Sequence[OrderException]) -> Forecast:
    """Say what would become of exceptions of one organization and several types: of the first `foresee.MOST`."""
    some, told, ends = exceptions[: foresee.MOST], dict[int, Foreseen](), time.monotonic() + foresee.SECONDS
    for kind in dict.fromkeys(one.type for one in some):
        left = ends - time.monotonic()
        if left > 0:
            told |= foresee.foresee([one for one in some if one.type == kind], seconds=left)
    return _told(some, told, len(exceptions))


def _told(some: Sequence[OrderException], told: Mapping[int, Foreseen], total: int) -> Forecast:
    by_fate: dict[Fate, list[One]] = {fate: [] for fate in Fate}
    for row in some:
        if row.pk in told:
            by_fate[told[row.pk].fate].append(One(row, told[row.pk].why))
    return Forecast(total, {fate: reasons(ones) for fate, ones in by_fate.items()})
