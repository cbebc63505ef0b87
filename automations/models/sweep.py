"""Where the sweeps stand."""

from django.db import models

from portal.kit.claims import Claimable


class Sweep(Claimable):
    """A pass over many records that comes again and again, for all organizations together.

    The row is claimed for one batch at a time (`portal.kit.claims`), so that a pass goes on where it
    stopped, on whichever machine: everything up to `cursor` is dealt with.
    """

    name = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(null=True)
    """When the present pass began; nothing between two passes. Ages count from here."""
    organization_cursor = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    judged = models.PositiveBigIntegerField(default=0)
    """How many records the present or last pass has judged."""
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
