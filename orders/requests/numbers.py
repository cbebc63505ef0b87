"""What shipping requests are called: “#1001” for the first of an order, then “#1001.2”, “#1001.3” (behaviour.md 2.2).

A number is unique in the organization, and is never used a second time: warehouses tell requests apart by it,
and one that was canceled may still come back as shipped. The second order of the same number, which another store
has, begins with “#1001-2”.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection
from django.db.models import Max, Q

from orders.models import Order, ShippingRequest

MOST = 280
"""Characters of an order's number that a request takes over; the rest of the column is for what stands behind it."""
_TRIES = 30


def numbers(orders: Sequence[Order], counts: Mapping[int, int]) -> dict[int, list[tuple[int, str]]]:
    """Return ordinal and number of the next requests of orders that the caller has locked: so many for each."""
    known = _known(orders)
    _queue(orders)
    names = {order.pk: set(_names(order, counts, known, 0)) for order in orders}
    wanted = Counter(name for some in names.values() for name in some)
    taken = _taken(set(wanted))
    doubtful = [order for order in orders if any(one in taken or wanted[one] > 1 for one in names[order.pk])]
    if doubtful:  # nearly always the first choice of each is free
        taken |= _taken({name for order in doubtful for name in _names(order, counts, known, _TRIES)})
    return {order.pk: list(_next(order, counts[order.pk], *known.get(order.pk, (0, "")), taken)) for order in orders}


def _names(
    order: Order, counts: Mapping[int, int], known: Mapping[int, tuple[int, str]], tries: int
) -> Iterator[tuple[int, str]]:
    """Yield what the next requests of an order might be called; with no tries the first choice of each alone."""
    last, first = known.get(order.pk, (0, ""))
    most = counts[order.pk] + tries
    if first:
        names = [f"{first}.{number}" for number in range(last + 1, last + 1 + most)]
    else:
        begins = _begins(order)[: tries + 1]
        names = [*begins, *(f"{begin}.{number}" for begin in begins for number in range(2, most + 1))]
    yield from ((order.organization_id, name) for name in names)


def _begins(order: Order) -> list[str]:
    base = order.ext_order_id[:MOST]
    return [base, *(f"{base}-{number}" for number in range(2, _TRIES))]


def _known(orders: Sequence[Order]) -> dict[int, tuple[int, str]]:
    """Return the last ordinal of each order that has requests, and what its first one is called."""
    rows = ShippingRequest.across.filter(order__in=orders).order_by().values_list("order_id")
    found = rows.annotate(last=Max("ordinal"), first=Max("ext_shipment_id", filter=Q(ordinal=1)))
    return {order_id: (last, first or "") for order_id, last, first in found}


def _next(order: Order, count: int, last: int, first: str, taken: set[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    number = last + 1
    for ordinal in range(last + 1, last + 1 + count):
        if not first:
            name = first = _free(_begins(order), order, taken)
            number = 2
        else:
            name = _free((f"{first}.{n}" for n in range(number, number + _TRIES)), order, taken)
            number = int(name.rpartition(".")[2]) + 1
        taken.add((order.organization_id, name))
        yield ordinal, name


def _free(names: Iterable[str], order: Order, taken: set[tuple[int, str]]) -> str:
    for name in names:
        if (order.organization_id, name) not in taken:
            return name
    raise ValueError(f"No number is left for a shipping request of {order.ext_order_id}.")


def _taken(names: set[tuple[int, str]]) -> set[tuple[int, str]]:
    rows = ShippingRequest.across.filter(
        organization_id__in={one for one, _ in names}, ext_shipment_id__in={name for _, name in names}
    )
    return set(rows.values_list("organization_id", "ext_shipment_id"))


def _queue(orders: Sequence[Order]) -> None:
    """Let those wait for each other whose orders have the same number; all others need not."""
    same = Order.across.filter(
        organization_id__in={order.organization_id for order in orders},
        number_folded__in={order.number_folded for order in orders},
    ).exclude(pk__in=[order.pk for order in orders])
    names = sorted(f"{one}:{number}" for one, number in set(same.values_list("organization_id", "number_folded")))
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.request_number'), hashtext(%s))", [name])
