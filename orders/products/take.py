"""Taking products in: a page of records, one transaction, each product exactly once (behaviour.md 2.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.models import Source
from orders.records.product import ProductRecord
from orders.records.refused import Refused
from portal.audit.actor import Actor


@dataclass(frozen=True, slots=True)
class TakenProducts:
    """What became of a page."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "TakenProducts") -> "TakenProducts":
        return TakenProducts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


def take_products(
    source: Source, records: Sequence[ProductRecord], *, by: Actor, refused: Sequence[Refused] = ()
) -> TakenProducts:
    """Take in a page of products of `source`; call it in the transaction that saves the cursor.

    The same API ID twice in a page counts once, in its newest version. An unchanged record changes nothing and says
    nothing. Take what was deleted there (`take_deleted_products`) before what is there: a product made anew under
    the SKU of one that is gone finds its place then.
    """
    raise NotImplementedError


def take_deleted_products(source: Source, api_ids: Sequence[str], *, by: Actor) -> int:
    """Take in that products were deleted at `source`, by their API IDs there; variants go with their parent.

    Each is unpublished there. The product itself is deleted only where `source` owns it and nobody else publishes
    it. Call it in the transaction that saves the cursor. Returns how many changed.
    """
    raise NotImplementedError
