"""The API of custom systems: what they send and fetch, each with the key of its integration and nothing beyond it."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from integrations import lifecycle
from integrations.custom import doors, feeds, keys
from integrations.custom.described import ANSWERS, REPEAT, body_of, fed
from integrations.custom.doors import Door, Row
from integrations.custom.feeds import BadPlace, Fed, Place, place_of
from integrations.custom.shapes import Moment
from integrations.models import Integration, KeptAnswer
from portal.api import asked
from portal.api.answers import answer
from portal.api.auth import need
from portal.api.problems import ApiProblem, Fault, refused
from portal.kit import json
from portal.kit.text import storable

MOST_ROWS = 500
MOST_NAME = 200
TRY_AGAIN = "300"
_LATER = {"kept": 202, "noted": 202}
"""Statuses of rows that are taken, and on which a person has to look."""
STATUSES = ("ready", "cancelled", "sent")


class FeedParameters(Schema):
    """Where a feed goes on."""

    since: Annotated[Moment | None, Field(description="A time with its zone: what has changed since.")] = None
    cursor: Annotated[str, Field(description="`cursor` of the answer before; it counts more than `since`.")] = ""
    count: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 50


class RequestParameters(Schema):
    """Which shipping requests."""

    status: Annotated[
        str,
        Field(
            description="`ready` to be taken, `cancelled` and to be given up, or `sent`.",
            json_schema_extra={"enum": list(STATUSES)},
        ),
    ] = "ready"
    cursor: Annotated[str, Field(description="`cursor` of the answer before.")] = ""
    count: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 50


class OrderParameters(Schema):
    """Which orders."""

    cursor: Annotated[str, Field(description="`cursor` of the answer before.")] = ""
    count: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 50


def _open(request: HttpRequest, scope: str, flow: str = "") -> Integration:
    """Return the integration for which a request speaks. Raises ApiProblem."""
    key = need(request, scope)
    integration = keys.integration_of(key)
    if integration is None or integration.deleted_at is not None:
        detail = "This key belongs to no integration. Make one on the page of the integration, under Connection."
        raise ApiProblem(403, "not-allowed", detail)
    flows = lifecycle.running(integration)
    if not integration.enabled or (flow and flow not in flows):
        what = f"“{integration.name}”" if not integration.enabled else f"This flow of “{integration.name}”"
        detail = f"{what} is switched off. Nothing was taken; send it again when it is on."
        raise ApiProblem(503, "off", detail, headers={"Retry-After": TRY_AGAIN})
    return integration


def _rows(request: HttpRequest) -> tuple[list[Any], bool]:
    """Return the rows of a body, and whether they came as a list. Raises ApiProblem."""
    try:
        told = json.loads(request.body)
    except json.NotJson:
        detail = "The body is not JSON in UTF-8. Check brackets, quotes and commas, and that no number is NaN."
        raise ApiProblem(400, "not-json", detail) from None
    many = isinstance(told, list)
    rows = told if many else [told]
    if len(rows) > MOST_ROWS:
        raise ApiProblem(413, "too-large", f"There are more than {MOST_ROWS} rows. Send them in several requests.")
    wrong = [place for place, row in enumerate(rows) if not isinstance(row, dict)]
    if wrong or not rows:
        path = f"/{wrong[0]}" if many and wrong else ""
        raise _unfit([doors.Fault(path, "wrong_type", "must be an object, or a list of objects that is not empty")])
    return rows, many


def _unfit(faults: list[doors.Fault], status: int = 422) -> ApiProblem:
    named = [Fault(one.path.strip("/").replace("/", "."), one.message, "See /api/docs.") for one in faults]
    key, detail = ("not-found", "There is no such thing here.") if status == 404 else ("refused", "")
    detail = detail or "Nothing was taken. Mend what `errors` names and send it again."
    return ApiProblem(status, key, detail, named, errors=[one.told() for one in faults])


def _taken(request: HttpRequest, door: Door, scope: str, change: Callable[[Any], Any] | None = None) -> HttpResponse:
    """Take the rows of a request in, and say what became of each."""
    asked.known_only(request)
    integration = _open(request, scope, "" if door.kind in doors.ANSWERS else door.flow)
    rows, many = _rows(request)
    if change is not None:
        rows = [change(row) for row in rows]
    return _once(request, integration, lambda: _answer(doors.take(integration, door, rows), many=many))


def _answer(rows: list[Row], *, many: bool) -> HttpResponse:
    if many:
        return answer({"results": [row.told() for row in rows], "counts": doors.count(rows)})
    row = rows[0]
    if row.refused:
        unknown = any(fault.code == "unknown" and fault.path in ("/id", "/order_id") for fault in row.faults)
        raise _Refused(_unfit(list(row.faults), 404 if unknown else 422))
    told = answer(row.told())
    told.status_code = _LATER.get(row.status, 200)
    return told


class _Refused(Exception):
    """The one row that was sent is refused; that it was, is kept all the same."""

    def __init__(self, problem: ApiProblem) -> None:
        super().__init__()
        self.problem = problem


def _once(request: HttpRequest, integration: Integration, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it once for each `Idempotency-Key`, and answer the same again. Raises ApiProblem."""
    name = request.headers.get("Idempotency-Key", "").strip()
    if len(name) > MOST_NAME or storable(name) != name:
        raise refused(Fault("Idempotency-Key", "It is too long, or holds what cannot be stored.", "Send a UUID."))
    problem = None
    with transaction.atomic():
        kept = _kept(request, integration, name) if name else None
        if kept is not None and kept.status:
            again = HttpResponse(bytes(kept.body), content_type="application/json", status=kept.status)
            again["Idempotency-Replayed"] = "true"
            return again
        try:
            response = act()
        except _Refused as no:
            problem = no.problem
        if kept is not None and problem is None:
            KeptAnswer.objects.filter(pk=kept.pk).update(status=response.status_code, body=response.content)
        elif kept is not None:
            kept.delete()  # what was refused may be sent again when it is mended there or here
    if problem is not None:
        raise problem
    return response


def _kept(request: HttpRequest, integration: Integration, name: str) -> KeptAnswer:
    """Return the row of a name: whoever has asked at the same moment is waited for."""
    asked_for = b"\n".join((request.path.encode(), request.body))
    digest = hashlib.sha256(asked_for).hexdigest()
    row, _made = KeptAnswer.objects.get_or_create(integration=integration, name=name, defaults={"digest": digest})
    if row.digest != digest:
        detail = "This Idempotency-Key was sent before with another body. Use a new one for each request."
        raise ApiProblem(409, "other-content", detail)
    return row


def _fed(read: Callable[[Place], Fed], cursor: str, since: dt.datetime | None = None) -> HttpResponse:
    try:
        place = place_of(cursor, since)
    except BadPlace:
        raise refused(
            Fault("cursor", "This is no place in this list.", "Give it as it came, or leave it out.")
        ) from None
    return answer(read(place).told())


def _poster(kind: str, scope: str) -> Callable[[HttpRequest], HttpResponse]:
    def posted(request: HttpRequest) -> HttpResponse:
        return _taken(request, doors.doors.get(kind), scope)

    return posted


def _named(kind: str, scope: str, member: str) -> Callable[[HttpRequest, str], HttpResponse]:
    def posted(request: HttpRequest, record_id: str) -> HttpResponse:
        if not record_id or len(record_id) > 128 or storable(record_id) != record_id:
            raise _unfit([doors.Fault("/id", "unknown", "There is none with this ID.")], 404)
        return _taken(request, doors.doors.get(kind), scope, lambda row: {**row, member: record_id})

    return posted


def _fulfillments(request: HttpRequest, given: Query[FeedParameters]) -> HttpResponse:
    integration = _open(request, "store:fulfillments")
    asked.known_only(request, *FeedParameters.model_fields)
    return _fed(lambda place: feeds.fulfillments(integration, place, given.count), given.cursor, given.since)


def _stock(request: HttpRequest, given: Query[FeedParameters]) -> HttpResponse:
    integration = _open(request, "store:stock")
    asked.known_only(request, *FeedParameters.model_fields)
    return _fed(lambda place: feeds.stock(integration, place, given.count), given.cursor, given.since)


def _requests(request: HttpRequest, given: Query[RequestParameters]) -> HttpResponse:
    integration = _open(request, "warehouse:requests")
    asked.known_only(request, *RequestParameters.model_fields)
    if given.status not in STATUSES:
        raise refused(Fault("status", "There is no such status.", f"Give one of: {', '.join(STATUSES)}."))
    return _fed(lambda place: feeds.requests(integration, given.status, place, given.count), given.cursor)


def _orders(request: HttpRequest, given: Query[OrderParameters]) -> HttpResponse:
    integration = _open(request, "system:orders")
    asked.known_only(request, *OrderParameters.model_fields)
    return _fed(lambda place: feeds.orders(integration, place, given.count), given.cursor)


def _locations(request: HttpRequest) -> HttpResponse:
    integration = _open(request, "warehouse:locations")
    asked.known_only(request)
    return answer({"rows": feeds.locations(integration), "cursor": None, "more": False})


def router() -> Router:
    """Return these routes."""
    found = Router(tags=["Custom integrations"])
    for path, kind, scope, summary in _POSTS:
        door = doors.doors.get(kind)
        named = "{" in path
        view: Callable[..., HttpResponse] = (
            _named(kind, scope, door.name) if named else _poster(kind, scope)
        )  # fmt: skip
        name = f"post_{path.replace('{record_id}', 'one').replace('/', '_').replace('-', '_')}"
        description = f"Needs the scope `{scope}`. {REPEAT}"
        extra = body_of(door, but=door.name if named else "")
        found.post(f"/{path}", operation_id=name, url_name=name, summary=summary, description=description,
                   openapi_extra=extra, response=ANSWERS)(view)  # fmt: skip
    for path, view, scope, summary in _GETS:
        name = f"get_{path.replace('/', '_').replace('-', '_')}"
        found.get(f"/{path}", operation_id=name, url_name=name, summary=summary, openapi_extra=fed(),
                  description=f"Needs the scope `{scope}`.", response=dict[str, Any])(view)  # fmt: skip
    return found


_POSTS = (
    ("store/orders", "orders", "store:orders", "Orders: make or update one, or a list of them"),
    ("store/orders/{record_id}/cancel", "order_cancels", "store:orders", "An order: cancel it, whole"),
    ("store/products", "products", "store:products", "Products: make or update one, or a list of them"),
    ("warehouse/shipping-requests/{record_id}/answer", "shipping_request_answers", "warehouse:requests",
     "A shipping request: accept it, reject it, or answer its cancellation"),
    ("warehouse/fulfillments", "fulfillments", "warehouse:fulfillments", "Fulfillments: report what was shipped"),
    ("warehouse/inventory", "inventory", "warehouse:stock", "Stock: report counts or changes"),
    ("system/orders/{record_id}/answer", "order_answers", "system:orders",
     "An order that was pushed: say that it is taken, and as what, or why it is not"),
    ("warehouse/locations", "locations", "warehouse:locations", "Locations: make or update them"),
)  # fmt: skip
_GETS: tuple[tuple[str, Callable[..., HttpResponse], str, str], ...] = (
    ("store/fulfillments", _fulfillments, "store:fulfillments", "Fulfillments: what was shipped of the shop's orders"),
    ("store/stock", _stock, "store:stock", "Stock: what the shop may promise"),
    ("warehouse/shipping-requests", _requests, "warehouse:requests", "Shipping requests: those that wait"),
    ("system/orders", _orders, "system:orders", "Orders: those that were pushed and wait for an answer"),
    ("warehouse/locations", _locations, "warehouse:locations", "Locations: what the warehouse has told"),
)
