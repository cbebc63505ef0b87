"""Adding the ledger up: whether levels are what it says."""

from dataclasses import dataclass

from django.db import connection

from orders.inventory.invariants import DIFFERENCES
from orders.models import InventoryLevel
from portal.kit.text import fold
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Compared:
    """How many levels were compared, and a sentence for each that differs."""

    levels: int
    differences: list[str]


def differing(organization: Organization | None = None, sku: str = "") -> Compared:
    """Compare levels with the sums of their ledger: all, those of an organization, those of an SKU."""
    rows = InventoryLevel.across.all() if organization is None else InventoryLevel.objects.within(organization)
    if sku:
        rows = rows.filter(sku_folded=fold(sku))
    params = {"organization": organization.pk if organization else None, "sku": fold(sku) if sku else None}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT told FROM ({DIFFERENCES}) AS d
            WHERE (%(organization)s::bigint IS NULL OR d.organization_id = %(organization)s)
              AND (%(sku)s::text IS NULL OR d.sku_folded = %(sku)s)
            ORDER BY told
            """,  # noqa: S608 - our own constant
            params,
        )
        return Compared(rows.count(), [row[0] for row in cursor.fetchall()])
