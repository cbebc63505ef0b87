"""What a warehouse keeps, by what it calls it."""

from django.db import models
from django.db.models.functions import Now

from integrations.models.integration import Integration
from portal.tenancy.scope import Scoped


class WarehouseItem(Scoped):
    """One thing that a warehouse keeps, as it told of it last; `integrations.sync.matching` finds its product.

    A product that it means is published there under its ID (`orders.models.Publication`).
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+", db_index=False)
    item_id = models.CharField(max_length=300)
    """What the warehouse calls it, for machines; stays whatever becomes of its SKU."""
    number = models.CharField(max_length=300, default="", db_default="", blank=True)
    """What people call it there."""
    sku = models.CharField(max_length=300)
    """Empty: it has none there, and nothing here can name it."""
    sku_folded = models.CharField(max_length=600)
    name = models.TextField(default="", db_default="", blank=True)
    active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(db_default=Now())
    """When it was last among what the warehouse tells."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("integration", "item_id"), name="warehouse_item_once"),)
        indexes = (models.Index(fields=("integration", "sku_folded"), name="warehouse_item_by_sku"),)

    def __str__(self) -> str:
        return f"{self.sku} at {self.integration_id}"
