"""How much code may run before somebody has to look: per record, per organization, per rule. Pure.

The limits of one evaluation stand in `automations.scripting.limits`; these are about many of them
(reliability.md C3). Who keeps count of them, and what follows, stands in `automations.guard`.
"""

from dataclasses import dataclass

SECOND = 1_000_000
ORDER_SECONDS = 5
ORGANIZATION_SECONDS = 60
FAILURES_AN_HOUR = 20
TIMEOUTS_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Budget:
    """What code may use in all."""

    order_seconds: int = ORDER_SECONDS
    """For one record in one evaluation, all rules together; what is asked beyond is refused."""
    organization_seconds: int = ORGANIZATION_SECONDS
    """For one organization in a minute; its events then wait for the next."""
    failures: int = FAILURES_AN_HOUR
    """A rule that fails so often in an hour is switched off."""
    timeouts: int = TIMEOUTS_AN_HOUR
    """A rule that breaks its time limit so often in an hour is switched off."""

    @property
    def order_micros(self) -> int:
        """The time for one record in microseconds."""
        return self.order_seconds * SECOND

    @property
    def organization_micros(self) -> int:
        """The time for one organization and minute in microseconds."""
        return self.organization_seconds * SECOND
