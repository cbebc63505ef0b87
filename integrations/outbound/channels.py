"""Which channels are told of stock, what makes all of their numbers change at once, and the comparison every night."""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.capabilities import MovesStock, SellsProducts
from integrations.connect import client_of
from integrations.manifest import Direction
from integrations.models import Integration, StockChannel
from integrations.outbound.marking import lock, mark_all, mark_new
from integrations.outbound.stock import FLOW
from portal.kit import elders
from portal.kit.clock import database_now
from portal.kit.jobs import watcher
from portal.kit.secrets import CannotOpen

CHECK_HOUR = 3
"""The hour of the organization's night at which all numbers are compared with what the channel shows."""


@watcher("channels of stock", every=3)
def keep() -> None:
    """Begin and end telling channels, and mark all numbers of one where everything may have changed."""
    for integration in _beginning():
        begin(integration)
    for channel in StockChannel.across.filter(active=True).select_related("integration", "organization", "source"):
        _keep(channel)


def begin(integration: Integration) -> StockChannel | None:
    """Begin to tell a channel of the whole catalogue. Returns None when its access cannot be read."""
    try:
        client, _way = client_of(integration)
    except CannotOpen:
        return None
    values = {
        "organization": integration.organization, "source": integration.source, "active": True, "elders": 0,
        "moves": isinstance(client, MovesStock), "check_at": _next_check(integration),
        "by_sku": isinstance(client, SellsProducts) and integration.flows.get("products") != Direction.PULL,
    }  # fmt: skip
    with transaction.atomic():
        lock(integration.organization_id)  # first, as everybody does: whoever holds it may point to the channel's row
        channel, _made = StockChannel.across.update_or_create(integration=integration, defaults=values)
        StockChannel.across.filter(pk=channel.pk).update(flags=_flags(channel))
        mark_all(channel, look=True)
    return channel


def compare(channel: StockChannel) -> int:
    """Have every number compared with what the channel shows, and mended. Returns how many numbers that are."""
    with transaction.atomic():
        values = {"checked_at": Now(), "differed": 0, "check_at": _next_check(channel.integration)}
        StockChannel.across.filter(pk=channel.pk).update(**values)
        return mark_all(channel, look=True)


def _beginning() -> list[Integration]:
    """Return the integrations whose flow is on and that are not told yet."""
    rows = Integration.across.filter(**{f"flows__{FLOW}": Direction.PUSH.value}, enabled=True, deleted_at=None)
    waiting = rows.filter(connection="connected").exclude(stock_channel__active=True)
    found = waiting.select_related("organization", "source")
    return [one for one in found if FLOW in lifecycle.running(one)]


def _keep(channel: StockChannel) -> None:
    integration = channel.integration
    if integration.deleted_at is not None or integration.flows.get(FLOW) != Direction.PUSH:
        StockChannel.across.filter(pk=channel.pk).update(active=False)
    elif channel.check_at <= database_now():
        compare(channel)
    elif (flags := _flags(channel)) != channel.flags:
        with transaction.atomic():
            StockChannel.across.filter(pk=channel.pk).update(flags=flags)
            mark_all(channel, look=False)
    elif channel.elders is not None:
        # What was published by those who did not know yet that the channel is told: their events told nobody.
        elders.wait_out(channel, channel.elders, partial(mark_new, channel))


def _flags(channel: StockChannel) -> str:
    """Return a digest of what decides which locations count for a channel."""
    with connection.cursor() as cursor:
        cursor.execute(_FLAGS, [channel.source_id, channel.organization_id])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


_FLAGS = """
SELECT md5(coalesce(string_agg(concat_ws(':', w.id, w.active AND w.deleted_at IS NULL, w.infinite, w.preserve_bundles,
                                         w.exclude_from_totals, x.id IS NOT NULL), ',' ORDER BY w.id), ''))
FROM orders_location w
LEFT JOIN orders_location_excluded_for x ON x.location_id = w.id AND x.source_id = %s
WHERE w.organization_id = %s
"""


def _next_check(integration: Integration) -> dt.datetime:
    zone = ZoneInfo(integration.organization.timezone)
    today = database_now().astimezone(zone)
    check = today.replace(hour=CHECK_HOUR, minute=0, second=0, microsecond=0)
    return check if check > today else check + dt.timedelta(days=1)
