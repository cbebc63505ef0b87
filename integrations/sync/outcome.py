"""What a run of a flow brought."""

from dataclasses import dataclass, fields, replace
from typing import Protocol

RUSH = 50
"""Records that are news to one run; so many do not come one by one."""


class Counted(Protocol):
    """What became of a page, whatever its records were."""

    @property
    def created(self) -> int:
        """Return how many are new."""

    @property
    def updated(self) -> int:
        """Return how many have changed."""

    @property
    def unchanged(self) -> int:
        """Return how many are as they were."""

    @property
    def refused(self) -> int:
        """Return how many could not be taken."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of one run."""

    pages: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0
    left_out: int = 0

    @property
    def is_news(self) -> bool:
        """Say whether anything came of it that people may want to see."""
        return bool(self.created or self.updated or self.deleted or self.refused or self.left_out)

    @property
    def is_rush(self) -> bool:
        """Say whether so much came of it that more is likely to be there already."""
        return self.created + self.updated >= RUSH

    @property
    def known_share(self) -> float:
        """Return how much of what was read was there already: 0 to 1, and 1 where nothing was read."""
        read = self.created + self.updated + self.unchanged + self.deleted + self.refused + self.left_out
        return self.unchanged / read if read else 1.0

    def plus(self, other: "Outcome") -> "Outcome":
        """Add what another page brought."""
        sums = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return Outcome(**sums)

    def page(self, taken: Counted, *, left_out: int, known: int) -> "Outcome":
        """Add a page; `known` records were taken before and have not changed since."""
        return replace(
            self,
            pages=self.pages + 1,
            created=self.created + taken.created,
            updated=self.updated + taken.updated,
            unchanged=self.unchanged + taken.unchanged + known,
            refused=self.refused + taken.refused,
            left_out=self.left_out + left_out,
        )
