"""Telling channels what was shipped of their orders, with the tracking numbers: one delivery for each fulfillment.

Told is what was shipped while the channel's flow *Fulfillments* was on, of orders that came in while it was on: a
shop that begins to be told is not told of the past. What cannot be told becomes an exception (`tracking_not_told`).
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrations.capabilities import LooksAhead, OutgoingParcel, TakesParcels
from integrations.manifest import Client, Direction
from integrations.models import FlowState, Integration
from integrations.outbound import written
from integrations.outbound.ask import Asker, Declined, ask_whether, asking
from integrations.outbound.beginning import looks
from integrations.outbound.parcels import names_of, outgoing, shipped_ids, shipped_of
from integrations.sync import spans
from integrations.sync.flows import Unable
from orders.events import FULFILLMENT_CREATED
from orders.exceptions.deliveries import parked_as
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Fulfillment
from portal.deliveries.send import request_many
from portal.deliveries.senders import (
    BySets,
    Calls,
    HeldBack,
    Intent,
    Later,
    Refused,
    Sender,
    Unclear,
    failing,
    senders,
)
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.json import Json
from portal.tenancy.models import Organization

log = logging.getLogger(__name__)

KIND, FLOW = "fulfillment", "fulfillments"
NAME = "telling"
ELDERS = dt.timedelta(minutes=5)
"""How long before a flow was switched off a report may have been written that was taken for one of afterwards: longer
than any transaction takes."""


def is_told(organization_id: int, event_name: str) -> bool:
    """Say whether an organization tells any channel of fulfillments: for the others nothing is handed over."""
    rows = Integration.across.filter(organization_id=organization_id, deleted_at=None)
    return rows.filter(**{f"flows__{FLOW}": Direction.PUSH.value}).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that nobody could even be asked to tell a channel of a fulfillment."""
    one = Fulfillment.across.filter(pk=event.entity_id).select_related("order").first()
    number = one.order.ext_order_id if one else ""
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}",
                f"What was shipped of order {number} could not be passed on", error,
                entity_type="order" if one else "", entity_id=one.order_id if one else None, entity_label=number,
            )
        ]
    )  # fmt: skip


@consumer(NAME, events=[FULFILLMENT_CREATED.name], on_parked=parked, wants=is_told)
def listen(events: Sequence[Event]) -> None:
    """Ask for a delivery for each fulfillment that its channel is to be told of."""
    _ask_for(Fulfillment.across.filter(pk__in=[one.entity_id for one in events]))


def look_again(state: FlowState) -> None:
    """Ask for deliveries of what was reported as the flow was switched, by who did not know of it yet."""
    if state.switched_at is None:
        return
    rows = Fulfillment.across.filter(
        organization_id=state.integration.organization_id, order__source_id=state.integration.source_id,
        created_at__gte=state.switched_at - ELDERS,
    )  # fmt: skip
    _ask_for(rows)


def _ask_for(rows: "QuerySet[Fulfillment]") -> None:
    """Ask for a delivery for each of these fulfillments that its channel is to be told of."""
    shipped = rows.filter(kind=Fulfillment.Kind.SHIPPED)
    found = list(shipped.select_related("organization", "order").defer(*_HEAVY).order_by("pk"))
    tellers = tellers_of({one.order.source_id for one in found})
    wanted: dict[Organization, list[tuple[str, str, Json]]] = {}
    for one in found:
        teller = tellers.get(one.order.source_id)
        if teller is not None and why_not(teller[1], one.order.created_at, one.created_at) == "":
            wanted.setdefault(one.organization, []).append((KIND, one.public_id, _payload(one, teller[0])))
    for organization, payloads in wanted.items():
        request_many(organization, payloads)


_HEAVY = ("content", *(f"order__{name}" for name in ("content", "source_doc", "terms", "facets", "kept")))


Teller = tuple[Integration, FlowState | None]


def tellers_of(source_ids: set[int]) -> dict[int, Teller]:
    """Return the integrations behind sources with their flow of fulfillments, by the source; deleted ones have none."""
    rows = Integration.across.filter(source_id__in=source_ids, deleted_at=None)
    found = {one.pk: one for one in rows}
    states = {one.integration_id: one for one in FlowState.objects.filter(integration__in=found, flow=FLOW)}
    return {one.source_id: (one, states.get(pk)) for pk, one in found.items()}


def why_not(state: FlowState | None, ordered_at: dt.datetime, shipped_at: dt.datetime) -> str:
    """Say what keeps a channel from being told: `order` or `shipped` came while its flow was off; else nothing."""
    if not spans.was_on(state, shipped_at):
        return "shipped"
    return "" if spans.was_on(state, ordered_at) else "order"


def _payload(one: Fulfillment, integration: Integration) -> Json:
    title = _("%(name)s was not told what was shipped of order %(number)s")
    told = {"name": integration.name, "number": one.order.ext_order_id}
    about = {"type": "order", "id": one.order.public_id, "title": title % told}
    return {"integration": integration.public_id, "about": about}


def tell_now(one: Fulfillment) -> Integration:
    """Ask for a delivery whatever the flow was then; known by the same key. Returns who is told."""
    integration, _state = tellers_of({one.order.source_id})[one.order.source_id]
    request_many(one.organization, [(KIND, one.public_id, _payload(one, integration))])
    return integration


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom to tell, what, and of which fulfillments that speaks."""

    integration: Integration
    parcel: OutgoingParcel
    announcer: written.Announcer
    order_id: int
    shipped: list[int]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the channel has answered to being told."""

    found: _Found
    answer: Json


@contextmanager
def _calls(intents: Sequence[Intent]) -> Iterator[Calls]:
    """Load what channels are to be told of, as it is now, and tell each by its call."""
    calls: dict[str, Callable[[], Any]] = {}
    by_channel: dict[int, dict[str, _Found]] = {}
    for key, found in _find(intents).items():
        if found is None:
            calls[key] = failing(Refused(_("What was to be told is not here any more.")))
        else:
            by_channel.setdefault(found.integration.pk, {})[key] = found
    with ExitStack() as stack:
        for rows in by_channel.values():
            calls |= _calls_of(rows, stack)
        yield calls


def _calls_of(rows: Mapping[str, _Found], stack: ExitStack) -> Calls:
    """Return the calls of one channel; where it cannot be asked now, each says so."""
    integration = next(iter(rows.values())).integration
    try:
        asker = stack.enter_context(asking(integration, calls=1 + len(rows), flow=FLOW))
        if len(rows) > 1:
            _look_ahead(list(rows.values()), asker)
    except (HeldBack, Refused) as no:
        return {key: failing(no) for key in rows}
    return {key: partial(_tell, found, asker) for key, found in rows.items()}


def _look_ahead(rows: Sequence[_Found], asker: "Asker[None]") -> None:
    """Let the channel read all of its orders at once, if it can; of an order with several parcels each looks itself."""
    of_order = Counter(one.order_id for one in rows)
    alone = [one for one in rows if of_order[one.order_id] == 1]

    def look(client: Client) -> None:
        if isinstance(client, LooksAhead):
            client.look_ahead([one.parcel for one in alone])

    try:
        with written.together([one.announcer for one in alone]):
            asker(look)
    except (Later, Unclear, Declined) as failed:
        log.info("Orders could not be read together, so each is read by itself: %s", failed)


def _tell(found: _Found, asker: "Asker[Json]") -> _Heard:
    try:
        return _Heard(found, asker(lambda client: _able(client).put_parcel(found.parcel)))
    except Refused:
        found.announcer.take_back()
        raise


def _note_many(brought: Mapping[str, _Heard]) -> dict[str, Json]:
    now = shipped_ids({one.found.order_id for one in brought.values()})
    return {key: one.answer for key, one in brought.items() if now.get(one.found.order_id) == one.found.shipped}


def _finish(intent: Intent, heard: _Heard) -> Json:
    """What was shipped meanwhile is told once more with it, so that the last word is whole."""
    if answer := _note_many({intent.key: heard}):
        return answer[intent.key]
    raise Later(_("More of the order was shipped meanwhile."), counts=False)


def look_up(intent: Intent) -> Json | None:
    """Ask the channel whether it has been told."""
    found = _find([intent])[intent.key]
    if found is None:
        raise Refused(_("What was to be told is not here any more."))
    return ask_whether(found.integration, lambda client: _able(client).find_parcel(found.parcel), flow=FLOW)


def _find(intents: Sequence[Intent]) -> dict[str, _Found | None]:
    """Return what intents of one organization are about, as it is now, by their keys; None where it is not here."""
    owner = intents[0].organization_id
    names = {one.payload["integration"] for one in intents}
    channels = {one.public_id: one for one in Integration.across.filter(organization_id=owner, public_id__in=names)}
    keys = [one.key for one in intents]
    mine = Fulfillment.across.filter(organization_id=owner, public_id__in=keys, kind=Fulfillment.Kind.SHIPPED)
    shipped = shipped_of(mine.values_list("order_id", flat=True))
    by_key = {one.public_id: one for rows in shipped.values() for one in rows}
    skus = _skus([one for rows in shipped.values() for one in rows])
    found: dict[str, _Found | None] = dict.fromkeys(keys)
    for intent in intents:
        one, channel = by_key.get(intent.key), channels.get(intent.payload["integration"])
        if one is not None and channel is not None:
            found[intent.key] = _whole(one, channel, shipped[one.order_id], skus[one.order.source_id])
    return found


def _skus(rows: Sequence[Fulfillment]) -> dict[int, dict[str, str]]:
    """Return what each channel calls the SKUs of its orders."""
    by_source: dict[int, list[Fulfillment]] = {}
    for one in rows:
        by_source.setdefault(one.order.source_id, []).append(one)
    return {source_id: names_of(mine) for source_id, mine in by_source.items()}


def _whole(one: Fulfillment, channel: Integration, shipped: Sequence[Fulfillment], names: Mapping[str, str]) -> _Found:
    announcer = written.Announcer(channel, one.order.ext_order_api_id)
    parcel = outgoing(one, shipped, announcer, names=names)
    return _Found(channel, parcel, announcer, one.order_id, [each.pk for each in shipped])


def _able(client: Client) -> TakesParcels:
    if not isinstance(client, TakesParcels):
        raise Unable(client, "TakesParcels")
    return client


BY_SETS = BySets(_calls, _note_many, _finish)
senders.register(KIND, Sender(KIND, BY_SETS.send, look_up, by_sets=BY_SETS))
parked_as.register(KIND, "tracking_not_told")
looks.register(FLOW, look_again)
