"""Many at once commit the last of a SKU: exactly what there is, never more."""

import itertools
import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from orders.inventory.check import differing
from orders.inventory.commits import NotEnough, commit
from orders.models import InventoryLevel, LedgerEntry, Location, ShippingRequest, ShippingRequestLine, Source
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import BY, stock

ATTEMPTS = 1_000
WORKERS = 16
THERE = 400


def _requests(source: Source, place: Location) -> list[ShippingRequest]:
    order = make_order(source)
    made = ShippingRequest.across.bulk_create(
        ShippingRequest(
            organization=source.organization, order=order, location=place, ordinal=n, status="readyForFulfillment",
            ext_shipment_id=f"r{n}", number_folded="", content={}, unit_count=1,
        )
        for n in range(ATTEMPTS)
    )  # fmt: skip
    ShippingRequestLine.across.bulk_create(
        ShippingRequestLine(
            organization=source.organization, request=one, position=0, unique_id="l1", sku="TEA-1",
            sku_folded="tea-1", quantity=1,
        )
        for one in made
    )  # fmt: skip
    return made


@pytest.mark.django_db(transaction=True)
def test_sixteen_workers_never_sell_more_than_there_is(source: Source) -> None:
    place = make_location(source)
    level, requests = stock(place, on_hand=THERE), iter(_requests(source, place))
    came_of, lock = Counter[str](), threading.Lock()

    def work() -> None:
        try:
            while True:
                with lock:
                    some = list(itertools.islice(requests, 1))
                if not some:
                    return
                came_of[_try(some)] += 1
        finally:
            connection.close()

    def _try(some: list[ShippingRequest]) -> str:
        try:
            with transaction.atomic():
                commit(some, by=BY)
        except NotEnough:
            return "refused"
        return "committed"

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    level = InventoryLevel.across.get(pk=level.pk)
    assert came_of == {"committed": THERE, "refused": ATTEMPTS - THERE}
    assert (level.committed, level.available, level.version) == (THERE, 0, THERE + 1)
    assert LedgerEntry.across.filter(event="ship").count() == THERE
    assert differing().differences == []
