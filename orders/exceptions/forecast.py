"""What *fix once, clear many* would do to a group as things are now: how many clear, how many stay, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.exceptions import foresee, groups
from orders.exceptions.catalogue import Fate, Foreseen
from orders.models import OrderException
from portal.tenancy.models import Organization

REASONS = 6
"""So many reasons are told by themselves, those of most exceptions; the others stand together, each with its own."""


@dataclass(frozen=True, slots=True)
class One:
    """An exception that was looked at."""

    exception: OrderException
    why: str

    @property
    def label(self) -> str:
        """What the record is called that it is about; empty where others of its cause are about the same."""
        return "" if self.exception.entity_type in ("source", "integration") else self.exception.entity_label

    @property
    def name(self) -> str:
        """What tells it from others of its cause: the record it is about, else what it says of itself."""
        return self.label or self.exception.message or self.exception.title


@dataclass(frozen=True, slots=True)
class Reason:
    """Exceptions that would fare alike for the same reason; empty where each has its own."""

    why: str
    some: Sequence[One]

    @property
    def labels(self) -> list[str]:
        """What the records are called; nothing where they cannot be told apart by it."""
        return list(dict.fromkeys(one.label for one in self.some if one.label))


@dataclass(frozen=True, slots=True)
class Forecast:
    """The exceptions of a group by what would become of them."""

    total: int
    by_fate: Mapping[Fate, Sequence[Reason]]

    def of(self, *fates: Fate) -> list[OrderException]:
        """Return the exceptions that would fare so."""
        return [one.exception for fate in fates for reason in self.by_fate.get(fate, ()) for one in reason.some]

    @property
    def looked_at(self) -> int:
        """How many were looked at."""
        return len(self.of(*Fate))

    @property
    def unseen(self) -> int:
        """How many were not: there are too many, or it took too long."""
        return max(0, self.total - self.looked_at)


def forecast(organization: Organization, group: groups.Group) -> Forecast:
    """Say what would become of the oldest exceptions of a group; a constant number of queries."""
    rows = groups.members(organization, group.type, group.shared).select_related("organization", "source")
    some = list(rows.defer("raw", "facets").order_by("pk")[: foresee.MOST])
    told = foresee.foresee(some)
    by_fate = {fate: _reasons(_of(fate, some, told)) for fate in Fate}
    return Forecast(group.count + group.snoozed, by_fate)


def _of(fate: Fate, some: Iterable[OrderException], told: Mapping[int, Foreseen]) -> list[One]:
    return [One(row, told[row.pk].why) for row in some if row.pk in told and told[row.pk].fate == fate]


def _reasons(some: Iterable[One]) -> list[Reason]:
    found: dict[str, list[One]] = {}
    for one in some:
        found.setdefault(one.why, []).append(one)
    largest = sorted(found.items(), key=lambda item: -len(item[1]))
    own = REASONS if len(largest) <= REASONS else REASONS - 1
    rest = [one for _why, ones in largest[own:] for one in ones]
    return [Reason(why, ones) for why, ones in largest[:own]] + ([Reason("", rest)] if rest else [])
