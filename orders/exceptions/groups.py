"""Exceptions by what they share: the groups, what one of them means, and what became of curing it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from orders.exceptions.catalogue import exception_types, retry_of
from orders.exceptions.clear import over
from orders.models import ExceptionWork, ExceptionWorkItem, OrderException
from portal.kit.text import fold
from portal.tenancy.models import Organization

MOST = 100
"""So many groups are shown: the largest ones."""


@dataclass(frozen=True, slots=True)
class Group:
    """Active exceptions of one type that share their cause. Snoozed ones rest, and are counted apart."""

    type: str
    shared: str
    count: int
    snoozed: int
    oldest: dt.datetime
    newest: dt.datetime
    value: tuple[tuple[Decimal, str], ...] = ()
    """What the orders are worth that it concerns, by currency."""


def _active(organization: Organization) -> QuerySet[OrderException]:
    rows = cast("QuerySet[OrderException]", OrderException.objects.within(organization))
    return rows.filter(state=OrderException.State.ACTIVE)


def groups(organization: Organization, types: Sequence[str] | None = None) -> list[Group]:
    """Return the largest groups, those of some `types` only where they are given: two queries."""
    rows = _active(organization) if types is None else _active(organization).filter(type__in=types)
    counted = (
        rows.order_by()
        .values("type", "shared_folded")
        .annotate(
            n=Count("*"), rests=Count("snoozed_until"), text=Max("shared"), oldest=Min("created_at"),
            newest=Max("last_seen_at"),
        )
        .order_by("-n", "type", "shared_folded")[:MOST]
    )  # fmt: skip
    found = list(counted)
    worth = _worth(organization, [(one["type"], one["shared_folded"] or "") for one in found])
    return [
        Group(
            one["type"], one["text"], one["n"] - one["rests"], one["rests"], one["oldest"], one["newest"],
            worth.get((one["type"], one["shared_folded"] or ""), ()),
        )
        for one in found
    ]  # fmt: skip


def group(organization: Organization, type_key: str, shared: str) -> Group | None:
    """Return one group by type and cause; None where nothing of it is active."""
    told = members(organization, type_key, shared).aggregate(
        n=Count("*"), rests=Count("snoozed_until"), oldest=Min("created_at"), newest=Max("last_seen_at"),
        text=Max("shared"),
    )  # fmt: skip
    if not told["n"]:
        return None
    worth = _worth(organization, [(type_key, fold(shared))]).get((type_key, fold(shared)), ())
    return Group(
        type_key, told["text"], told["n"] - told["rests"], told["rests"], told["oldest"], told["newest"], worth
    )


def members(organization: Organization, type_key: str, shared: str) -> QuerySet[OrderException]:
    """Return the active exceptions of a group."""
    rows = _active(organization).filter(type=type_key)
    return rows.filter(shared_folded=fold(shared)) if shared else rows.filter(shared="")


def _worth(
    organization: Organization, wanted: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[tuple[Decimal, str], ...]]:
    """Return the sum of the orders of groups, each order once in its group, by currency."""
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WORTH, [[one[0] for one in wanted], [one[1] for one in wanted], organization.pk])
        rows = cursor.fetchall()
    found: dict[tuple[str, str], list[tuple[Decimal, str]]] = {}
    for kind, shared, currency, total in rows:
        found.setdefault((kind, shared), []).append((total, currency))
    return {key: tuple(sums[:3]) for key, sums in found.items()}


_WORTH = """
SELECT kind, cause, currency, sum(total) FROM (
    SELECT DISTINCT n.kind, n.cause, o.id, o.currency, o.total
    FROM unnest(%s::text[], %s::text[]) AS n(kind, cause)
    JOIN orders_orderexception x ON x.organization_id = %s AND x.state = 'active' AND x.type = n.kind
        AND coalesce(x.shared_folded, '') = n.cause
    JOIN orders_order o ON x.entity_type = 'order' AND o.id = x.entity_id AND o.total IS NOT NULL) AS once
GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One exception of a piece of work, and what became of it."""

    exception: OrderException
    outcome: str
    """`waiting`, `left`, `done`; of what was tried again `cleared`, `again` or `trying`."""
    why: str


def results(work: ExceptionWork) -> list[Result]:
    """Return what became of each exception of a piece of work."""
    rows = ExceptionWorkItem.objects.within(work.organization).filter(work=work).order_by("id")
    items = list(rows.select_related("exception").defer("exception__raw", "exception__facets"))
    tried = [one.exception for one in items if work.act == "retry" and one.outcome == "done"]
    again, gone = _raised_again(tried), _over(tried)
    return [_result(one, work.act == "retry", again, gone) for one in items]


def _result(one: ExceptionWorkItem, retried: bool, again: Mapping[int, str], gone: set[int]) -> Result:
    exception = one.exception
    if not retried or one.outcome != "done":
        return Result(exception, one.outcome, one.why)
    if exception.pk in again:
        return Result(exception, "again", again[exception.pk])
    return Result(exception, "cleared" if exception.pk in gone else "trying", "")


def _raised_again(tried: Iterable[OrderException]) -> dict[int, str]:
    """Return of exceptions that were tried again and failed: why, as the one that was raised then says."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [[one.pk for one in tried]])
        return dict(cursor.fetchall())


_AGAIN = """
SELECT x.id, y.message FROM orders_orderexception x
JOIN orders_orderexception y ON y.organization_id = x.organization_id AND y.type = x.type
    AND y.cause_key = x.cause_key AND y.state = 'active'
WHERE x.id = ANY(%s)
"""


def _over(tried: Sequence[OrderException]) -> set[int]:
    """Return the exceptions whose cause is over; of types that cannot tell, all that were not raised again."""
    found: set[int] = set()
    for kind in {one.type for one in tried}:
        ids = [one.pk for one in tried if one.type == kind]
        gone, cure = exception_types.get(kind).gone if kind in exception_types else "", retry_of(kind)
        found.update(ids if not gone or (cure is not None and cure.at_once) else over(kind, ids))
    return found
