"""How fast stock is committed when everybody wants the same SKU, and that nobody gets what is not there."""

import multiprocessing
import time
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier

from django.db import OperationalError, connections, transaction

from bench import database
from bench.data import records
from bench.shop import Shop
from bench.table import Figure
from orders.ingest.take import take
from orders.inventory import Movement, post
from orders.inventory.check import differing
from orders.inventory.commits import NotEnough, commit
from orders.models import InventoryLevel, Location, Order, ShippingRequest, ShippingRequestLine
from portal.audit.actor import Actor

SKU = "BENCH-1"
WORKERS = 16
SET = 50
"""As many orders as routing takes in one transaction when many wait."""
SHORT = 10
"""One unit in so many is missing, so that the end is fought over."""
BY = Actor.system("Bench")


def measure(shop: Shop, count: int) -> list[Figure]:
    """Let workers commit `count` shipping requests of one unit of one SKU: in sets, as routing does, and one by one."""
    alone = max(count // 10, WORKERS)
    in_sets, one_by_one = _rate(shop, count, SET), _rate(shop, alone, 1)
    told = f"requests for one SKU, a tenth of it missing, {WORKERS} workers"
    return [
        Figure(f"{count:,} {told}: in sets of {SET}", f"{in_sets:,.0f}/s"),
        Figure(f"{alone:,} {told}: each in a transaction", f"{one_by_one:,.0f}/s"),
        Figure("– committed beyond what was there", "0", "none", met=True),
    ]


def _rate(shop: Shop, count: int, together: int) -> float:
    """Return how many requests were dealt with in a second; raises AssertionError where one unit is wrong."""
    database.empty()
    ids, there = _fill(shop, count), count - count // SHORT
    database.settle()
    seconds, refused = _run(ids, together)
    level = InventoryLevel.across.get(sku=SKU)
    assert (level.committed, level.available) == (there, 0), f"{level.committed} of {there} units were committed."
    assert refused == count - there, f"{refused} were refused instead of {count - there}."
    assert differing().differences == [], "The level is not the sum of its ledger."
    return count / seconds


def _fill(shop: Shop, count: int) -> list[int]:
    """Make the stock and the requests, all of one order: nothing but stock shall be waited for."""
    take(shop.source, records(1), by=BY)
    order = Order.across.get()
    place, _made = Location.across.get_or_create(
        organization=shop.organization,
        source=shop.source,
        name="Warehouse",
        defaults={"fulfillment_source": shop.source},
    )
    with transaction.atomic():
        InventoryLevel.across.filter(sku=SKU).delete()
        post([Movement(place.organization_id, place.pk, SKU, "edit", on_hand=count - count // SHORT)], by=BY)
        made = ShippingRequest.across.bulk_create(
            (
                ShippingRequest(
                    organization=shop.organization, order=order, location=place, ordinal=n, content={},
                    status="readyForFulfillment", ext_shipment_id=f"bench.{n}", number_folded="", unit_count=1,
                )
                for n in range(1, count + 1)
            ),
            batch_size=1_000,
        )  # fmt: skip
        ShippingRequestLine.across.bulk_create(
            (
                ShippingRequestLine(
                    organization=shop.organization, request=one, position=0, unique_id="1", sku=SKU,
                    sku_folded=SKU.lower(), quantity=1,
                )
                for one in made
            ),
            batch_size=1_000,
        )  # fmt: skip
    return [one.pk for one in made]


def _run(ids: list[int], together: int) -> tuple[float, int]:
    """Return how many seconds all took from a common start, and how many requests were refused."""
    connections.close_all()  # a connection does not survive the fork
    forked = multiprocessing.get_context("fork")
    start, refused = forked.Barrier(WORKERS + 1), forked.Value("i", 0)
    processes = [
        forked.Process(target=_work, args=(ids[number::WORKERS], together, start, refused)) for number in range(WORKERS)
    ]
    for one in processes:
        one.start()
    start.wait()
    began = time.monotonic()
    for one in processes:
        one.join()
    seconds = time.monotonic() - began
    assert all(one.exitcode == 0 for one in processes), "A worker failed."
    return seconds, refused.value


def _work(ids: list[int], together: int, start: Barrier, refused: "Synchronized[int]") -> None:
    rows = list(ShippingRequest.across.filter(pk__in=ids))
    start.wait()
    for begin in range(0, len(rows), together):
        some = rows[begin : begin + together]
        if _commit(some):
            continue
        short = sum(not _commit([one]) for one in some) if together > 1 else 1
        with refused.get_lock():
            refused.value += short


def _commit(requests: list[ShippingRequest]) -> bool:
    """Commit them together; a lock that was waited for too long is tried again, as a worker would."""
    for _attempt in range(3):
        try:
            with transaction.atomic():
                commit(requests, by=BY)
        except NotEnough:
            return False
        except OperationalError:
            continue
        return True
    raise RuntimeError("The stock could not be locked.")
