"""Routing orders: load, decide, lock stock, decide again where somebody was faster, write. One transaction a batch.

Orders are locked first, then the stock that was chosen (order → shipping requests → inventory levels). What is
decided without locks is checked under them: a batch that finds less stock than it counted on lets go of its locks
and decides anew, the last time with everything locked that it might take.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from orders.inventory.levels import Levels, lock_levels
from orders.lifecycle.order import OrderStatus
from orders.locks import lock
from orders.models import Order
from orders.routing.decide import decide
from orders.routing.decision import Decision, Outcome, Part, PartLine
from orders.routing.load import Subject, Table, World, load_stock, load_subjects, load_world, place_keys
from orders.routing.need import names_location
from orders.routing.place import Stock
from orders.routing.write import Decided, write
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.kit.text import fold
from portal.tenancy.models import Organization

ROUTING = Actor.system("Order Routing Engine")
"""Who routes where nobody asked for it."""

ROUTABLE = frozenset(
    {OrderStatus.READY_FOR_FULFILLMENT, OrderStatus.SENT_TO_FULFILLMENT, OrderStatus.PARTIAL_FULFILLMENT}
)
"""Statuses in which open lines are routed: of an order on its way only what no warehouse is asked for yet."""

RESTS = (
    "No routing card is switched on, so only orders that name their location are routed. Add a card, or switch one on."
)
OFF = "The Order Routing Engine is switched off, so nothing is routed. It goes on when it is switched on again."
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one order."""

    outcome: Outcome | None
    """None: it was left, and the sentence says why."""
    sentence: str
    version: int
    """Of the order when routing looked at it."""


def route(order_ids: Iterable[int], trigger: str, by: Actor = ROUTING) -> dict[int, Result]:
    """Route what is open of orders, all in one transaction; returns what became of each, by id.

    `trigger` is auto, manual, retry or stock. Asked twice, nothing is made twice: only open quantities are routed.
    Of every organization the cards, the stock
    and whatever else is needed are read with a constant number of queries.
    """
    with transaction.atomic():
        orders = lock(order_ids)
        results: dict[int, Result] = {}
        for organization in Organization.objects.filter(pk__in={one.organization_id for one in orders.values()}):
            own = [one for one in orders.values() if one.organization_id == organization.pk]
            results |= _route(organization, own, trigger, by)
        failpoint("routing.before_commit")
    return results


def why_left(order: Order) -> str:
    """Return why routing does not look at an order as it stands, in a sentence; nothing where it does."""
    if order.deleted_at is not None:
        where = "" if order.deleted_by else " in its store"
        return f"{order.ext_order_id} was deleted{where}: nothing of it is routed any more."
    if order.status not in ROUTABLE:
        label = OrderStatus(order.status).label
        return f"{order.ext_order_id} is “{label}”. Orders are routed once they are ready for fulfillment."
    return ""


def nothing_open(order: Order) -> bool:
    """Say whether routing, or a person, has left nothing of an order open; what is open again makes it pending."""
    settled = order.routing_status in ("ready", "pendingInventory") and "routed" in order.content.get("disposition", ())
    return settled or order.routing_status == "excluded"


def _route(organization: Organization, orders: Sequence[Order], trigger: str, by: Actor) -> dict[int, Result]:
    left = {one.pk: why for one in orders if (why := why_left(one))}
    fitting = [one for one in orders if one.pk not in left]
    versions = {one.pk: one.version for one in orders}
    world, decided = _decided(organization, fitting) if fitting else (None, [])
    told = {one.subject.order.pk: one.decision for one in decided}
    if world is not None:
        left |= {one.pk: OFF if world.resting else RESTS for one in fitting if one.pk not in told}
    if world is not None and decided:
        write(world, decided, trigger, by)
    return {pk: Result(None, why, versions[pk]) for pk, why in left.items()} | {
        pk: Result(one.outcome, one.sentence, versions[pk]) for pk, one in told.items()
    }


class _Stale(Exception):
    """Somebody else took stock that was counted on."""


class _PlaceGone(Exception):
    """A location that was chosen has been switched off, paused, merged or deleted meanwhile."""


def _decided(organization: Organization, orders: Sequence[Order]) -> tuple[World, list[Decided]]:
    """Decide for orders of one organization; with its locations read again where one has changed meanwhile."""
    for last in (False,) * (_TRIES - 1) + (True,):
        world = load_world(organization)
        orders = routed_by(world, orders)
        if not orders:
            return world, []
        try:
            return world, _settle_on(world, load_subjects(world, orders))
        except _PlaceGone:
            if last:
                raise  # the batch is undone, and routed again a little later
    raise AssertionError("The last try decides or raises.")


def routed_by(world: World, orders: Sequence[Order]) -> Sequence[Order]:
    """Return those of the orders that are routed at all: without a card that is on, those that name their location."""
    if world.resting:
        return ()
    return orders if world.cards else [one for one in orders if names_location(one.content)]


def _settle_on(world: World, subjects: Sequence[Subject]) -> list[Decided]:
    """Decide for all orders, with the stock locked that they take."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with transaction.atomic():  # a savepoint: going back behind it gives the locks back
                if last:
                    _lock_all(world, subjects)
                decided = decide_all(world, subjects, load_stock(world, subjects))
                _lock_and_check(world, decided)
                return decided
        except _Stale:
            continue
    raise AssertionError("What was decided under lock cannot be outdated.")


def decide_all(world: World, subjects: Sequence[Subject], stock: Table) -> list[Decided]:
    """Decide for one order after the other, in their order; what one takes is gone for the next."""
    left = dict(stock)
    decided = []
    for subject in subjects:
        one = decide_one(world, subject, left)
        _take(left, one)
        decided.append(Decided(subject, one))
    return decided


def decide_one(world: World, subject: Subject, stock: Table, *, explain_all: bool = False) -> Decision:
    """Decide for one order; reads and writes nothing. `explain_all` judges the cards after the one that wins, too."""
    return decide(
        world.cards,
        subject.needs,
        world.places,
        stock,
        subject.document,
        now=world.now,
        skip=subject.skip,
        zone=world.organization.zone,
        explain_all=explain_all,
    )


def _take(stock: Table, decision: Decision) -> None:
    for part, line, units in _units(decision.parts):
        at = fold(line.sku), part.location.pk
        if at in stock:
            before = stock[at]
            stock[at] = Stock(before.available - (units - line.future), before.future - line.future)


def _units(parts: Iterable[Part]) -> Iterator[tuple[Part, PartLine, int]]:
    """Yield the lines that stock is committed for; those that are not in whole units are shipped without."""
    for part in parts:
        for line in part.lines:
            if line.quantity == int(line.quantity):
                yield part, line, int(line.quantity)


def _lock_all(world: World, subjects: Sequence[Subject]) -> None:
    lock_levels(world.organization.pk, {sku for one in subjects for sku in one.skus}, place_keys(world))


def _lock_and_check(world: World, decided: Sequence[Decided]) -> None:
    """Lock the stock that was chosen. Raises _Stale where there is less of it by now than was counted on."""
    parts = [part for one in decided for part in one.decision.parts]
    if not parts:
        return
    _keep_places({part.location.pk for part in parts})
    skus = {line.sku for part in parts for line in part.lines}
    levels = lock_levels(world.organization.pk, skus, {part.location.pk for part in parts})
    free = _free(levels)
    for part, line, units in _units(parts):
        at = fold(line.sku), part.location.pk
        available, future = free.get(at, (0, 0))
        now = units - line.future
        if line.counted and (now > available or line.future > future):
            raise _Stale
        if at in free:
            free[at] = available - now, future - line.future


def _keep_places(ids: set[int]) -> None:
    """Hold the chosen locations as they are until the end of the transaction. Raises _PlaceGone."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [sorted(ids)])
        if len(cursor.fetchall()) < len(ids):
            raise _PlaceGone


_KEEP = """
SELECT id FROM orders_location WHERE id = ANY(%s) AND active AND NOT paused AND deleted_at IS NULL
ORDER BY id FOR KEY SHARE
"""
"""Shared with other routing; who merges or switches off waits for it, and it for him."""


def _free(levels: Levels) -> dict[tuple[str, int], tuple[int, int]]:
    return {
        at: (level.on_hand - level.committed, level.future - level.committed_future) for at, level in levels.items()
    }
