"""Handing shipping requests to warehouses, and asking them to cancel: one delivery for each.

A request that is ready is asked for as soon as its event is heard, where its integration sends and its flow is on.
What nobody asked for, because the integration was off or an event was lost, is found by
`integrations.outbound.waiting`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from integrations.capabilities import Placed, ShipsRequests
from integrations.kit.errors import Declined as Told
from integrations.manifest import Client
from integrations.models import Integration
from integrations.outbound import methods
from integrations.outbound.ask import Asker, Declined, ask, ask_whether, asking
from integrations.outbound.houses import FLOW, KIND, by_source, is_working, senders_of
from integrations.outbound.outgoing import Unfit, Words
from integrations.sync.flows import Unable
from orders.documents.shipping_request import ASKED
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.order import OrderStatus
from orders.lifecycle.shipping_request import CANCELED, RequestStatus
from orders.methods.choose import Unmapped
from orders.models import ShippingRequest
from orders.requests import handover
from orders.requests.references import public_id_of, reference_of
from portal.audit.actor import Actor
from portal.deliveries import send as deliveries
from portal.deliveries.senders import BySets, Calls, HeldBack, Intent, Refused, Sender, failing, senders
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.json import Json
from portal.tenancy.models import Organization

CANCEL = "shipping_request_cancel"
NAME = "warehouses"
PAUSES = (60, 120, 300, 600, 1800, *[3600] * 12)
"""Seconds between attempts: a warehouse that is away for a night is told in the morning, without a person."""
ENDED = frozenset({OrderStatus.CANCELED.value, OrderStatus.ARCHIVED.value})
S = RequestStatus


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization has a warehouse that is told of requests; the others pay for this question only."""
    return senders_of(organization_id).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that a request was not even asked for."""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                _("A shipping request was not handed over"), error,
            )
        ]
    )  # fmt: skip


def heeded(event_name: str, payload: Mapping[str, Any]) -> bool:
    """Say whether an event may ask for anything: a request is new, or ready again, or its cancellation is asked for."""
    ready = (payload.get("status") or [""])[-1] == S.READY_FOR_FULFILLMENT
    return event_name == CREATED or ready or "/cancellationStatus" in payload.get("changes", ())


CREATED, UPDATED = "shippingRequest.created", "shippingRequest.updated"


@consumer(NAME, events=(CREATED, UPDATED), on_parked=parked, wants=wanted, heeds=heeded)
def listen(events: Sequence[Event]) -> None:
    """Ask for what requests need that were made or changed: to be handed over, or to be canceled there."""
    rows = ShippingRequest.across.filter(pk__in={event.entity_id for event in events}, deleted_at=None)
    found = rows.filter(fulfillment_source__isnull=False).select_related("organization", "order").defer(*_HEAVY)
    ask_for(found.order_by("pk"))


_HEAVY = tuple(f"order__{name}" for name in ("content", "source_doc", "terms", "facets", "kept"))


def ask_for(requests: Iterable[ShippingRequest]) -> int:
    """Ask for the deliveries that requests need now, as far as their integrations work. Returns how many were new."""
    found = [one for one in requests if one.status == S.READY_FOR_FULFILLMENT or one.cancellation == ASKED]
    owners = {one.organization_id: one.organization for one in found}
    return sum(_ask_for(owner, [one for one in found if one.organization_id == pk]) for pk, owner in owners.items())


def _ask_for(organization: Organization, found: Sequence[ShippingRequest]) -> int:
    able = {one.source_id: is_working(one) for one in senders_of(organization.pk)}
    made = 0
    for kind, rows in (
        (KIND, [one for one in found if able.get(one.fulfillment_source_id or 0) and not left(one)]),
        # A cancellation waits as a delivery, because nothing else remembers it.
        (CANCEL, [one for one in found if one.cancellation == ASKED and one.fulfillment_source_id in able]),
    ):
        told = [(kind, reference_of(one.public_id), _payload(one, kind)) for one in rows]
        if not told:
            continue
        made += deliveries.request_many(organization, told)
        # What was refused, or dropped because it was not ready, is wanted again.
        deliveries.once_more(organization, kind, [key for _kind, key, _told in told])
    return made


def _payload(request: ShippingRequest, kind: str) -> Json:
    words = {
        KIND: _("%(number)s was not handed to its warehouse"),
        CANCEL: _("The warehouse of %(number)s was not told that it is canceled"),
    }
    title = words[kind] % {"number": request.ext_shipment_id}
    return {"about": {"type": "order", "id": request.order.public_id, "title": title}}


def left(request: ShippingRequest) -> str:
    """Say why a request must not be handed over any more; nothing where it must."""
    if request.status in CANCELED:
        return _("It has been canceled.")
    if request.status != S.READY_FOR_FULFILLMENT:
        return _("It is “%(status)s”.") % {"status": S(request.status).label}
    if request.order.deleted_at is not None or request.order.status in ENDED:
        return _("Its order has been canceled, archived or deleted.")
    return ""


@dataclass(frozen=True, slots=True)
class _Handed:
    """What a request's call has brought: what the warehouse calls it, or why it was left, quietly."""

    request: ShippingRequest | None
    integration: Integration | None = None
    placed: Placed | None = None
    left: str = ""


@contextmanager
def _calls(intents: Sequence[Intent]) -> Iterator[Calls]:
    """Load requests of one organization, and hand each over by its call. What must not be sent any more is left."""
    found = _load_many(intents)
    houses = by_source({one.fulfillment_source_id for one in found.values() if one.fulfillment_source_id})
    calls: dict[str, Callable[[], _Handed]] = {}
    by_house: dict[int, list[tuple[str, ShippingRequest]]] = {}
    for intent in intents:
        request = found.get(intent.key)
        why = _("It is not here any more.") if request is None else left(request)
        if request is None or why or request.fulfillment_source_id not in houses:
            why = why or _("No integration ships it any more.")
            calls[intent.key] = partial(_Handed, request, left=why)
        else:
            by_house.setdefault(request.fulfillment_source_id, []).append((intent.key, request))
    with ExitStack() as stack:
        for source_id, rows in by_house.items():
            calls |= _calls_of(houses[source_id], rows, stack)
        yield calls


def _calls_of(integration: Integration, rows: Sequence[tuple[str, ShippingRequest]], stack: ExitStack) -> Calls:
    """Return the calls of one warehouse; where it cannot be asked now, each says so."""
    try:
        asker = stack.enter_context(asking(integration, calls=len(rows), flow=FLOW, read=True))
    except (HeldBack, Refused) as no:
        return {key: failing(no) for key, _request in rows}
    words = Words(integration, [one for _key, one in rows])
    return {key: partial(_place, one, integration, words, asker) for key, one in rows}


def _place(request: ShippingRequest, integration: Integration, words: Words, asker: "Asker[Placed]") -> _Handed:
    try:
        told = words.outgoing(request)
        return _Handed(request, integration, asker(lambda client: _able(client).place_request(told)))
    except Unmapped as unmapped:
        raise methods.held_back(request, integration, unmapped) from unmapped
    except Unfit as unfit:
        raise _refuse(request, integration, unfit.problem, str(unfit), unfit.cure) from unfit
    except Declined as no:
        problem = no.failed.problem if isinstance(no.failed, Told) else handover.REFUSALS[0]
        words_of_it = no.failed.message if isinstance(no.failed, Told) else str(no)
        raise _refuse(request, integration, problem, words_of_it) from no


def _note_many(brought: Mapping[str, _Handed]) -> dict[str, Json]:
    """Note what warehouses call the requests that they have taken; what is not as usual is left to `_finish`."""
    answers: dict[str, Json] = {key: {"left": one.left} for key, one in brought.items() if one.left}
    usual: dict[int, dict[str, _Handed]] = {}
    for key, one in brought.items():
        if one.integration and one.placed and not one.placed.canceled:
            usual.setdefault(one.integration.pk, {})[key] = one
    for handed in usual.values():
        told = {one.request.pk: one.placed for one in handed.values() if one.request and one.placed}
        by = actor(next(one.integration for one in handed.values() if one.integration))
        taken = handover.taken_many({pk: (one.id, one.url) for pk, one in told.items()}, by)
        answers |= {key: _answer(one) for key, one in handed.items() if one.request and one.request.pk in taken}
    return answers


def _finish(intent: Intent, handed: _Handed) -> Json:
    if handed.request is None or handed.integration is None or handed.placed is None:
        return {"left": handed.left}
    return _note(handed.request, handed.integration, handed.placed)


def _answer(handed: _Handed) -> Json:
    return {"id": handed.placed.id, "url": handed.placed.url} if handed.placed else {}


def look_up(intent: Intent) -> Json | None:
    """Ask the warehouse whether it has the request, and note it if it has."""
    request = _load(intent)
    integration = _integration(request) if request else None
    if request is None or integration is None:
        return {"left": _("It is not here any more.")}
    placed = ask_whether(integration, lambda client: _able(client).find_request(intent.key), flow=FLOW, read=True)
    return None if placed is None else _note(request, integration, placed)


def _note(request: ShippingRequest, integration: Integration, placed: Placed) -> Json:
    if placed.canceled and request.status not in CANCELED:
        why = _("%(name)s has it, and has canceled it.") % {"name": integration.name}
        cure = _("Cancel the request here, too: its items are routed again.")
        raise _refuse(request, integration, handover.REFUSALS[0], why, cure)
    handover.taken(request.pk, actor(integration), reference=placed.id, url=placed.url, canceled=placed.canceled)
    return {"id": placed.id, "url": placed.url}


def _refuse(request: ShippingRequest, integration: Integration, problem: str, message: str, cure: str = "") -> Refused:
    """Fail the request, unless it is past that; people are told by an exception of its own."""
    handover.refused(request.pk, actor(integration), problem, message=message, cure=cure)
    return Refused(message, told=True)


def send_cancel(intent: Intent) -> Json:
    """Ask the warehouse to cancel a request, and note its answer; asking twice does no harm."""
    request = _load(intent)
    if request is None or request.cancellation != ASKED:
        return {"left": _("Nobody asks for it any more.")}
    integration = _integration(request)
    if integration is None:
        handover.cancel_answered(request.pk, Actor.system(), agreed=False, reason=_("no integration can tell it"))
        return {"left": _("No integration ships it any more.")}
    by, name = actor(integration), request.ext_reference_id
    try:
        answer = ask(integration, lambda client: _able(client).cancel_request(intent.key, name), flow=FLOW, read=True)
    except Declined as no:
        handover.cancel_answered(request.pk, by, agreed=False, reason=str(no))
        return {"agreed": False, "reason": str(no)}
    if answer.pending:
        return {"pending": True}
    handover.cancel_answered(request.pk, by, agreed=answer.agreed, reason=answer.reason)
    return {"agreed": answer.agreed, "reason": answer.reason}


def actor(integration: Integration) -> Actor:
    """Return the integration as who has done something."""
    return Actor.integration(integration.public_id, integration.name)


def _load(intent: Intent) -> ShippingRequest | None:
    return _load_many([intent]).get(intent.key)


def _load_many(intents: Sequence[Intent]) -> dict[str, ShippingRequest]:
    """Return the requests that intents of one organization are about, by the intent's key."""
    rows = ShippingRequest.across.filter(organization_id=intents[0].organization_id, deleted_at=None)
    rows = rows.select_related("organization", "order", "location", "fulfillment_source").prefetch_related("lines")
    rows = rows.filter(public_id__in=[public_id_of(one.key) for one in intents]).defer(*_UNUSED)
    return {reference_of(one.public_id): one for one in rows}


_UNUSED = ("order__source_doc", "order__terms", "order__facets", "order__kept")


def _integration(request: ShippingRequest) -> Integration | None:
    """Return the integration that ships a request now."""
    source_id = request.fulfillment_source_id
    return by_source([source_id]).get(source_id) if source_id is not None else None


def _able(client: Client) -> ShipsRequests:
    if not isinstance(client, ShipsRequests):
        raise Unable(client, "ShipsRequests")
    return client


BY_SETS = BySets(_calls, _note_many, _finish)
senders.register(KIND, Sender(KIND, BY_SETS.send, look_up, pauses=PAUSES, by_sets=BY_SETS))
senders.register(CANCEL, Sender(CANCEL, send_cancel, repeats_are_safe=True, pauses=PAUSES))
