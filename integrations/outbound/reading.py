"""Reading what a channel shows, where that is not known: at the beginning, after a lost answer, and every night."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.capabilities import KnowsSkus, MovesStock, SellsProducts, Shown, StockItem, TakesStock
from integrations.kit.errors import Kind, OutsideFailed
from integrations.manifest import Client, Direction
from integrations.models import StockChannel
from integrations.models.stock import StockNumber
from integrations.outbound import marking
from integrations.outbound.numbers import Wanted, wanted_of
from integrations.sync.flows import Unable
from portal.kit.bulk import update_rows
from portal.kit.clock import database_now

if TYPE_CHECKING:
    from integrations.outbound.stock import Teller

CONFIRM = dt.timedelta(seconds=20)
"""How long an order may take to come here: a number that is lower than it should be is read again after that."""
FIND_AGAIN = dt.timedelta(hours=1)
"""After how long a SKU that a channel does not have is looked for there again, when it changes here."""
AT_ONCE = 100
"""How many SKUs a channel is asked for with one question (`capabilities.MovesStock`)."""
ABSENT = "The channel does not have this product."


class Reading:
    """The numbers of a batch that have to be read before they can be told."""

    def __init__(self, teller: "Teller") -> None:
        self._teller = teller
        self._channel: StockChannel = teller.channel

    def run(self) -> None:
        """Read them, and write down what to believe. Raises `stock.Stopped`."""
        rows = [row for row in self._teller.rows() if row.look or row.moving is not None]
        if not rows:
            return
        wanted = wanted_of(self._channel, rows)
        rows = [row for row in rows if wanted[row.pk].counted]
        self._find([row for row in rows if not wanted[row.pk].published], wanted)
        items = {row.pk: wanted[row.pk].item() for row in rows if wanted[row.pk].published}
        asked = [row for row in rows if row.pk in items]
        for start in range(0, len(asked), AT_ONCE):
            self._ask(asked[start : start + AT_ONCE], items)

    def _ask(self, rows: Sequence[StockNumber], items: Mapping[int, StockItem]) -> None:
        try:
            shown: Shown = self._teller.call(partial(_read, [items[row.pk] for row in rows]))
        except Exception as error:
            self._teller.failed(rows[0], error, sent=False)
        else:
            self._believe(rows, items, shown)

    def _find(self, rows: Sequence[StockNumber], wanted: dict[int, Wanted]) -> None:
        """Look SKUs up that have no publication there, on a channel whose products are not pulled.

        What is not there is asked for again after an hour at the earliest, however often it changes here.
        """
        due = database_now() - FIND_AGAIN if rows and self._channel.by_sku else None
        asked = [row for row in rows if due and (row.checking or row.missed_at is None or row.missed_at < due)]
        if not asked:
            return
        try:
            ids = self._teller.call(partial(_find, [row.sku for row in asked]))
        except Exception as error:
            self._teller.failed(asked[0], error, sent=False)
        found = [row for row in asked if row.sku in ids]
        for row in found:
            row.product_api_id = ids[row.sku]
        update_rows(StockNumber, ["product_api_id"], ((row.pk, row.product_api_id) for row in found))
        wanted |= wanted_of(self._channel, found) if found else {}
        missing = [row.pk for row in asked if row.sku not in ids]
        StockNumber.across.filter(pk__in=missing).update(missed_at=Now(), checking=False)

    def _believe(self, rows: Sequence[StockNumber], items: Mapping[int, StockItem], shown: Shown) -> None:
        with transaction.atomic():
            self._teller.lock()
            now = {row.pk: row for row in self._teller.rows()}
            for row in rows:
                if row.pk not in now:
                    continue
                if now[row.pk].wanted != row.wanted:  # a sale was noted meanwhile: is it in what was read?
                    self._teller.again(row, dt.timedelta(seconds=marking.CLOCK), look=True)
                elif items[row.pk] not in shown.units:
                    self._teller.refused(row, ABSENT)
                else:
                    self._keep(row, shown.units[items[row.pk]], shown.at)

    def _keep(self, row: StockNumber, units: int | None, at: dt.datetime) -> None:
        likely = _likely(row)
        unexplained = units is not None and bool(likely) and units not in likely
        if units is not None and unexplained and units != row.looked and units < max(likely) and self._orders_come():
            # Sold there, and the order is not here yet, most likely: it will explain the difference.
            self._teller.again(row, CONFIRM, looked=units, look=True)
            return
        if unexplained and row.checking:
            StockChannel.across.filter(pk=self._channel.pk).update(differed=F("differed") + 1)
        values: dict[str, Any] = {"shown": units, "shown_at": at, "look": False, "looked": None, "moving": None}
        if units is None:  # it is not counted there; whether it shall be is seen next
            values["endless"] = self._channel.moves
        elif row.endless:
            values["endless"] = False
        StockNumber.across.filter(pk=row.pk, attempts=row.attempts).update(**values)

    def _orders_come(self) -> bool:
        integration = self._channel.integration
        return integration.flows.get("orders") == Direction.PULL and "orders" in lifecycle.running(integration)


def _likely(row: StockNumber) -> set[int]:
    """Return what a channel may show that did what is known here, with a change that may have arrived or not."""
    if row.shown is None:
        return set()
    return {row.shown, row.shown + (row.moving or 0)}


def _read(items: Sequence[StockItem], client: Client) -> Shown:
    if isinstance(client, MovesStock):
        return client.stocks_of(items)
    if not isinstance(client, TakesStock):
        raise Unable(client, "TakesStock")
    shown: dict[StockItem, int | None] = {}
    for item in items:
        try:
            shown[item] = client.stock_of(item)
        except OutsideFailed as failed:
            if failed.kind is not Kind.RECORD:
                raise
    return Shown(database_now(), shown)


def _find(skus: Sequence[str], client: Client) -> Mapping[str, str]:
    if isinstance(client, KnowsSkus):
        return client.ids_of(skus)
    if not isinstance(client, SellsProducts):
        return {}
    found = ((sku, client.find_product(sku)) for sku in skus)
    return {sku: told[0] for sku, told in found if told}
