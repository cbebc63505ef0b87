"""What selling channels are told of stock: which channels, and each SKU's number there."""

from django.db import models

from integrations.models.integration import Integration
from orders.models import Source
from portal.kit.claims import Claimable
from portal.tenancy.scope import Scoped


class StockChannel(Scoped):
    """A selling channel that is told what it may promise (`integrations.outbound.channels`)."""

    integration = models.OneToOneField(Integration, on_delete=models.CASCADE, related_name="stock_channel")
    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="+")
    active = models.BooleanField(default=True)
    """Its flow is on; what waits while it is off is compared anew when it is on again."""
    moves = models.BooleanField(default=False)
    """It lowers its own numbers as it sells, and takes changes of them (`capabilities.MovesStock`)."""
    by_sku = models.BooleanField(default=False)
    """SKUs that are not published there are looked for there: its products are not pulled."""
    flags = models.CharField(max_length=32, default="", blank=True)
    """A digest of what the locations say about totals; another one now: every number is looked at."""
    elders = models.BigIntegerField(default=0, db_default=0, null=True)
    """Who wrote when it began and did not know of it (`portal.kit.elders`): a mark of them. 0: not taken yet; none:
    they have ended, and what they published has been looked at."""
    check_at = models.DateTimeField()
    """When every number is next compared with what the channel shows."""
    checked_at = models.DateTimeField(null=True)
    """When that last began."""
    differed = models.PositiveIntegerField(default=0)
    """How many numbers differed then, for no reason that is known here."""

    class Meta:
        indexes = (models.Index(fields=("organization",), name="stock_channel_on", condition=models.Q(active=True)),)

    def __str__(self) -> str:
        return f"stock for {self.integration_id}"


class StockNumber(Claimable, Scoped):
    """One SKU on one channel: what it shows there as far as is known, and whether that has to change.

    `attempts` only grows: it says whose claim is the last. Only `integrations.outbound.marking` and
    `integrations.outbound.stock` write it.
    """

    channel = models.ForeignKey(StockChannel, on_delete=models.CASCADE, related_name="numbers", db_index=False)
    sku = models.CharField(max_length=300)
    """As we write it."""
    sku_folded = models.CharField(max_length=600)
    product_api_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    variant_api_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    wanted = models.PositiveIntegerField(default=1, db_default=1)
    """Counts up whenever the number may have to change; more of it after the work than before: look again."""
    shown = models.IntegerField(null=True)
    """What the channel shows, as far as is known: what was read there, and what happened since."""
    shown_at = models.DateTimeField(null=True)
    """When it was read, by the channel's clock: orders placed before are in it."""
    missed_at = models.DateTimeField(null=True)
    """When the SKU was last looked for on the channel, and was not there."""
    look = models.BooleanField(default=True, db_default=True)
    """What it shows is not known: it is read before anything is told."""
    checking = models.BooleanField(default=False, db_default=False)
    """It is read to be compared (`StockChannel.check_at`)."""
    looked = models.IntegerField(null=True)
    """What was read and could not be explained; read twice, it is believed."""
    moving = models.IntegerField(null=True)
    """A change that is on its way, or whose answer was lost."""
    told = models.IntegerField(null=True)
    """The last number told; none: never, or without end."""
    told_at = models.DateTimeField(null=True)
    endless = models.BooleanField(default=False, db_default=False)
    """It was told that this SKU is sold without end."""
    failures = models.PositiveIntegerField(default=0, db_default=0)
    """Failed tries in a row."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("channel", "sku_folded"), name="stock_number_once"),)
        indexes = (
            models.Index(fields=("channel", "next_at"), name="stock_number_due", condition=~models.Q(state="done")),
            models.Index(fields=("channel", "-told_at"), name="stock_number_told"),
            models.Index(fields=("organization", "sku_folded"), name="stock_number_by_sku"),
        )

    def __str__(self) -> str:
        return f"{self.sku} on {self.channel_id}"
