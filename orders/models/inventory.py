"""Stock: a ledger of what happened is the truth, and the levels are its sum (design.md section 8)."""

from django.db import models
from django.db.models.functions import Now

from orders.models.location import Location
from orders.models.order import Order
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.models import Organization
from portal.tenancy.scope import Scoped

QUANTITIES = ("on_hand", "committed", "future", "committed_future", "incoming", "unavailable")
"""What a level counts, in whole units (behaviour.md 6.1)."""


class InventoryLevel(Scoped):
    """What there is of one SKU at one location; it changes only through `orders.inventory`.

    Without a location it is the virtual record of the SKU: what orders need that are not routed yet.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="levels", db_index=False)
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    on_hand = models.IntegerField(default=0)
    committed = models.IntegerField(default=0)
    future = models.IntegerField(default=0)
    committed_future = models.IntegerField(default=0)
    incoming = models.IntegerField(default=0)
    unavailable = models.IntegerField(default=0)
    available = models.GeneratedField(
        expression=models.F("on_hand") - models.F("committed"), output_field=models.IntegerField(), db_persist=True
    )
    locked = models.BooleanField(default=False)
    """Not tracked (`inventoryNotTracked`): nothing changes it by itself until it is unlocked."""
    before_lock = DocumentField(null=True)
    reported_at = models.DateTimeField(null=True)
    """When a warehouse last counted it, by the warehouse's clock: what was seen before that is old news."""
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "sku_folded", "location"), name="level_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(committed__gte=0, committed_future__gte=0), name="level_commits_not_negative"
            ),
        )
        indexes = (
            models.Index(fields=("location", "sku_folded"), name="level_of_location"),
            models.Index(fields=("organization", "available"), name="level_by_available"),
        )

    def __str__(self) -> str:
        return f"{self.sku} at {self.location_id}"


class LedgerEntry(Scoped):
    """One thing that happened to a level: by how much each quantity changed, why, and because of whom."""

    level = models.ForeignKey(InventoryLevel, on_delete=models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField(db_default=Now())
    event = models.CharField(max_length=24)
    on_hand = models.IntegerField(default=0, db_default=0)
    committed = models.IntegerField(default=0, db_default=0)
    future = models.IntegerField(default=0, db_default=0)
    committed_future = models.IntegerField(default=0, db_default=0)
    incoming = models.IntegerField(default=0, db_default=0)
    unavailable = models.IntegerField(default=0, db_default=0)
    entity_type = models.CharField(max_length=24, default="", db_default="", blank=True)
    entity_id = models.CharField(max_length=16, default="", db_default="", blank=True)
    """Public ID of what it happened for: a shipping request, a fulfillment."""
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    note = models.CharField(max_length=500, default="", db_default="", blank=True)
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - only what may come twice has one
    """The same key is written once: what reports a movement twice moves stock once."""

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "key"), name="ledger_once", condition=models.Q(key__isnull=False)
            ),
        )
        indexes = (
            models.Index(fields=("level", "-id"), name="ledger_of_level"),
            models.Index(fields=("entity_id",), name="ledger_of_entity", condition=~models.Q(entity_id="")),
        )

    def __str__(self) -> str:
        return f"{self.event} of {self.level_id}"


class VirtualCommit(Scoped):
    """What an order that is not routed yet needs of a SKU; their sum is what the virtual record has committed.

    Only `orders.inventory.virtual` writes it.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    sku_folded = models.CharField(max_length=600)
    quantity = models.PositiveIntegerField()
    order_version = models.PositiveIntegerField(null=True)
    """Of the order when this was computed, with its first SKU alone; another one now: look again."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("order", "sku_folded"), name="virtual_commit_once"),)
        indexes = (models.Index(fields=("organization", "sku_folded"), name="virtual_commit_by_sku"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_folded} for {self.order_id}"


class VirtualStart(models.Model):
    """An organization that has begun to keep stock: what its open orders need is gone through once."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    after = models.BigIntegerField(default=0)
    """The last order that was gone through."""

    def __str__(self) -> str:
        return f"{self.organization_id} after {self.after}"
