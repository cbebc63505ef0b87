"""What a warehouse has shipped, or could not ship. Written once, never altered."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from orders.models.location import Location
from orders.models.order import Order
from orders.models.shipping_request import ShippingRequest
from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Fulfillment(Scoped):
    """One parcel, or one refusal, as it was reported (behaviour.md 2.3)."""

    class Kind(models.TextChoices):
        SHIPPED = "shipped"
        REJECTED = "rejected"

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fulfillments")
    request = models.ForeignKey(ShippingRequest, on_delete=models.PROTECT, null=True, related_name="fulfillments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The integration that reported it; none when a person did."""
    ext_fulfillment_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=Kind)
    content = DocumentField()
    """Lines, tracking numbers and addresses, carrier, class, cost, as reported."""
    shipped_at = models.DateTimeField()
    number_folded = models.CharField(max_length=600)
    facets = DocumentField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "source", "ext_fulfillment_id"), name="fulfillment_once", nulls_distinct=False
            ),
        )
        indexes = (
            models.Index(fields=("organization", "-created_at", "-id"), name="fulfillment_newest"),
            models.Index(fields=("organization", "number_folded"), name="fulfillment_by_number"),
            models.Index(fields=("organization", "-shipped_at", "-id"), name="fulfillment_by_shipping"),
            # Equality of any field that has no column, tracking numbers among them.
            GinIndex(fields=("facets",), name="fulfillment_by_facet", opclasses=("jsonb_path_ops",)),
        )

    def __str__(self) -> str:
        return self.ext_fulfillment_id
