"""Where stock lies."""

from django.db import models
from django.db.models.functions import Now

from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Location(Scoped):
    """A distinct pool of stock, as an integration reports it (behaviour.md 2.6)."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="locations")
    ext_location_id = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    address = DocumentField(default=dict)
    pickup = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "ext_location_id"), name="location_once_per_source"),)

    def __str__(self) -> str:
        return self.name
