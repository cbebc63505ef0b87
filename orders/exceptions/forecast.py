"""What *fix once, clear many* would do to a group as things are now: how many clear, how many stay, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.exceptions import foresee, groups
from orders.exceptions.alike import One, Reason, reasons
from orders.exceptions.catalogue import Fate
from orders.models import OrderException
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Forecast:
    """The exceptions of a group by what would become of them."""

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
    told = foresee.foresee(some)
    by_fate: dict[Fate, list[One]] = {fate: [] for fate in Fate}
    for row in some:
        if row.pk in told:
            by_fate[told[row.pk].fate].append(One(row, told[row.pk].why))
    return Forecast(group.count + group.snoozed, {fate: reasons(ones) for fate, ones in by_fate.items()})
