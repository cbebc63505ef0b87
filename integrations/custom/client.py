"""Calling a custom system: one signed POST to the one address it has given, as Standard Webhooks says."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.capabilities import (
    Booked,
    CancelAnswer,
    Outgoing,
    OutgoingOrder,
    OutgoingParcel,
    Placed,
    Reports,
    StockItem,
)
from integrations.custom import outgoing
from integrations.kit import standard_webhooks
from integrations.kit.errors import Declined, Kind, OutsideFailed, Reaction
from integrations.manifest import Access, Account, Caller
from orders.records.location import LocationRecord
from portal.kit import json
from portal.kit.json import Json

ADDRESS, SIGNING, FORMER = "address", "signing", "signing_former"
"""Fields of the credentials."""
NO_ADDRESS = Reaction(
    Kind.PERSON,
    _("Nobody has entered the address that is to be called."),
    _("Enter it under Connection, or let the other system fetch by choosing so under Flows."),
)
_KNOWN = frozenset({"sku_unknown", "address_refused"})
"""Codes of refusals that people are told of by an exception of their own."""
_NO = frozenset({"rejected", "cancel_refused", "refused"})


class CustomClient:
    """What a shop and a warehouse of one's own have in common. Reads nothing outside: the other side calls us."""

    def __init__(self, call: Caller, access: Access) -> None:
        self._call = call
        self._access = access

    def account(self) -> Account:
        """Return what was noted when the integration was made."""
        told = self._access.details
        return Account(key=str(told.get("key", "")), name=str(told.get("name", "")), currency="", details=told)

    def locations(self) -> Sequence[LocationRecord]:
        """Return none: the other side tells them."""
        return ()

    def say(self, topic: str, key: str, data: Json) -> Json:
        """Send one message about `key`. The same content has the same ID, so that a repeat is known by it.

        Returns the answer's object, {} without one.
        """
        secrets = self._access.secrets
        if not secrets.get(ADDRESS):
            raise OutsideFailed(NO_ADDRESS)
        body = {"type": topic, "data": data}
        content = json.dumps(body)
        id = f"{key}.{topic.rpartition('.')[2]}.{hashlib.sha256(content).hexdigest()[:12]}"
        keys = " ".join(filter(None, (secrets.get(SIGNING), secrets.get(FORMER))))
        signed = standard_webhooks.sign(keys, id=id, body=content)
        answer = self._call("POST", secrets[ADDRESS], headers={**signed, "Idempotency-Key": id}, body=body)
        try:
            told = answer.json() if answer.body else {}
        except json.NotJson:
            return {}
        return told if isinstance(told, dict) else {}


class StoreClient(CustomClient):
    """A shop: it is told of parcels and of stock."""

    def find_parcel(self, parcel: OutgoingParcel) -> Json | None:
        """Return None: the shop knows a repeat by its ID, so it is told again."""
        return None

    def put_parcel(self, parcel: OutgoingParcel) -> Json:
        """Tell of a parcel."""
        return self.say("fulfillment.created", parcel.reference, outgoing.parcel(parcel))

    def put_stock(self, item: StockItem) -> int | None:
        """Tell what may be promised of a SKU."""
        self.say("inventory.updated", str(uuid.uuid4()), outgoing.stock(item))
        return None

    def stock_of(self, item: StockItem) -> int | None:
        """Return None: a shop is not asked."""
        return None


class WarehouseClient(CustomClient):
    """A warehouse: it takes shipping requests. What it ships it reports by itself."""

    def find_request(self, reference: str) -> Placed | None:
        """Return None: the warehouse knows a repeat by its ID, so it is told again."""
        return None

    def place_request(self, request: Outgoing) -> Placed:
        """Hand a request over: any answer of success is a yes, unless its body says `rejected`."""
        try:
            told = self.say(
                "shipping_request.created", request.reference, outgoing.shipping_request(request)
            )  # fmt: skip
        except OutsideFailed as failed:
            if failed.kind is Kind.RECORD and failed.code in _KNOWN:
                raise Declined(failed.code, failed.message, status=failed.status) from failed
            raise
        if told.get("status") in _NO:
            code = _text(told, "code")
            raise Declined(code if code in _KNOWN else "request_refused", _text(told, "reason"), status=200)
        found = _text(told, "external_id")
        return Placed(found or request.reference, _text(told, "url"), canceled=told.get("status") == "cancelled")

    def cancel_request(self, reference: str, request_id: str) -> CancelAnswer:
        """Ask for a cancellation; what the answer leaves open comes later by itself."""
        data = {"id": reference, **({} if request_id in ("", reference) else {"external_id": request_id})}
        try:
            told = self.say("shipping_request.cancelled", reference, data)
        except OutsideFailed as failed:
            if failed.status in (404, 409, 410, 422):
                return CancelAnswer(agreed=False, reason=failed.message)
            if failed.reaction is NO_ADDRESS:
                return CancelAnswer(agreed=False, pending=True)
            raise
        if told.get("status") in _NO:
            return CancelAnswer(agreed=False, reason=_text(told, "reason"))
        agreed = told.get("status") == "cancelled"
        return CancelAnswer(agreed=agreed, reason=_text(told, "reason"), pending=not agreed)

    def parcels(self, cursor: Json) -> Iterator[Reports]:
        """Return none: the warehouse tells by itself."""
        return iter(())

    def parcels_taken(self, ids: Sequence[str]) -> None:
        """Tell nothing: it has our answer."""


class SystemClient(CustomClient):
    """A system that keeps orders, too: an ERP, the books. It knows a repeat by the order's ID."""

    def find_order(self, order: OutgoingOrder) -> Booked | None:
        """Return None: the system knows a repeat by its ID, so it is told again."""
        return None

    def put_order(self, order: OutgoingOrder) -> Booked:
        """Tell of an order: any answer of success is a yes, unless its body says `rejected` or `received`."""
        told = self.say("order.pushed", order.key, outgoing.order(order))
        if told.get("status") in _NO:
            raise Declined("order_not_pushed", _text(told, "reason"), status=200)
        return Booked(_text(told, "external_id"), _text(told, "url"), pending=told.get("status") == "received")


def error_code(body: Any) -> tuple[str, str]:
    """Read an error: `application/problem+json`, or anything near it."""
    if not isinstance(body, dict):
        return "", ""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = (
        _text(one, name) for one, name in ((body, "detail"), (first, "message"), (body, "reason"), (body, "title"))
    )
    return _text(first, "code") or _text(body, "code"), next(filter(None, words), "")


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    return value[:300] if isinstance(value, str) else ""
