"""Orders over HTTP: search, read, change, create, delete."""

import json
import random
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from integrations.connectors.ecwid.sandbox.api import fields
from integrations.connectors.ecwid.sandbox.api.answers import Refusal, answer, raw
from integrations.connectors.ecwid.sandbox.api.guard import books, needs, take
from integrations.connectors.ecwid.sandbox.api.params import choices, fieldlist, moment, paging, payload
from integrations.connectors.ecwid.sandbox.api.writes import checked_changes, checked_order
from integrations.connectors.ecwid.sandbox.shapes.profile import (
    CUSTOM_FULFILLMENT,
    CUSTOM_PAYMENT,
    FULFILLMENT_STATUSES,
    PAYMENT_STATUSES,
)
from integrations.connectors.ecwid.sandbox.state.index import Search

Json = dict[str, Any]

routes = Blueprint("orders", __name__, url_prefix="/api/v3/<int:store_id>")


@routes.get("/orders")
@needs("read_orders")
def search(store_id: int) -> Response:
    """Find orders, newest first."""
    wanted = fieldlist()
    search_ = _search()
    total, texts = _found(search_)
    head = {"total": total, "count": len(texts), "offset": search_.offset, "limit": search_.limit}
    if wanted:
        return answer(fields.pick(head | {"items": [json.loads(text) for text in texts]}, wanted))
    # Joined as text: a page of deliberately broken orders is not always JSON.
    opening = json.dumps(head, separators=(",", ":"))[:-1]
    return raw(f'{opening},"items":[{",".join(texts)}]}}')


@routes.get("/orders/deleted")
@needs("read_orders")
def deleted(store_id: int) -> Response:
    """List what was deleted; the parameter names have underscores here, as at the vendor's."""
    offset, limit = paging()
    found = books().orders.deleted(moment("from_date"), moment("to_date"))
    page = found[offset : offset + limit]
    return answer({"total": len(found), "count": len(page), "offset": offset, "limit": limit, "items": page})


@routes.get("/orders/<path:order_id>")
@needs("read_orders")
def read(store_id: int, order_id: str) -> Response:
    """Return one order by its public or internal id."""
    text = books().orders.text(order_id)
    if text is None:
        raise _unknown(order_id)
    wanted = fieldlist()
    return answer(fields.pick(json.loads(text), wanted)) if wanted else raw(text)


@routes.put("/orders/<path:order_id>")
@needs("update_orders")
def update(store_id: int, order_id: str) -> Response:
    """Change the fields that are sent."""
    before = books().orders.get(order_id)
    if before is None:
        raise _unknown(order_id)
    return answer({"updateCount": books().orders.update(order_id, checked_changes(payload(), before))})


@routes.post("/orders")
@needs("create_orders")
def create(store_id: int) -> Response:
    """Keep an order made elsewhere."""
    document = books().orders.create(checked_order(payload()))
    return answer({"id": document["internalId"], "orderid": document["id"]})


@routes.delete("/orders/<path:order_id>")
@needs("update_orders")
def delete(store_id: int, order_id: str) -> Response:
    """Remove an order."""
    if not books().orders.delete(order_id):
        raise _unknown(order_id)
    return answer({"deleteCount": 1})


def _unknown(order_id: str) -> Refusal:
    return Refusal(404, f"Order #{order_id} not found", "ORDER_NOT_FOUND")


def _search() -> Search:
    offset, limit = paging()
    return Search(
        offset=offset,
        limit=limit,
        created_from=moment("createdFrom"),
        created_to=moment("createdTo"),
        updated_from=moment("updatedFrom"),
        updated_to=moment("updatedTo"),
        ids=tuple(part for part in request.args.get("ids", "").split(",") if part),
        keywords=request.args.get("keywords", ""),
        email=request.args.get("email", ""),
        payment=choices("paymentStatus", PAYMENT_STATUSES + CUSTOM_PAYMENT),
        fulfillment=choices("fulfillmentStatus", FULFILLMENT_STATUSES + CUSTOM_FULFILLMENT),
    )


def _found(search_: Search) -> tuple[int, list[str]]:
    """Search, with the two faults that unsettle pages."""
    index = books().index
    total, texts = index.find(search_)
    if take("duplicates") is not None:
        total, texts = _shifted(search_, total, texts)
    if (fault := take("reordered")) is not None:
        random.Random(f"{fault.settings['seed']}{search_.offset}").shuffle(texts)  # noqa: S311 - a shuffle
    return total, texts


def _shifted(search_: Search, total: int, texts: list[str]) -> tuple[int, list[str]]:
    """Answer as if an order had arrived between two pages: the last record of the page before comes again."""
    if search_.offset == 0:
        return total, texts + texts[:1] if len(texts) < search_.limit else texts
    _, moved = books().index.find(replace(search_, offset=search_.offset - 1))
    return total + 1, moved
