"""Orders in Django's administration, for support: everything can be seen, nothing changed past its history."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from orders.models import Hold, InventoryLevel, LedgerEntry, Location, Order, OrderException, Source
from portal.admin import ReadOnly


@admin.register(Source)
class SourceAdmin(ReadOnly):
    """Stores that orders come from."""

    list_display = ("name", "organization", "connector", "state", "public_id")
    list_select_related = ("organization",)


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Orders; the search finds whole numbers and IDs."""

    list_display = ("ext_order_id", "organization", "source", "status", "version", "placed_at", "public_id")
    list_filter = ("status",)
    list_select_related = ("organization", "source")
    search_fields = ("public_id__exact", "ext_order_id__exact", "ext_order_api_id__exact")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Leave the documents out of the list."""
        rows: QuerySet[Order] = super().get_queryset(request)
        return rows.defer("content", "source_doc", "terms", "facets")


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    """Holds, open ones first."""

    list_display = ("id", "organization", "order_id", "reason", "placed_by_name", "due_at", "ended_at", "outcome")
    list_select_related = ("organization",)
    ordering = ("-id",)


@admin.register(OrderException)
class OrderExceptionAdmin(ReadOnly):
    """Exceptions with what they were raised for."""

    list_display = ("title", "organization", "type", "state", "times", "last_seen_at")
    list_filter = ("type", "state")
    list_select_related = ("organization",)
    exclude = ("raw",)


@admin.register(Location)
class LocationAdmin(ReadOnly):
    """Where stock lies."""

    list_display = ("name", "organization", "source", "active")
    list_select_related = ("organization", "source")


@admin.register(InventoryLevel)
class InventoryLevelAdmin(ReadOnly):
    """Stock of each SKU at each location; the search finds whole SKUs and IDs."""

    list_display = ("sku", "organization", "location", "on_hand", "committed", "available", "future", "locked")
    list_filter = ("locked",)
    list_select_related = ("organization", "location")
    search_fields = ("public_id__exact", "sku_folded__exact")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly):
    """What happened to stock, newest first; the search finds whole IDs of requests and fulfillments."""

    list_display = ("at", "level", "event", "on_hand", "committed", "entity_id", "actor_name", "note")
    list_select_related = ("level",)
    search_fields = ("entity_id__exact", "level__public_id__exact")
    ordering = ("-id",)
