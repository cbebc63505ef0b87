"""What becomes of a run: when the flow runs next, what people see, and who has to act."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from integrations import lifecycle
from integrations.kit.errors import WAIT, Kind, OutsideFailed, Reaction
from integrations.models import FlowState, Integration, SyncRun
from integrations.registry import connectors
from integrations.sync import locations
from integrations.sync.outcome import Outcome
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from portal.audit.actor import Actor
from portal.kit import claims
from portal.kit.claims import Claim
from portal.kit.clock import database_now

log = logging.getLogger(__name__)

TROUBLE = 5
"""Failed runs in a row after which people are told, although it is still tried again."""
EVERY = {"locations": locations.EVERY, "inventory": 300, "products": 60}
"""Seconds between two pulls of what changes seldom or is told as a whole; the other flows go by `poll_seconds`."""
OWN_FAULT = Reaction(Kind.LATER, _("Something went wrong here while pulling."), WAIT)


def done(state: FlowState, taken: Claim, outcome: Outcome, *, seconds: float) -> None:
    """Note a good run and when the next one is due; whatever was wrong before is over."""
    integration = state.integration
    with transaction.atomic():
        if not _lock(integration, taken):
            return
        claims.put_back(FlowState, taken, delay=_pause_until_next(state, seconds, outcome))
        FlowState.objects.filter(pk=taken.id).update(
            failures=0,
            last_run_at=Now(),
            last_ok_at=Now(),
            next_at=Case(When(woken_at__isnull=False, then=Now()), default=F("next_at")),
        )
        if outcome.is_news:
            SyncRun.objects.create(integration=integration, flow=state.flow, ms=int(seconds * 1000), **_counts(outcome))
        if state.failures >= TROUBLE:
            _recovered(integration)


def failed(state: FlowState, taken: Claim, failure: OutsideFailed, *, seconds: float) -> None:
    """Note a failed run: try later, or stop the integration and say what a person has to do."""
    integration = state.integration
    sentence = failure.sentence()
    log.warning("%s of “%s”: %s", state.flow, integration.name, sentence)
    with transaction.atomic():
        if not _lock(integration, taken):
            return
        failures = state.failures + 1
        delay = dt.timedelta(seconds=failure.pause) if failure.pause is not None else claims.backoff(min(failures, 4))
        claims.put_back(FlowState, taken, error=sentence, delay=delay)
        FlowState.objects.filter(pk=taken.id).update(failures=failures, last_run_at=Now())
        if failure.status != 429:
            SyncRun.objects.create(integration=integration, flow=state.flow, ms=int(seconds * 1000), error=sentence)
        if failure.kind in (Kind.SIGN_IN, Kind.PERSON):
            lifecycle.failed(integration, cause=sentence, cure=str(failure.reaction.cure), by=_actor(integration))
        elif failures == TROUBLE:
            _in_trouble(integration, sentence, str(failure.reaction.cure))


def _lock(integration: Integration, taken: Claim) -> bool:
    """Lock the integration, then the flow, as people's acts do; say whether the run may still settle it."""
    Integration.across.select_for_update(of=("self",), no_key=True).get(pk=integration.pk)
    return bool(claims.still_mine(FlowState, [taken]))


def _pause_until_next(state: FlowState, seconds: float, outcome: Outcome) -> dt.timedelta:
    """Return the pace of the flow: where something comes in, more is on its way, and it is asked sooner.

    A run that took long (a record of 10 MB) is not repeated at once, the less so the more of it was known: it has
    read its overlap, which after a rush are thousands of records. One that brought much all the same rests for as
    long as it spent on what was known: what is still on its way has nobody else to wait for.
    """
    manifest = connectors.get(state.integration.connector)
    chosen = next((flow.every for flow in manifest.flows if flow.key == state.flow), 0) or EVERY.get(state.flow, 0)
    usual = chosen or manifest.poll_seconds / (4 if outcome.is_rush else 2 if outcome.is_news else 1)
    rests = seconds * (outcome.known_share if outcome.is_rush else 1 + 3 * outcome.known_share)
    return dt.timedelta(seconds=max(usual, rests))


def _in_trouble(integration: Integration, cause: str, cure: str) -> None:
    """Tell people of trouble that lasts; the flows go on trying, so the connection itself stays."""
    Integration.across.filter(pk=integration.pk).update(cause=cause, cure=cure)
    problem = Problem(
        lifecycle.PROBLEM,
        integration.organization_id,
        integration.public_id,
        str(_("%(name)s cannot be reached")) % {"name": integration.name},
        cause,
        cure,
        entity_type="integration",
        entity_id=integration.pk,
        entity_label=integration.name,
        entity_public_id=integration.public_id,
        source_id=integration.source_id,
    )
    raise_exceptions([problem])


def _recovered(integration: Integration) -> None:
    Integration.across.filter(pk=integration.pk).update(cause="", cure="", last_ok_at=database_now())
    close(integration.organization_id, lifecycle.PROBLEM, cause_key=integration.public_id, by=_actor(integration))


def _counts(outcome: Outcome) -> dict[str, int]:
    return {name: getattr(outcome, name) for name in outcome.__slots__}


def _actor(integration: Integration) -> Actor:
    return Actor.integration(integration.public_id, integration.name)
