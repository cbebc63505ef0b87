"""What the page of shipping methods shows."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from orders.methods.write import policies_of
from orders.models import Location, MethodMapping, MethodPolicy, OrderMethod, ShippingMethod, Source
from portal.tenancy.models import Organization


@dataclass(slots=True)
class Warehouse:
    """One warehouse with its methods, and what each method of orders means there."""

    source: Source
    policy: MethodPolicy
    methods: list[ShippingMethod]
    rows: list[tuple[OrderMethod, str]] = field(default_factory=list)
    """Each method that orders ask for, with the public ID of what it is mapped to; "" for nothing."""

    @property
    def missing(self) -> int:
        """How many methods of orders are not mapped."""
        return sum(1 for _one, mapped in self.rows if not mapped)


def warehouses(organization: Organization) -> list[Warehouse]:
    """Return the integrations that ship, or have methods, with what is mapped there: five queries."""
    ships = Location.objects.within(organization).filter(fulfillment_source=OuterRef("pk"), deleted_at=None)
    offers = ShippingMethod.objects.within(organization).filter(source=OuterRef("pk"))
    rows = Source.objects.within(organization).filter(Q(Exists(ships)) | Q(Exists(offers)))
    found = list(rows.exclude(state=Source.State.DELETED).order_by("name", "pk"))
    asked = list(OrderMethod.objects.within(organization).order_by("code", "carrier", "service"))
    methods = ShippingMethod.objects.within(organization).filter(active=True).order_by("name", "code")
    mapped = MethodMapping.objects.within(organization).values_list("source_id", "order_method_id", "method__public_id")
    meant = {(source_id, asked_id): method for source_id, asked_id, method in mapped}
    offered: dict[int, list[ShippingMethod]] = {}
    for one in methods:
        offered.setdefault(one.source_id, []).append(one)
    policies = policies_of(found)
    return [
        Warehouse(
            source,
            policies[source.pk],
            offered.get(source.pk, []),
            [(one, meant.get((source.pk, one.pk), "")) for one in asked],
        )
        for source in found
    ]
