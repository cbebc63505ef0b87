"""What a warehouse is asked to ship: a part of an order, from one location."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from orders.lifecycle.shipping_request import CHOICES, VALUES
from orders.models.location import Location
from orders.models.order import Order
from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.models import Organization
from portal.tenancy.scope import Scoped


class ShippingRequest(Scoped):
    """A request as it stands now (behaviour.md 2.2). It is never edited: it is canceled and made again.

    `content` is what the warehouse gets: lines, address, notes, method, dates. State stands in columns.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipping_requests", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="shipping_requests")
    fulfillment_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+")
    """The integration that has to deliver it; none: a person does, by hand."""
    ordinal = models.PositiveIntegerField()
    """1 for the first request of its order (`version` in the document)."""
    ext_shipment_id = models.CharField(max_length=300)
    ext_reference_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    ext_reference_url = models.CharField(max_length=2000, default="", db_default="", blank=True)
    status = models.CharField(max_length=22, choices=CHOICES)
    version = models.PositiveIntegerField(default=1)
    content = DocumentField()
    on_future = models.BooleanField(default=False)
    """Its stock is committed on future units."""
    commits_stock = models.BooleanField(default=True)
    """False where it was routed without looking at stock and there is no record of it."""
    skip_location = models.BooleanField(default=False)
    """Routing leaves its location out the next time that it finds a place for the order (behaviour.md 5.5)."""
    exclude_from_reuse = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    canceled_by_kind = models.CharField(max_length=16, default="", db_default="", blank=True)
    canceled_by_id = models.CharField(max_length=80, default="", db_default="", blank=True)
    canceled_by_name = models.CharField(max_length=200, default="", db_default="", blank=True)
    cancellation = models.CharField(max_length=12, default="", db_default="", blank=True)
    """How far cancelling has come at the warehouse: asked, agreed, refused, or not told at all."""
    exceptions = ArrayField(models.TextField(), null=True, editable=False)
    number_folded = models.CharField(max_length=600)
    facets = DocumentField(default=dict)
    unit_count = models.DecimalField(max_digits=18, decimal_places=6)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "ordinal"), name="shipping_request_ordinal_once"),
            models.UniqueConstraint(fields=("organization", "ext_shipment_id"), name="shipping_request_number_once"),
            models.CheckConstraint(condition=models.Q(status__in=VALUES), name="shipping_request_status_known"),
        )
        indexes = (
            models.Index(
                fields=("organization", "-created_at", "-id"),
                name="shipping_request_newest",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=("organization", "status", "-created_at"),
                name="shipping_request_by_status",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(fields=("organization", "number_folded"), name="shipping_request_by_number"),
            models.Index(
                fields=("organization", "ext_reference_id"),
                name="shipping_request_by_reference",
                condition=~models.Q(ext_reference_id=""),
            ),
            models.Index(
                fields=("fulfillment_source",),
                name="shipping_request_to_send",
                condition=models.Q(status="readyForFulfillment", deleted_at=None),
            ),
            models.Index(
                fields=("location", "status"),
                name="shipping_request_waiting",
                condition=models.Q(status="pendingInventory"),
            ),
        )

    def __str__(self) -> str:
        return self.ext_shipment_id


class ShippingRequestLine(Scoped):
    """One line of a request: how much of which order line, and what became of it."""

    request = models.ForeignKey(ShippingRequest, on_delete=models.CASCADE, related_name="lines", db_index=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField()
    unique_id = models.CharField(max_length=300)
    """Of the order's line."""
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    name = models.TextField(default="", db_default="", blank=True)
    bundle_sku = models.CharField(max_length=300, default="", db_default="", blank=True)
    """The bundle on the order that this component is a part of."""
    per_bundle = models.PositiveIntegerField(default=1, db_default=1)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    fulfilled = models.DecimalField(max_digits=18, decimal_places=6, default=0, db_default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("request", "position"), name="shipping_request_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="shipping_request_line_positive"),
        )
        indexes = (models.Index(fields=("sku_folded", "request"), name="shipping_request_with_sku"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
