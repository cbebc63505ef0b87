"""What an exception hangs together with."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations.engine.entities import Record
from automations.engine.related import related
from orders.documents.order import plain_document
from orders.models import Order
from portal.filters.mark import gettext_noop as _
from portal.tenancy.models import Organization


@related("exception", "order", help=_("The order that the exception is about; absent where it is about none."))
def order(organization: Organization, records: Sequence[Record]) -> Mapping[int, Any]:
    """Return the order of each exception that is about one."""
    about = {one.id: one.row.entity_id for one in records if one.row.entity_type == "order"}
    rows = Order.objects.within(organization).filter(pk__in=set(about.values())).select_related("source")
    orders = {}
    for row in rows.defer("source_doc", "terms"):
        row.organization = organization
        orders[row.pk] = plain_document(row)
    return {pk: orders[order_id] for pk, order_id in about.items() if order_id in orders}
