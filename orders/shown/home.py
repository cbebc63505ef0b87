"""What the dashboard shows of orders: what needs a person, what waits, what came in."""

import datetime as dt
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from orders import queries
from orders.exceptions.catalogue import CATEGORIES
from orders.lifecycle.order import OrderStatus
from orders.lists import exceptions as exceptions_list
from orders.lists import orders as orders_list
from portal.kit.clock import now
from portal.tenancy.models import Organization
from portal.ui.needs import Need

S = OrderStatus
_URGENCY = {"connection": 10, "automation": 20, "ingestion": 20}


def exceptions(organization: Organization) -> list[Need]:
    """Return the active exceptions by type, each a link to exactly those."""
    return [
        Need(
            exceptions_list.type_label(key),
            count,
            exceptions_list.waiting(type=key),
            tone="red",
            urgency=_URGENCY.get(exceptions_list.category(key), 20),
        )
        for key, count, _oldest in queries.exceptions_told(organization).types
    ]


def looked_after(organization: Organization) -> dict[str, Any]:
    """Return the open exceptions by category with the oldest of each, by member, and how many rest."""
    told = queries.exceptions_told(organization)
    categories: dict[str, tuple[int, dt.datetime]] = {}
    for key, count, oldest in told.types:
        name = exceptions_list.category(key)
        before, since = categories.get(name, (0, oldest))
        categories[name] = (before + count, min(since, oldest))
    here = reverse("orders:exceptions")
    return {
        "categories": [
            (_(CATEGORIES[name]), count, oldest, exceptions_list.waiting(category=name))
            for name, (count, oldest) in sorted(categories.items(), key=lambda one: one[1][1])
            if name in CATEGORIES
        ],
        "members": told.members,
        "snoozed": told.snoozed,
        "mine_url": f"{here}?view=mine",
        "snoozed_url": f"{here}?view=snoozed",
        "causes_url": reverse("orders:exception_causes"),
    }


def review(organization: Organization) -> list[Need]:
    """Return the orders that a person must look at."""
    count = queries.counts(organization).review
    address = orders_list.address(S.REVIEW_REQUIRED, S.TO_BE_VALIDATED)
    return [Need(_("Orders to review"), count, address, icon="eye")] if count else []


def waiting(organization: Organization) -> dict[str, Any]:
    """Return how many orders wait for what, and whose hold ends next."""
    counts = queries.counts(organization)
    return {
        "numbers": (
            (_("On hold"), counts.on_hold, orders_list.address(S.ON_HOLD)),
            (_("Ready for fulfillment"), counts.ready, orders_list.address(S.READY_FOR_FULFILLMENT)),
            (_("New, rules look at them"), counts.waiting_new, orders_list.address(S.NEW)),
        ),
        "ending": queries.holds_ending_next(organization),
    }


def hours(organization: Organization) -> dict[str, Any]:
    """Return the orders of the last 24 hours, by hour and source, as a chart and as a table."""
    hourly = queries.orders_per_hour(organization, until=now())
    return {
        "total": hourly.total,
        "chart": _chart(hourly),
        "sources": [name for name, _values in hourly.series],
        "table": [
            (_clock(hour), [values[place] for _name, values in hourly.series])
            for place, hour in enumerate(hourly.hours)
            if any(values[place] for _name, values in hourly.series)
        ],
        "connect_url": "" if hourly.total else _address("integrations:list"),
    }


def _chart(hourly: queries.Hourly) -> dict[str, Any]:
    """Return the bars, with an empty hour at both ends so that none of them is cut in half."""
    hour = dt.timedelta(hours=1)
    times = [hourly.hours[0] - hour, *hourly.hours, hourly.hours[-1] + hour]
    series = [{"label": name, "values": [None, *values, None]} for name, values in hourly.series]
    return {"kind": "bars", "times": [int(time.timestamp()) for time in times], "series": series}


def _clock(hour: dt.datetime) -> str:
    local = timezone.localtime(hour)
    return f"{formats.date_format(local, 'D')} {local:%H:%M}"


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # the app of stores need not be there
        return ""
