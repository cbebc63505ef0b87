"""Workers of every kind are killed by signal 9 at random moments; nothing is lost, nothing happens twice."""

import random
import time
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest
from django.db import connection
from django.db.models import Count

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Run
from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.models import FlowState
from orders.models import Hold, Order, OrderLine
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.models import Event, Handoff
from portal.kit import jobs
from portal.kit.invariants import broken
from portal.tenancy.models import Organization
from tests.crash.workers import KINDS, Workers, until

KILLS = 7
"""One of each kind, and what chance adds."""
SEED = 20261122
TESTER = Actor.system("test")


@pytest.fixture
def sandbox(settings: object) -> Iterator[Sandbox]:
    from tests.integrations.conftest import point_at

    with serve() as running:
        point_at(settings, running)  # type: ignore[arg-type]
        yield running


@pytest.fixture
def workers(sandbox: Sandbox) -> Iterator[Workers]:
    host = sandbox.url.removeprefix("http://")
    made = Workers(
        {
            "ECWID_API_URL": sandbox.api_url,
            "ECWID_OAUTH_URL": sandbox.oauth_url,
            "ECWID_CLIENT_ID": sandbox.client_id,
            "ECWID_CLIENT_SECRET": sandbox.client_secret,
            "ALLOWED_PRIVATE_HOSTS": host,
        }
    )
    yield made
    made.stop()


@pytest.mark.django_db(transaction=True)
def test_killing_workers_at_random_loses_nothing_and_does_nothing_twice(
    organization: Organization, sandbox: Sandbox, workers: Workers
) -> None:
    _rules(organization)
    added = lifecycle.add(organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=TESTER)
    with_token(added, {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}, by=TESTER)
    chance, placed, left = random.Random(SEED), 0, []
    workers.keep_running()
    kinds = [*KINDS, *chance.choices(KINDS, k=KILLS - len(KINDS))]
    for kind in chance.sample(kinds, KILLS):
        placed += len(sandbox.place_orders(chance.randint(1, 6)))
        _let_pass(chance.uniform(0.0, 0.8))
        left += workers.kill(kind, chance)
    _heal(workers, placed)
    _check(placed)
    _, alive = psutil.wait_procs(left, timeout=0)
    mine = set(workers.running())
    assert [one for one in alive if one not in mine] == []


def _rules(organization: Organization) -> None:
    """Every order is held until now by a rule in JavaScript: each step of the path runs for each order."""
    services.ensure_defaults(organization)
    code = FilterSpec(kind="code", code="return entity.lineItems.length > 0")
    hold = ActionSpec(key="hold", settings={"minutes": 0})
    rule = services.create_rule(
        organization, "NEW_ORDER", Definition(name="Go", filter=code, actions=(hold,)), by=TESTER
    )
    services.set_enabled(rule, True, by=TESTER)


def _let_pass(seconds: float) -> None:
    """The time between two deaths is the experiment itself; there is no event to wait for."""
    connection.close()
    time.sleep(seconds)


def _heal(workers: Workers, placed: int) -> None:
    """Let the workers live, and wait until all is done (I17: within five minutes, without hands)."""

    def quiet() -> bool:
        workers.keep_running()
        done = Order.across.filter(status="readyForFulfillment").count()
        return done == placed and not Handoff.across.exists()

    until(quiet, seconds=200, what=f"Every one of {placed} orders released", state=_state)


def _state() -> str:
    """What stands where, for the message of a failure."""
    orders = Counter(Order.across.values_list("status", flat=True))
    handoffs = list(Handoff.across.values_list("state", "attempts", "lease_until", "last_error")[:5])
    flows = list(FlowState.objects.values_list("flow", "state", "attempts", "next_at", "lease_until", "last_error"))
    return f"orders {orders}; handoffs {handoffs}; flows {flows}; heartbeat {jobs.seconds_since_heartbeat()} s ago"


def _check(placed: int) -> None:
    """The invariants I1, I3, I4, I5, I6 and I11 of reliability.md, over everything."""
    assert broken() == []
    assert Order.across.count() == placed
    assert Order.across.values("ext_order_api_id").distinct().count() == placed
    assert Event.across.filter(name="order.created").count() == placed
    assert Run.across.values("event_id", "rule_id").annotate(n=Count("id")).filter(n__gt=1).count() == 0
    assert Run.across.filter(status="completed").count() == placed
    assert Hold.across.count() == placed
    assert Hold.across.filter(outcome="due").count() == placed
    assert OrderLine.across.filter(order__isnull=True).count() == 0
    verbs = {
        row["verb"]: row["n"]
        for row in History.across.filter(entity_type="order").values("verb").annotate(n=Count("id"))
    }
    assert verbs == {"ingested": placed, "held": placed, "released": placed}
