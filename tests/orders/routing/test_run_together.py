"""Several workers route the same orders: each is routed once, and no more is promised than there is."""

import threading
from collections import Counter

import pytest
from django.db import connection

from orders.inventory.check import differing
from orders.models import Order, RoutingRun, ShippingRequest, Source
from orders.routing.run import route
from portal.kit.invariants import broken
from tests.orders.inventory.stock import figures, stock
from tests.orders.routing.running import card, ready, warehouse

ORDERS, THERE = 24, 30


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_orders_make_no_request_twice(source: Source) -> None:
    reno, leeds = warehouse(source), warehouse(source, "Leeds")
    card(reno, leeds)
    stock(reno, on_hand=THERE - 10)
    stock(leeds, on_hand=10)
    ids = [ready(source, number).pk for number in range(1, ORDERS + 1)]
    outcomes: Counter[str] = Counter()
    errors: list[BaseException] = []

    def work(own: list[int]) -> None:
        try:
            for start in range(0, len(own), 4):
                outcomes.update(str(one.outcome) for one in route(own[start : start + 4], "auto").values())
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    turned = [*ids[12:], *ids[:12]]
    threads = [threading.Thread(target=work, args=(own,)) for own in (ids, turned)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert errors == []
    routed = THERE // 2
    assert (outcomes["routed"], ShippingRequest.across.count()) == (routed, routed)
    assert figures(reno) == (20, 20)
    assert figures(leeds) == (10, 10)
    assert RoutingRun.across.filter(outcome="routed").count() == routed
    assert Order.across.filter(routing_status="failed").count() == ORDERS - routed
    assert broken() == []
    assert differing().differences == []
