"""The records that exceptions keep as they came, read a few at a time: one may be large."""

from collections.abc import Iterator, Sequence

from orders.models import OrderException

FEW = 25


def kept_records(exceptions: Sequence[OrderException]) -> Iterator[tuple[OrderException, bytes]]:
    """Yield each exception with the record that it keeps; empty where it keeps none. A query for every `FEW`."""
    for start in range(0, len(exceptions), FEW):
        some = exceptions[start : start + FEW]
        found = dict(OrderException.across.filter(pk__in=[one.pk for one in some]).values_list("pk", "raw"))
        for one in some:
            yield one, bytes(found.get(one.pk) or b"")
