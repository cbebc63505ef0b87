"""What is sold: products, what bundles are made of, and what each channel calls them."""

from django.db import models
from django.db.models.functions import Now

from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Product(Scoped):
    """A product (behaviour.md 2.4). Its SKU is unique in the organization; whoever made it first owns it."""

    class Kind(models.TextChoices):
        SIMPLE = "simple"
        PARENT = "parent"
        CHILD = "child"
        BUNDLE = "bundle"

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    name = models.TextField()
    name_folded = models.TextField()
    kind = models.CharField(max_length=6, choices=Kind)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="children")
    owner = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+")
    """The integration that made it; none: people did, and any integration may update it."""
    content = DocumentField(default=dict)
    not_tracked = models.BooleanField(default=False)
    """Stock of it is not counted (`inventoryNotTracked`)."""
    version = models.PositiveIntegerField(default=1)
    facets = DocumentField(default=dict)
    kept = DocumentField(default=dict, db_default={})
    """Which fields people or rules have set here, by path: who did, and what the integrations say (`theirs`)."""
    source_doc = DocumentField(null=True)
    """The owner's own document, as it came."""
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)
    deleted_by_hand = models.BooleanField(default=False, db_default=False)
    """A person has deleted it: no report brings it back."""

    parts: "list[BundleItem]"
    """Its components, where `orders.products.write.whole` has read them."""
    channels: "list[Publication]"
    """Its publications with their sources, where `orders.products.write.whole` has read them."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "sku_folded"), name="product_sku_once", condition=models.Q(deleted_at=None)
            ),
        )
        indexes = (
            models.Index(
                fields=("organization", "name_folded", "id"),
                name="product_by_name",
                condition=models.Q(deleted_at=None),
            ),
        )

    def __str__(self) -> str:
        return self.sku


class BundleItem(Scoped):
    """One component of a bundle, and how many of it."""

    bundle = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="bundle_items", db_index=False)
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    quantity = models.PositiveIntegerField()
    updated_at = models.DateTimeField(db_default=Now())
    updated_by = models.CharField(max_length=200, default="", db_default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("bundle", "sku_folded"), name="bundle_item_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_item_positive"),
        )
        indexes = (models.Index(fields=("organization", "sku_folded"), name="bundle_item_by_sku"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class Publication(Scoped):
    """A product on one channel: what it is called there, and how many units are kept back from it."""

    class State(models.TextChoices):
        TO_BE_PUBLISHED = "tobepublished"
        PUBLISHED = "published"
        TO_BE_UNPUBLISHED = "tobeunpublished"
        UNPUBLISHED = "unpublished"
        DISABLED = "disabled"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="publications", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=300)
    sku_folded = models.CharField(max_length=600)
    name = models.TextField(default="", db_default="", blank=True)
    ext_product_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    ext_product_api_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    buffer = models.PositiveIntegerField(default=0)
    not_tracked = models.BooleanField(default=False)
    state = models.CharField(max_length=15, choices=State, default=State.PUBLISHED)
    parent_api_id = models.CharField(max_length=300, default="", db_default="", blank=True)
    """Of a variant: what the channel calls its parent, which may not be here yet."""
    reported_at = models.DateTimeField(null=True)
    """When the channel changed it last, by its own clock: what is older is passed over."""
    updated_at = models.DateTimeField(db_default=Now())
    updated_by = models.CharField(max_length=200, default="", db_default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "source"), name="publication_once"),
            models.UniqueConstraint(
                fields=("source", "ext_product_api_id"),
                name="publication_api_id_once",
                condition=~models.Q(ext_product_api_id=""),
            ),
        )
        indexes = (
            models.Index(fields=("source", "sku_folded"), name="publication_by_sku"),
            models.Index(
                fields=("source", "parent_api_id"),
                name="publication_by_parent",
                condition=~models.Q(parent_api_id=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sku} at {self.source_id}"
