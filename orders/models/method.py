"""Shipping methods: what warehouses offer, what orders ask for, and which of the one is meant by the other."""

from django.db import models
from django.db.models.functions import Now

from orders.models.source import Source
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class ShippingMethod(Scoped):
    """A method of one warehouse integration (behaviour.md 5.7, *Fulfillment Methods*)."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=300)
    """What the warehouse understands."""
    name = models.CharField(max_length=300)
    active = models.BooleanField(default=True)
    """False: the warehouse does not offer it any more."""
    reported = models.BooleanField(default=False)
    """The warehouse told of it; otherwise a person has added it."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "code"), name="shipping_method_once"),)

    def __str__(self) -> str:
        return self.name


class OrderMethod(Scoped):
    """A method as orders ask for it: its code, else carrier and class (behaviour.md 5.7, *Order Methods*)."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    key = models.CharField(max_length=32)
    """Hash of what is asked for, without case (`orders.methods.asked`)."""
    code = models.CharField(max_length=300, default="", db_default="", blank=True)
    carrier = models.CharField(max_length=300, default="", db_default="", blank=True)
    service = models.CharField(max_length=300, default="", db_default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "key"), name="order_method_once"),)

    def __str__(self) -> str:
        return self.code or " ".join(filter(None, (self.carrier, self.service)))


class MethodMapping(Scoped):
    """Which method of a warehouse is meant by a method that orders ask for."""

    order_method = models.ForeignKey(OrderMethod, on_delete=models.CASCADE, related_name="mappings", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="mappings")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("order_method", "source"), name="method_mapping_once"),)

    def __str__(self) -> str:
        return f"{self.order_method_id} is {self.method_id}"


class MethodPolicy(Scoped):
    """What a warehouse is told where an order asks for a method that is not mapped."""

    class Unmapped(models.TextChoices):
        AS_IS = "as_is"
        DEFAULT = "default"
        STOP = "stop"

    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="+")
    unmapped = models.CharField(max_length=7, choices=Unmapped, default=Unmapped.AS_IS)
    default = models.ForeignKey(ShippingMethod, on_delete=models.SET_NULL, null=True, related_name="+")
    """Also for orders that ask for no method."""
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.unmapped} at {self.source_id}"
