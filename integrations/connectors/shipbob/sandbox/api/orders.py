"""Orders over HTTP: take, find, read, cancel; and the shipments they became."""

import json
from typing import Any

from flask import Blueprint, Response

from integrations.connectors.shipbob.sandbox.answers import Refusal, answer, raw, wrong
from integrations.connectors.shipbob.sandbox.api import params
from integrations.connectors.shipbob.sandbox.api.guard import take, world
from integrations.connectors.shipbob.sandbox.state.orders import AlreadyThere, NoSuchPlace, Search, shipment_of
from integrations.connectors.shipbob.sandbox.world import CHANNELS

Json = dict[str, Any]

routes = Blueprint("orders", __name__, url_prefix="/<any('2025-07', '2026-01', '2026-07'):version>")

REQUIRED = ("reference_id", "shipping_method", "type", "recipient", "products")
LONGEST = {"reference_id": 300, "order_number": 400, "gift_message": 500}
PAGE = 250


@routes.post("/order")
def create(version: str) -> Response:
    """Take an order in."""
    body = params.payload()
    _check(body)
    if take("refuse_address"):
        raise wrong("Recipient.Address", "The address could not be validated.")
    if take("unknown_sku"):
        raise wrong("Products[0].Sku", f"No product with SKU '{body['products'][0]['sku']}' exists.")
    try:
        return answer(world().orders.create(_writable(), body), 201)
    except AlreadyThere:
        raise wrong("", "Cannot insert order with existing ReferenceId") from None
    except NoSuchPlace:
        raise wrong("LocationId", "The location does not exist or does not ship.") from None


@routes.get("/order")
def find(version: str) -> Response:
    """Find orders: a plain list."""
    limit = params.number("Limit", 50, high=PAGE)
    search = Search(
        ids=params.numbers("IDs"),
        references=params.words("ReferenceIds"),
        channel=params.channel(),
        has_tracking=params.flag("HasTracking"),
        uploaded=params.flag("IsTrackingUploaded"),
        since=params.moment("LastUpdateStartDate"),
        until=params.moment("LastUpdateEndDate"),
        tracked_since=params.moment("LastTrackingUpdateStartDate"),
        tracked_until=params.moment("LastTrackingUpdateEndDate"),
        oldest_first=params.words("SortOrder") == ("Oldest",),
        offset=(params.number("Page", 1) - 1) * limit,
        limit=limit,
    )
    texts = world().orders.find(search)
    if texts and take("duplicates"):
        texts.insert(1, texts[0])
    return raw(f"[{','.join(texts)}]")


@routes.get("/order/<int:number>")
def read(version: str, number: int) -> Response:
    """Return one order."""
    found = world().orders.get(number)
    if found is None:
        raise Refusal(404)
    return answer(found)


@routes.post("/order/<int:number>:cancel")
def cancel(version: str, number: int) -> Response:
    """Cancel what has not been picked; the answer says what became of each shipment."""
    _writable()
    found = world().bench.cancel_order(number, refuse=take("cancel_refused") is not None)
    if found is None:
        raise Refusal(404)
    return answer(found)


@routes.get("/shipment/<int:number>")
def shipment(version: str, number: int) -> Response:
    """Return one shipment."""
    order = world().orders.of_shipment(number)
    if order is None:
        raise Refusal(404)
    return answer(shipment_of(order, number))


@routes.post("/shipment:batchUpdateTrackingUpload")
def uploaded(version: str) -> Response:
    """Note that the tracking of shipments was handed on."""
    body = params.payload()
    ids = [one for one in body.get("shipment_ids") or [] if isinstance(one, int)]
    known = world().orders.mark(ids, uploaded=bool(body.get("is_tracking_uploaded")))
    unknown = {"code": "NotFound", "message": "There is no such shipment."}
    results = [{"shipmentId": one, "isSuccess": one in known, "error": None if one in known else unknown}
               for one in ids]  # fmt: skip
    summary = {"total": len(ids), "successful": len(known), "failed": len(ids) - len(known)}
    return answer({"results": results, "summary": summary})


def _writable() -> Json:
    """Return the channel of a writing call. Raises Refusal."""
    wanted = params.channel()
    if wanted is None:
        raise wrong("shipbob_channel_id", "The header is required.", 400)
    found = next((one for one in CHANNELS if one["id"] == wanted), None)
    if found is None or "orders_write" not in found["scopes"]:
        raise Refusal(403)
    return found


def _check(body: Json) -> None:
    """Refuse an order that lacks what an order needs."""
    for name in REQUIRED:
        if not body.get(name):
            raise wrong(name, f"The {name} field is required.")
    for name, most in LONGEST.items():
        if len(str(body.get(name) or "")) > most:
            raise wrong(name, f"The field {name} must be a string with a maximum length of {most}.")
    if body["type"] not in ("DTC", "DropShip", "B2B"):
        raise wrong("type", f"The value '{body['type']}' is not valid.")
    _check_recipient(body["recipient"])
    lines = body["products"]
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise wrong("products", "The field products must be a list.")
    for place, line in enumerate(lines):
        _check_line(place, line)


def _check_recipient(recipient: Json) -> None:
    address = recipient.get("address") or {}
    if not recipient.get("name"):
        raise wrong("Recipient.Name", "The Name field is required.")
    for name in ("address1", "city", "country"):
        if not address.get(name):
            raise wrong(f"Recipient.Address.{name}", f"The {name} field is required.")
    country = str(address["country"])
    if len(country) != 2 or not country.isalpha():
        raise wrong("Recipient.Address.Country", "The country must be an ISO 3166-1 alpha-2 code.")
    if set(str(address.get("zip_code") or "1")) == {"0"}:
        raise wrong("Recipient.Address", "The address could not be validated: there is no such ZIP code.")


def _check_line(place: int, line: Json) -> None:
    if not line.get("sku"):
        raise wrong(f"Products[{place}].Sku", "The Sku field is required.")
    quantity = line.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise wrong(f"Products[{place}].Quantity", "The quantity must be a whole number above zero.")
    number = line.get("external_line_id")
    if number is not None and not isinstance(number, int):
        raise wrong(f"Products[{place}].ExternalLineId", f"The value {json.dumps(number)} is not valid.")
    if not line.get("name") and world().shelf.find(str(line["sku"])) is None:
        why = f"No product with SKU '{line['sku']}' exists, and without a name none can be made."
        raise wrong(f"Products[{place}].Name", why)
