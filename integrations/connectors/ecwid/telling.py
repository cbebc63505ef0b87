"""Telling a store of parcels: the order is read first, and only what differs there is written, in one call."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from integrations.capabilities import OutgoingParcel
from integrations.connectors.ecwid import parcels as parcels_of
from integrations.connectors.ecwid.api import Api, object_of, seconds
from integrations.kit.errors import OutsideFailed, react
from integrations.manifest import Access, Caller
from portal.kit.json import Json

_MOST = 100
_LOOKED_AT = "id,internalId,updateTimestamp,paymentStatus,fulfillmentStatus,trackingNumber,trackingUrl,shippingOption"


class Telling(Api):
    """What a store is told of its orders."""

    def __init__(self, call: Caller, access: Access) -> None:
        super().__init__(call, access)
        self._ahead: dict[str, tuple[Json, Json]] = {}
        """By the parcel's reference: its order, and what is to be written there; announced already."""

    def find_parcel(self, parcel: OutgoingParcel) -> Json | None:
        """Return what the order shows when it shows this parcel and the others that are known, None when not."""
        order = self._order_of(parcel)
        return None if parcels_of.changes(order, parcel) else parcels_of.answer(order, {})

    def look_ahead(self, parcels: Sequence[OutgoingParcel]) -> None:
        """Read the orders of many parcels by one search, and announce what is to be written.

        Search lags behind (apis: readable by ID at once, found later): an order that is older there than it is known
        here is left to be read by itself.
        """
        for start in range(0, len(parcels), _MOST):
            some = parcels[start : start + _MOST]
            found = {str(one.get("internalId")): one for one in self._search([one.order_api_id for one in some])}
            for parcel in some:
                order = found.get(parcel.order_api_id)
                if order is not None and _is_as_new(order, parcel):
                    written = parcels_of.changes(order, parcel)
                    parcel.announce(parcels_of.announced(written))
                    self._ahead[parcel.reference] = (order, written)

    def put_parcel(self, parcel: OutgoingParcel) -> Json:
        """Write tracking and status into the order; nothing where it shows them already."""
        if parcel.reference in self._ahead:
            order, written = self._ahead.pop(parcel.reference)
        else:
            order = self._order_of(parcel)
            written = parcels_of.changes(order, parcel)
            parcel.announce(parcels_of.announced(written))
        if written:
            self.send("PUT", _path(order), written)
        return parcels_of.answer(order, written)

    def _search(self, ids: Sequence[str]) -> Iterator[Json]:
        asked: dict[str, str | int] = {
            "ids": ",".join(ids), "limit": _MOST, "responseFields": f"items({_LOOKED_AT})"
        }  # fmt: skip
        items = object_of(self.get("/orders", asked)).get("items")
        return (one for one in items or () if isinstance(one, dict))

    def _order_of(self, parcel: OutgoingParcel) -> Json:
        """Return the order as it is now. Its number leads there at once, unless the store numbers otherwise since."""
        try:
            order = object_of(self.get(_path({"id": parcel.order_number})))
            if str(order.get("internalId")) == parcel.order_api_id:
                return order
        except OutsideFailed as failed:
            if failed.status != 404 or failed.code == "STORE_NOT_FOUND":
                raise
        for one in self._search([parcel.order_api_id]):
            if str(one.get("internalId")) == parcel.order_api_id:
                return object_of(self.get(_path(one)))
        raise OutsideFailed(react(404), status=404, message=f"order {parcel.order_number} is not in the store any more")


def _is_as_new(order: Json, parcel: OutgoingParcel) -> bool:
    """Say whether an order was found as it is known here, or newer."""
    known, shown = parcel.order_updated_at, seconds(order.get("updateTimestamp"))
    return shown is not None and (known is None or shown >= int(known.timestamp()))


def _path(order: Json) -> str:
    return f"/orders/{quote(str(order.get('id')), safe='')}"
