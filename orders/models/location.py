"""Where stock lies, and what other systems call it."""

from django.db import models
from django.db.models.functions import Now

from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class LocationGroup(Scoped):
    """Locations under one name, for orders and cards that prefer them (behaviour.md 5.5)."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "name"), name="location_group_once"),)

    def __str__(self) -> str:
        return self.name


class Location(Scoped):
    """One physical pool of stock, whatever systems know it (behaviour.md 2.6 and 6.4).

    Systems name it by their own IDs (`ExternalLocation`); two names of one place are merged into one location.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="locations")
    """The integration that brought it; none when a person made it."""
    name = models.CharField(max_length=300)
    address = DocumentField(default=dict)
    pickup = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    paused = models.BooleanField(default=False, db_default=False)
    """Nothing is routed here for now."""
    infinite = models.BooleanField(default=False, db_default=False)
    """Stock is always enough here."""
    preserve_bundles = models.BooleanField(default=False, db_default=False)
    """Bundles go out as they are, not as their components."""
    exclude_from_totals = models.BooleanField(default=False, db_default=False)
    excluded_for = models.ManyToManyField(Source, related_name="+", blank=True)
    """Channels whose totals leave this location out."""
    fulfillment_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+")
    """The fulfillment integration that ships from here."""
    ships_by_hand = models.BooleanField(default=False, db_default=False)
    """People ship from here, without an integration. Without either nothing can be routed here."""
    inventory_source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+")
    """The integration whose word on stock counts; none: any that names it."""
    groups = models.ManyToManyField(LocationGroup, related_name="locations", blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("organization", "name"), name="location_by_name", condition=models.Q(deleted_at=None)),
        )

    def __str__(self) -> str:
        return self.name


class ExternalLocation(Scoped):
    """What one system calls a location, with what it says of it."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="externals")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="external_locations")
    ext_location_id = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    address = DocumentField(default=dict)
    active = models.BooleanField(default=True)
    """The system still reports it."""
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "ext_location_id"), name="external_location_once"),)

    def __str__(self) -> str:
        return f"{self.ext_location_id} of {self.source_id}"
