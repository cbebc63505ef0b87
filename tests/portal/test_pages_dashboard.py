"""The dashboard: each number is a link to exactly what it counts, and only the organization's own count."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client

from orders import queries
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.kit import json
from tests.factories import make_orders

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SYSTEM = Actor.system()
NOON = dt.datetime(2026, 1, 5, 12, 30, tzinfo=dt.UTC)


def count_behind(client: Client, label: str) -> tuple[int, int]:
    """The number that the dashboard shows under a label, and how many rows its link leads to."""
    text = client.get("/").content.decode()
    pattern = rf'<a [^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*?{re.escape(label)}(?:(?!</a>).)*?</a>'
    found = re.search(pattern, text, re.DOTALL)
    assert found, text
    number = re.search(r"(?:need-count|number-big)\">([\d,]+)<", found[0])
    assert number, found[0]
    path, _, query = found[1].replace("&amp;", "&").partition("?")
    rows = json.loads(client.get(f"{path}.json?{query}").content)["count"]
    return int(number[1].replace(",", "")), rows


def test_each_number_leads_to_exactly_what_it_counts(as_owner: Client, source: Source) -> None:
    first, second, third, *rest = make_orders(source, range(1, 9))
    until = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
    edits.hold(first.pk, until=until, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="x", by=SYSTEM)
    edits.move(second.pk, "review", by=SYSTEM)
    edits.move(third.pk, "ready", by=SYSTEM)
    raise_exceptions([Problem("rule_failed", source.organization_id, f"k{n}", "t", "m") for n in range(3)])
    assert count_behind(as_owner, "On hold") == (1, 1)
    assert count_behind(as_owner, "Orders to review") == (1, 1)
    assert count_behind(as_owner, "Ready for fulfillment") == (1, 1)
    assert count_behind(as_owner, "New, rules look at them") == (len(rest), len(rest))
    assert count_behind(as_owner, "Rule failed") == (3, 3)


def test_good_news_is_said_too(as_owner: Client, source: Source) -> None:
    assert "Nothing waits for you." in as_owner.get("/").content.decode()


def test_the_stranger_sees_nothing_of_ours(as_stranger: Client, source: Source) -> None:
    raise_exceptions([Problem("rule_failed", source.organization_id, "k", "t", "m")])
    make_orders(source, (1, 2))
    text = as_stranger.get("/").content.decode()
    assert "Nothing waits for you." in text
    assert "0 orders in 24 hours" in text


def test_it_hears_nothing_while_nothing_is_new(as_owner: Client, source: Source) -> None:
    state = as_owner.get("/").context["state"]
    assert as_owner.get("/", {"state": state}, headers=HTMX).status_code == 204
    make_orders(source, (1,))
    answer = as_owner.get("/", {"state": state}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_silence_of_the_background_work_is_told(as_owner: Client) -> None:
    assert "The background work is not running" in as_owner.get("/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO portal_heartbeat (name, at, generation) VALUES ('pulse', clock_timestamp(), 1)")
    assert "The background work is running." in as_owner.get("/").content.decode()


def test_orders_are_counted_by_hour_and_source(source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Market stall", connector="file")
    minutes = {1: 5, 2: 25, 3: 35, 4: 23 * 60 + 29, 5: 24 * 60 + 40}
    for number, order in enumerate(make_orders(source, tuple(minutes)), start=1):
        Order.across.filter(pk=order.pk).update(created_at=NOON - dt.timedelta(minutes=minutes[number]))
    (strange,) = make_orders(other, (9,))
    Order.across.filter(pk=strange.pk).update(created_at=NOON)
    hourly = queries.orders_per_hour(source.organization, until=NOON)
    assert (hourly.hours[0], hourly.hours[-1]) == (NOON.replace(day=4, hour=13, minute=0), NOON.replace(minute=0))
    assert [name for name, _values in hourly.series] == ["Tea shop", "Market stall"]
    assert hourly.series[0][1] == [1, *[0] * 21, 1, 2]
    assert hourly.series[1][1] == [*[0] * 23, 1]
    assert hourly.total == 5


def test_the_holds_that_end_next_come_in_their_order(source: Source) -> None:
    orders = make_orders(source, (1, 2, 3))
    for order, hours in zip(orders, (3, 1, 2), strict=True):
        until = NOON.replace(year=2100) + dt.timedelta(hours=hours)
        edits.hold(order.pk, until=until, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="x", by=SYSTEM)
    again = NOON.replace(year=2100) + dt.timedelta(hours=9)
    edits.hold(orders[1].pk, until=again, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="longer", by=SYSTEM)
    ending = queries.holds_ending_next(source.organization)
    assert [order.ext_order_id for order in ending] == ["#3", "#1", "#2"]
