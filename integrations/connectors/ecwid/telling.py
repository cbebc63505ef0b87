"""Telling a store of parcels: the order is read first, and only what differs there is written, in one call."""

from urllib.parse import quote

from integrations.capabilities import OutgoingParcel
from integrations.connectors.ecwid import parcels
from integrations.connectors.ecwid.api import Api, object_of
from integrations.kit.errors import OutsideFailed, react
from portal.kit.json import Json


class Telling(Api):
    """What a store is told of its orders."""

    def find_parcel(self, parcel: OutgoingParcel) -> Json | None:
        """Return what the order shows when it shows this parcel and the others that are known, None when not."""
        order = self._order_of(parcel)
        return None if parcels.changes(order, parcel) else parcels.answer(order, {})

    def put_parcel(self, parcel: OutgoingParcel) -> Json:
        """Write tracking and status into the order; nothing where it shows them already."""
        order = self._order_of(parcel)
        if written := parcels.changes(order, parcel):
            parcel.announce(parcels.announced(written))
            self.send("PUT", _path(order), written)
        return parcels.answer(order, written)

    def _order_of(self, parcel: OutgoingParcel) -> Json:
        """Return the order as it is now. Its number leads there at once, unless the store numbers otherwise since."""
        try:
            order = object_of(self.get(_path({"id": parcel.order_number})))
            if str(order.get("internalId")) == parcel.order_api_id:
                return order
        except OutsideFailed as failed:
            if failed.status != 404 or failed.code == "STORE_NOT_FOUND":
                raise
        asked = {"ids": parcel.order_api_id, "responseFields": "items(id,internalId)"}
        for one in object_of(self.get("/orders", asked)).get("items") or []:
            if isinstance(one, dict) and str(one.get("internalId")) == parcel.order_api_id:
                return object_of(self.get(_path(one)))
        raise OutsideFailed(react(404), status=404, message=f"order {parcel.order_number} is not in the store any more")


def _path(order: Json) -> str:
    return f"/orders/{quote(str(order.get('id')), safe='')}"
