"""The order and its lines.

`content` is the commercial part of the canonical document, as the channel, staff and rules left it.
What changes often (status, hold, version) stands in columns, so that a change of status does not
write the whole document again. The other columns repeat what lists and filters look for; they are
computed from `content` in one place (`orders.documents.columns`).
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from orders.lifecycle.order import CHOICES, VALUES, OrderStatus
from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.models import Organization
from portal.tenancy.scope import Scoped


class Order(Scoped):
    """An order as it stands now. It changes only through `orders.ingest` and `orders.lifecycle`."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="orders", db_index=False)
    ext_order_id = models.CharField(max_length=300)
    ext_order_api_id = models.CharField(max_length=300)
    status = models.CharField(max_length=20, choices=CHOICES)
    version = models.PositiveIntegerField(default=1)
    content = DocumentField()
    source_doc = DocumentField(null=True)
    fingerprint = models.CharField(max_length=32)
    kept = DocumentField(default=dict)
    """Paths that people or rules have set, and who: the channel's next report leaves them alone."""

    placed_at = models.DateTimeField()
    source_updated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    hold_until = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.CharField(max_length=200, default="", db_default="", blank=True)
    """The person who deleted it here; empty: its store did."""

    routing_status = models.CharField(max_length=16, default="pending", db_default="pending")
    """How far routing has come with it (behaviour.md 2.1): pending, ready, failed, pendingInventory, excluded."""
    last_routed_at = models.DateTimeField(null=True)
    route_at = models.DateTimeField(null=True)
    """When routing shall look at it (again); none: when something about it changes."""

    total = models.DecimalField(max_digits=18, decimal_places=6)
    currency = models.CharField(max_length=3)
    customer_name = models.CharField(max_length=601, default="", db_default="")
    number_folded = models.CharField(max_length=600)
    email_folded = models.CharField(max_length=600, null=True)  # noqa: DJ001 - an absent e-mail is not an empty one
    tags_folded = ArrayField(models.TextField(), null=True)
    exceptions = ArrayField(models.TextField(), null=True, editable=False)
    """Types of the active exceptions; kept by a trigger of the database (migration 0008)."""
    facets = DocumentField(default=dict)
    """Normal forms of the fields that have no column, for the filter language (`portal.filters.facets`)."""
    line_count = models.PositiveIntegerField()
    unit_count = models.DecimalField(max_digits=18, decimal_places=6)
    country_folded = models.CharField(max_length=600, null=True)  # noqa: DJ001 - an absent country is not an empty one
    """Where it is shipped to: most filters by country ask for this, and newest first."""
    terms = SearchVectorField(default="", db_default="")
    """Numbers, addresses and names with their kinds, for the search box (`orders.documents.terms`)."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "ext_order_api_id"), name="order_once_per_source"),
            models.CheckConstraint(condition=models.Q(status__in=VALUES), name="order_status_known"),
            models.CheckConstraint(
                condition=models.Q(hold_until__isnull=True) | models.Q(status=OrderStatus.ON_HOLD),
                name="order_hold_until_only_on_hold",
            ),
        )
        indexes = (
            models.Index(
                fields=("organization", "-placed_at", "-id"), name="order_newest", condition=models.Q(deleted_at=None)
            ),
            models.Index(
                fields=("organization", "status", "-placed_at"),
                name="order_by_status",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=("organization", "-total", "-id"),
                include=("status",),  # so that a list of dear orders is counted without reading them
                name="order_by_total",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(fields=("organization", "created_at"), name="order_by_arrival"),
            models.Index(fields=("organization", "number_folded"), name="order_by_number"),
            models.Index(fields=("organization", "email_folded"), name="order_by_email"),
            GinIndex(fields=("tags_folded",), name="order_by_tag"),
            GinIndex(
                fields=("exceptions",),
                name="order_by_exception",
                condition=models.Q(exceptions__isnull=False),
            ),
            GinIndex(fields=("terms",), name="order_by_term"),
            # Equality of any field that has no column; containment needs paths alone, not keys.
            GinIndex(fields=("facets",), name="order_by_facet", opclasses=("jsonb_path_ops",)),
            models.Index(
                fields=("organization", "country_folded", "-placed_at", "-id"),
                name="order_by_country",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=("organization", "line_count"), name="order_by_lines", condition=models.Q(deleted_at=None)
            ),
            models.Index(
                fields=("organization", "unit_count"), name="order_by_units", condition=models.Q(deleted_at=None)
            ),
            models.Index(fields=("route_at",), name="order_to_be_routed", condition=models.Q(route_at__isnull=False)),
        )

    def __str__(self) -> str:
        return self.ext_order_id


class OrderLine(Scoped):
    """One line, as filters and routing look for it; the whole line stands in the order's content."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    # A copy of the order's, for the index by SKU; checking it for every line would double the cost.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField()
    unique_id = models.CharField(max_length=300)
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    name_folded = models.TextField(null=True)  # noqa: DJ001 - an absent name is not an empty one
    facets = DocumentField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    item_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    requires_shipping = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "position"), name="line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="line_quantity_not_negative"),
        )
        indexes = (
            # Answers “which orders have this SKU, or one that begins so, and so many of it” without reading a
            # line, newest first. The SKU comes first: filters ask for the lines of orders, whosever they are.
            models.Index(
                fields=("sku_folded", "order"),
                include=("organization", "quantity"),
                name="line_with_sku",
                opclasses=("varchar_pattern_ops", "int8_ops"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
