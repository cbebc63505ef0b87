"""Asking the other side for a delivery: a call as an integration, whose failure becomes a word of deliveries.

ask(integration, lambda client: client.place_request(outgoing), flow="shipping_requests")

| what happened | what the delivery does |
| --- | --- |
| the integration is off, not connected, or the flow is off | held back; goes out when that is over |
| 429, or a pause that was asked for | later, and it does not count as an attempt |
| 503, or no connection came about | later: nothing has arrived |
| no whole answer, or another fault of the other side | unclear: looked up before it is sent again |
| only this request is wrong | refused |
| the access was taken back, or a person is needed | the integration stops and says so; held back |
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from integrations import lifecycle
from integrations.connect import client_of
from integrations.kit.client import Way
from integrations.kit.errors import LOCKED, Kind, OutsideFailed
from integrations.manifest import Client
from integrations.models import Integration
from integrations.outbound.held import cause_of
from portal.audit.actor import Actor
from portal.deliveries.senders import HeldBack, Later, Refused, Unclear
from portal.kit import http
from portal.kit.secrets import CannotOpen

T = TypeVar("T")
_NOTHING_DONE = frozenset({425, 429, 449, 503})
"""Statuses that say: not now, and nothing was done."""
_ONLY_A_PAUSE = frozenset({429, 449})


class Declined(Refused):
    """The other side has said no to this one request; `failed` has its words and its code."""

    def __init__(self, failed: OutsideFailed) -> None:
        super().__init__(failed.sentence())
        self.failed = failed


def ask(integration: Integration, act: Callable[[Client], T], *, flow: str = "", read: bool = False) -> T:
    """Make calls for a delivery and return what they brought; no transaction may be open.

    With `flow` it waits until that flow is on, too. `read`: the caller has read the integration just now, with its
    source and organization. Raises HeldBack, Later, Unclear, Declined (a Refused), or Refused
    when the integration was deleted.
    """
    row = _whole(integration, flow, read=read)
    return _made(row, act, _opened(row)[0])


Asker = Callable[[Callable[[Client], T]], T]
"""Makes calls as one integration, and raises what `ask` does."""


@contextmanager
def asking(integration: Integration, *, calls: int, flow: str = "", read: bool = False) -> Iterator["Asker[Any]"]:
    """Make about so many calls for deliveries right after each other: checked, opened, paced and logged once.

    Raises as `ask`; so does what it gives, for each call.
    """
    row = _whole(integration, flow, read=read)
    client, way = _opened(row)
    stopped: list[HeldBack] = []

    def make(act: Callable[[Client], T]) -> T:
        if stopped:
            raise stopped[0]
        try:
            return _made(row, act, client)
        except HeldBack as held:
            stopped.append(held)  # whoever has lost his access does not go on calling
            raise

    with way.together(calls):
        yield make


def _whole(integration: Integration, flow: str, *, read: bool) -> Integration:
    rows = Integration.across.select_related("source", "organization")
    row = integration if read else rows.get(pk=integration.pk)
    _check(row, flow)
    return row


def _opened(row: Integration) -> tuple[Client, Way]:
    try:
        return client_of(row)
    except CannotOpen as locked:
        raise _stopped(row, OutsideFailed(LOCKED, message="")) from locked


def _made(row: Integration, act: Callable[[Client], T], client: Client) -> T:
    try:
        return act(client)
    except OutsideFailed as failed:
        raise _word_for(row, failed) from failed


def ask_whether(integration: Integration, act: Callable[[Client], T], *, flow: str = "", read: bool = False) -> T:
    """Ask whether something has arrived, for a sender's `look_up`: a refused question answers nothing.

    As `ask`, with Unclear where that has Refused.
    """
    try:
        return ask(integration, act, flow=flow, read=read)
    except Refused as refused:
        raise Unclear(str(refused)) from refused


def _check(row: Integration, flow: str) -> None:
    """Raise what keeps an integration from sending at all."""
    name = {"name": row.name}
    if row.deleted_at is not None:
        raise Refused(_("“%(name)s” has been deleted: nothing can be sent through it any more.") % name)
    if not row.enabled:
        raise _held(row, _("“%(name)s” is switched off. This goes out when it is switched on again.") % name)
    if not row.is_active:
        raise _held(row, _("“%(name)s” is not connected. This goes out when it is connected again.") % name)
    if flow and flow not in lifecycle.running(row):
        raise _held(row, _("“%(name)s” is told nothing of this kind now. This goes out when its flow is on.") % name)


def _word_for(row: Integration, failed: OutsideFailed) -> Exception:
    if failed.kind in (Kind.SIGN_IN, Kind.PERSON):
        return _stopped(row, failed)
    if failed.kind is Kind.RECORD:
        return Declined(failed)
    delay = dt.timedelta(seconds=failed.pause) if failed.pause is not None else None
    if failed.status in _NOTHING_DONE:
        return Later(failed.sentence(), delay, counts=failed.status not in _ONLY_A_PAUSE)
    unanswered = failed.__cause__
    if isinstance(unanswered, http.CallFailed) and not unanswered.maybe_arrived:
        return Later(failed.sentence(), delay)
    return Unclear(failed.sentence())


def _stopped(row: Integration, failed: OutsideFailed) -> HeldBack:
    """Stop the integration, which says what a person has to do, and hold the delivery back until it works again."""
    sentence = failed.sentence()
    by = Actor.integration(row.public_id, row.name)
    lifecycle.failed(row, cause=sentence, cure=str(failed.reaction.cure), by=by)
    return _held(row, sentence)


def _held(row: Integration, sentence: str) -> HeldBack:
    """People hear of it by the integration itself, once, however many deliveries wait for it."""
    return HeldBack(sentence, cause_of(row), told=True)
