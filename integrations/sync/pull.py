"""Running what is due: one flow of one integration at a time, by one worker at a time.

A flow is claimed with a lease, so two workers never pull the same one. What becomes of a run, good or
bad, is settled in `integrations.sync.settle`.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from functools import cache

from django.db import connection

from integrations.capabilities import SellsOrders
from integrations.connect import client_of
from integrations.kit.errors import LOCKED, NOT_UNDERSTOOD, OutsideFailed
from integrations.kit.paging import Endless
from integrations.manifest import Client, Manifest
from integrations.models import FlowState, Integration
from integrations.registry import connectors
from integrations.sync import locations, settle
from integrations.sync.flows import Unable, pulls
from integrations.sync.orders import OrdersPull, Stopped
from integrations.sync.outcome import Outcome
from integrations.sync.sift import OrderSieve
from portal.kit import claims, jobs
from portal.kit.claims import Claim
from portal.kit.secrets import CannotOpen

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=90)
"""Longer than the longest single call; renewed with each page."""
BELL = "integrations.pull"
BUDGET = 40.0
"""Seconds after which a worker rings for the rest instead of going on."""

_RUNNABLE = """
EXISTS (
    SELECT 1 FROM integrations_integration i
    WHERE i.id = t.integration_id AND i.enabled AND i.deleted_at IS NULL AND i.connection = 'connected'
      AND (i.flows ->> t.flow = 'pull' OR i.flows ->> t.flow = 'push' AND (i.connector, t.flow) IN ({asks})))
AND NOT EXISTS (
    SELECT 1 FROM integrations_pace p
    WHERE p.integration_id = t.integration_id AND p.blocked_until > clock_timestamp())
AND (t.flow <> 'inventory' OR NOT EXISTS (
    SELECT 1 FROM integrations_flowstate l JOIN integrations_integration i ON i.id = l.integration_id
    WHERE l.integration_id = t.integration_id AND l.flow = 'locations' AND l.last_ok_at IS NULL
      AND i.flows ->> 'locations' = 'pull'))
"""
"""Flows that may run: of an active integration that no pause was asked of; stock once its locations are known."""


@cache
def runnable() -> str:
    """Return the condition on flows that may run, for `claims.claim`."""
    both = [(one.key, flow.key) for one in connectors.all() for flow in one.flows if flow.asks_while_pushed]
    return _RUNNABLE.format(asks=", ".join(f"('{key}', '{flow}')" for key, flow in [*both, ("", "")]))


def anything_due() -> bool:
    """Say whether a flow is due that nobody works on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT EXISTS (
                SELECT 1 FROM integrations_flowstate t
                WHERE ((t.state = 'pending' AND t.next_at <= clock_timestamp())
                       OR (t.state = 'running' AND t.lease_until < clock_timestamp()))
                  AND {runnable()})
            """  # noqa: S608 - keys of our own connectors
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def run_due(*, seconds: float = BUDGET) -> int:
    """Run due flows one after the other, for at most so many seconds. Returns how many were run.

    Between two of them other work goes first: what is asked for without end would keep all workers waiting for the
    other sides, which answer slowly and at a pace, while orders lay here that need no answer of anybody.
    """
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends and (taken := claims.claim(FlowState, limit=1, lease=LEASE, where=runnable())):
        run(taken[0])
        count += 1
        if jobs.others_wait(but=BELL):
            break
    return count


def run(taken: Claim) -> Outcome | None:
    """Run one claimed flow and settle what becomes of it. Returns None when it failed or was stopped."""
    state = FlowState.objects.select_related("integration__source", "integration__organization").get(pk=taken.id)
    if state.woken_at is not None:
        FlowState.objects.filter(pk=state.pk).update(woken_at=None)  # what wakes it from now on wants another look
    started = time.monotonic()
    try:
        outcome = _pull(state, lambda: still_ours(state, taken))
    except Stopped:
        claims.put_back(FlowState, taken, delay=dt.timedelta(0))
    except Exception as error:
        settle.failed(state, taken, _reaction(state, error), seconds=time.monotonic() - started)
    else:
        settle.done(state, taken, outcome, seconds=time.monotonic() - started)
        return outcome
    return None


def still_ours(state: FlowState, taken: Claim) -> bool:
    """Lock the flow, prolong its lease, and say whether it may go on. Call it inside the transaction that writes."""
    if not claims.still_mine(FlowState, [taken]):
        return False
    if not Integration.across.get(pk=state.integration_id).is_active:
        return False
    return claims.renew(FlowState, taken, lease=LEASE)


def orders_pull(state: FlowState, client: SellsOrders, hold_on: Callable[[], bool]) -> OrdersPull:
    """Put together a run of the orders flow."""
    manifest = connectors.get(state.integration.connector)
    return OrdersPull(state.integration, state, sieve_of(state.integration, manifest), hold_on, client=client)


def sieve_of(integration: Integration, manifest: Manifest) -> OrderSieve:
    """Return how an integration's orders are sorted."""
    return OrderSieve(integration, manifest, manifest.settings.model_validate(integration.settings))


def _pull(state: FlowState, hold_on: Callable[[], bool]) -> Outcome:
    client, way = client_of(state.integration)
    outcome = pulls.get(state.flow)(state, client, hold_on)
    if outcome.is_news:
        way.tell()
    return outcome


def _locations(state: FlowState, client: Client, hold_on: Callable[[], bool]) -> Outcome:
    return locations.pull(state.integration, client)


def _orders(state: FlowState, client: Client, hold_on: Callable[[], bool]) -> Outcome:
    if not isinstance(client, SellsOrders):
        raise Unable(client, "SellsOrders")
    return orders_pull(state, client, hold_on).run()


pulls.register("locations", _locations)
pulls.register("orders", _orders)


def _reaction(state: FlowState, error: Exception) -> OutsideFailed:
    if isinstance(error, OutsideFailed):
        return error
    if isinstance(error, CannotOpen):
        return OutsideFailed(LOCKED, message="")
    if isinstance(error, Endless):
        return OutsideFailed(NOT_UNDERSTOOD, message=str(error))
    log.exception("The flow “%s” of integration %s failed", state.flow, state.integration_id)
    return OutsideFailed(settle.OWN_FAULT, message=type(error).__name__)
