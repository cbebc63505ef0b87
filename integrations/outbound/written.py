"""Knowing our own writes again when a channel reports them back as changes of an order.

What is about to be written is noted before the call that writes it. A report that shows that very value brings
nothing new; whatever else it shows is the channel's. Values are compared, never clocks: a change that the shop makes
at the same moment comes through.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from integrations.models import Integration, Written
from orders.documents import columns
from orders.records.order import OrderRecord
from portal.entities import patch
from portal.kit.json import Json

KEPT_DAYS = 7


class Announcer:
    """What a client calls right before it sets fields of an order: with their new values by path."""

    def __init__(self, integration: Integration, order_api_id: str) -> None:
        self._integration = integration
        self._order = order_api_id
        self._made: list[Written] = []
        self._waiting: list[Written] | None = None

    def __call__(self, values: Json) -> None:
        """Note values that are about to be written."""
        rows = [
            Written(integration=self._integration, order_api_id=self._order, path=path, value=value)
            for path, value in values.items()
        ]
        self._made += rows
        if self._waiting is None:
            Written.objects.bulk_create(rows)
        else:
            self._waiting += rows

    def take_back(self) -> None:
        """Forget what was noted: the other side has refused, so whoever sets such a value now is not us."""
        Written.objects.filter(pk__in=[row.pk for row in self._made]).delete()

    def wait(self, together: list[Written] | None) -> None:
        """Have what is noted from now on wait in a list; with none, write each note at once."""
        self._waiting = together


@contextmanager
def together(announcers: Sequence[Announcer]) -> Iterator[None]:
    """Write down by one statement at the end what is announced within the block; no call that writes may be in it."""
    rows: list[Written] = []
    for one in announcers:
        one.wait(rows)
    try:
        yield
    finally:
        for one in announcers:
            one.wait(None)
        Written.objects.bulk_create(rows)


def came_back(integration: Integration, records: Iterable[OrderRecord]) -> dict[str, Json]:
    """Return which values of the records were set by us, by the order's API ID and the path, and expect them no more.

    Call it in the transaction that takes the records in. A value that comes back ends the wait for those that were
    set before it: the other side may have shown only the last.
    """
    told = {one.ext_order_api_id: one for one in records}
    rows = Written.objects.filter(integration=integration, order_api_id__in=list(told)).order_by("pk")
    found: dict[str, Json] = {}
    over: dict[tuple[str, str], int] = {}
    documents: dict[str, Json] = {}
    for row in rows:
        if row.order_api_id not in documents:
            documents[row.order_api_id] = columns.content(told[row.order_api_id])
        document = documents[row.order_api_id]
        if patch.read(document, row.path) == row.value:
            found.setdefault(row.order_api_id, {})[row.path] = row.value
            over[row.order_api_id, row.path] = row.pk
    ended = [row.pk for row in rows if row.pk <= over.get((row.order_api_id, row.path), 0)]
    if ended:
        Written.objects.filter(pk__in=ended).delete()
    return found


def clear_old() -> int:
    """Forget what never came back: the write had not reached the other side. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integrations_written WHERE at < clock_timestamp() - %s * interval '1 day'", [KEPT_DAYS]
        )
        return int(cursor.rowcount)
