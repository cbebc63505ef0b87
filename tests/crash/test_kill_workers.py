"""Workers of every kind are killed by signal 9 at random moments, all the way from the shop to the warehouse and back.

Nothing is lost, nothing happens twice: the books of both sandboxes are compared with ours at the end.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import psutil
import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Now
from pytest_django import Settings

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Run
from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.connectors.shipbob.sandbox.server import Sandbox as House
from integrations.connectors.shipbob.sandbox.server import serve as serve_house
from integrations.models import FlowState, Integration
from orders.models import Fulfillment, Hold, Location, Order, OrderException, OrderLine, ShippingRequest
from orders.requests.references import reference_of
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.deliveries.models import Delivery
from portal.events.models import Event, Handoff
from portal.kit import jobs
from portal.kit.invariants import broken
from portal.tenancy.models import Organization
from tests.crash.workers import KINDS, Workers, until
from tests.factories import make_card
from tests.integrations.conftest import point_at, run_flow
from tests.integrations.connectors.shipbob.conftest import FIRST

STAGES: Mapping[str, Callable[[], int]] = {
    "taken in": lambda: Order.across.count(),
    "released": lambda: Order.across.exclude(status__in=("new", "onHold")).count(),
    "routed": lambda: ShippingRequest.across.count(),
    "being handed over": lambda: Delivery.across.filter(kind="shipping_request").exclude(state="pending").count(),
    "shipped": lambda: Fulfillment.across.count(),
    "being told": lambda: Delivery.across.filter(kind="fulfillment").exclude(state="pending").count(),
}
"""How far the first order of a round has come when somebody dies: a count that has grown."""
DEATHS = (
    ("worker", "being handed over"), ("script", "released"), ("worker", "being told"), ("sentinel", "shipped"),
    ("cluster", "taken in"), ("keeper", "routed"),
)  # fmt: skip
"""Each kind, where it would be at work; what takes longest to come back dies last."""
PATIENCE = 1.5
"""Seconds that are waited for a stage, but for the first: who waits longer only sees others take over."""
BOOT = 60.0
SEED = 20261122
SKU, PIECES = "TEA-MINT-080", 480
"""So many lie on each shelf of the sandbox."""
NO_LIMIT = 100_000
TESTER = Actor.system("test")


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve(rate_limit=NO_LIMIT) as running:
        point_at(settings, running)
        yield running


@pytest.fixture
def house(settings: Settings, sandbox: Sandbox) -> Iterator[House]:
    """A warehouse that ships at once whatever comes."""
    with serve_house(rate_limit=NO_LIMIT, automatic=0.0, pieces=PIECES) as running:
        settings.CONNECTOR_ENDPOINTS = {**settings.CONNECTOR_ENDPOINTS, "shipbob": {"api": running.api_url}}
        settings.ALLOWED_PRIVATE_HOSTS = [one.url.removeprefix("http://") for one in (sandbox, running)]
        yield running


@pytest.fixture
def workers(sandbox: Sandbox, house: House) -> Iterator[Workers]:
    made = Workers(
        {
            "ECWID_API_URL": sandbox.api_url,
            "ECWID_OAUTH_URL": sandbox.oauth_url,
            "ECWID_CLIENT_ID": sandbox.client_id,
            "ECWID_CLIENT_SECRET": sandbox.client_secret,
            "SHIPBOB_API_URL": house.api_url,
            "SHIPBOB_CALLS_PER_MINUTE": str(NO_LIMIT),
            "ALLOWED_PRIVATE_HOSTS": ",".join(one.url.removeprefix("http://") for one in (sandbox, house)),
        }
    )
    yield made
    made.stop()


@pytest.mark.django_db(transaction=True)
def test_killing_workers_at_random_loses_nothing_and_does_nothing_twice(
    organization: Organization, sandbox: Sandbox, house: House, workers: Workers
) -> None:
    _rules(organization)
    shop, ships = _connect(organization, sandbox, house)
    chance, placed, left = random.Random(SEED), 0, []

    def place() -> None:
        nonlocal placed
        sandbox.place_order({SKU: chance.randint(1, 3)})
        placed += 1

    def stir() -> None:
        """Have something to do: whoever died last may have left nothing for those that run only then."""
        _wake((shop, ships))
        if Order.across.exclude(status="new").count() == placed:
            place()

    workers.keep_running()
    for kind, stage in DEATHS:
        before = STAGES[stage]()
        for _order in range(chance.randint(2, 5)):
            place()
        _look_for(stage, before, (shop, ships), workers, BOOT if not workers.killed else PATIENCE)
        _let_pass(chance.uniform(0.0, 0.2))
        left += workers.kill(kind, chance, stir)
        _give_up_soon()
    assert set(workers.killed) == set(KINDS)
    _heal(workers, (shop, ships), placed)
    _check(placed)
    _compare(sandbox, house, placed)
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


def _connect(organization: Organization, sandbox: Sandbox, house: House) -> tuple[Integration, Integration]:
    """Connect shop and warehouse, and send every order to the warehouse."""
    flows = {"orders": "pull", "fulfillments": "push"}
    shop = lifecycle.add(organization, "ecwid", name="Tea shop", flows=flows, by=TESTER)
    shop = with_token(shop, {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}, by=TESTER)
    flows = {"shipping_requests": "push", "fulfillments": "pull", "inventory": "pull"}
    ships = lifecycle.add(organization, "shipbob", name="ShipBob", flows=flows, by=TESTER)
    ships = with_token(ships, {"token": house.token}, by=TESTER)
    run_flow(ships, "locations")
    run_flow(ships, "inventory")
    place = Location.across.get(externals__source=ships.source, externals__ext_location_id=str(FIRST))
    make_card(organization, place)
    return shop, ships


def _look_for(stage: str, before: int, sides: Sequence[Integration], workers: Workers, patience: float) -> None:
    """Wait until an order has come so far, or for so long that the next death meets those who take over."""
    ends = time.monotonic() + patience
    while STAGES[stage]() <= before and time.monotonic() < ends:
        workers.keep_running()
        _wake(sides)
        _let_pass(0.1)


def _wake(sides: Sequence[Integration]) -> None:
    """Have both sides asked at once, as their messages do."""
    for side in sides:
        lifecycle.sync_now(side)


def _let_pass(seconds: float) -> None:
    """The time between two deaths is the experiment itself; there is no event to wait for."""
    connection.close()
    time.sleep(seconds)


def _heal(workers: Workers, sides: Sequence[Integration], placed: int) -> None:
    """Let the workers live, and wait until all is done (I17: within five minutes, without hands).

    What was being sent waits for as long as a call may take; here that is over once nobody runs any more.
    """
    workers.stop()
    _give_up_soon()
    Delivery.across.filter(state="running").update(lease_until=Now())

    def quiet() -> bool:
        workers.keep_running()
        _wake(sides)
        done = Order.across.filter(status="fulfilled").count()
        told = Delivery.across.filter(kind="fulfillment", state="done").count()
        waits = Delivery.across.exclude(state="done").exists() or Handoff.across.exists()
        return (done, told) == (placed, placed) and not waits

    until(quiet, seconds=200, what=f"Every one of {placed} orders shipped and told", state=_state)


def _give_up_soon() -> None:
    """Let others take on at once what the dead had claimed, instead of after minutes.

    What the living have claimed goes with it: they are fenced off, unless they are writing at this moment.
    """
    with transaction.atomic():
        for rows in (Handoff.across, FlowState.objects):
            free = rows.select_for_update(skip_locked=True).filter(state="running")
            rows.filter(pk__in=[one.pk for one in free]).update(lease_until=Now())


def _state() -> str:
    """What stands where, for the message of a failure."""
    orders = Counter(Order.across.values_list("status", flat=True))
    handoffs = list(Handoff.across.values_list("state", "attempts", "lease_until", "last_error")[:5])
    flows = list(FlowState.objects.values_list("flow", "state", "attempts", "next_at", "lease_until", "last_error"))
    sent = Counter(Delivery.across.values_list("kind", "state", "attempts", "uncertain", "last_error"))
    beats = jobs.seconds_since_heartbeat()
    return f"orders {orders}; handoffs {handoffs}; deliveries {sent}; flows {flows}; heartbeat {beats} s ago"


def _check(placed: int) -> None:
    """The invariants I1, I3, I4, I5, I6, I7 and I11 of reliability.md, over everything."""
    assert broken() == []
    assert list(OrderException.across.filter(state="active").values_list("type", "message")) == []
    assert Order.across.count() == placed
    assert Order.across.values("ext_order_api_id").distinct().count() == placed
    assert Event.across.filter(name="order.created").count() == placed
    assert Run.across.values("event_id", "rule_id").annotate(n=Count("id")).filter(n__gt=1).count() == 0
    assert Run.across.filter(status="completed").count() == placed
    assert Hold.across.count() == placed
    assert Hold.across.filter(outcome="due").count() == placed
    assert OrderLine.across.filter(order__isnull=True).count() == 0
    assert (ShippingRequest.across.count(), Fulfillment.across.count()) == (placed, placed)
    rows = History.across.filter(entity_type="order", verb__in=("ingested", "held", "released"))
    verbs = {row["verb"]: row["n"] for row in rows.values("verb").annotate(n=Count("id"))}
    assert verbs == {"ingested": placed, "held": placed, "released": placed}


def _compare(sandbox: Sandbox, house: House, placed: int) -> None:
    """Compare the books: the warehouse has each request once, the shop shows of each order the parcel it got."""
    there = {one["reference_id"]: one for one in house.orders()}
    assert (len(house.orders()), len(there)) == (placed, placed)
    shown = {str(one["internalId"]): one for one in sandbox.parcels()}
    units = 0
    for request in ShippingRequest.across.select_related("order").prefetch_related("lines"):
        sent = there[reference_of(request.public_id)]["shipments"]
        told = shown.pop(request.order.ext_order_api_id)
        asked = sum(line.quantity for line in request.lines.all())
        assert [one["tracking"]["tracking_number"] for one in sent] == [told["trackingNumber"]]
        assert told["fulfillmentStatus"] == "SHIPPED"
        units += int(asked)
    assert shown == {}
    assert house.stock(SKU, location=FIRST)["on_hand"] == PIECES - units
