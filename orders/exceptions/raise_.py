"""Raising and closing exceptions: at the failure, in its transaction, once per cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from orders.exceptions.catalogue import exception_types
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.kit.ids import new_public_id


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for whom it concerns."""

    type: str
    organization_id: int
    cause_key: str
    """Same type and key: the same problem, met again."""
    title: str
    message: str
    cure: str = ""
    entity_type: str = ""
    entity_id: int | None = None
    entity_label: str = ""
    raw: bytes | None = None


def raise_exceptions(problems: Sequence[Problem]) -> None:
    """Write exceptions; one that is active already is counted up and told anew.

    Raises portal.kit.registry.Unknown for a type that nobody declared.
    """
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, [_values(one) for one in problems])


def _values(one: Problem) -> tuple[Any, ...]:
    declared = exception_types.get(one.type)
    return (
        one.organization_id, new_public_id(), one.type, declared.category, one.cause_key[:300], one.entity_type,
        one.entity_id, one.entity_label[:300], one.title[:300], one.message, one.cure or str(declared.cure), one.raw,
    )  # fmt: skip


_UPSERT = """
INSERT INTO orders_orderexception
    (organization_id, public_id, type, category, cause_key, entity_type, entity_id, entity_label, title, message,
     cure, raw, state, times)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'active', 1)
ON CONFLICT (organization_id, type, cause_key) WHERE state = 'active'
DO UPDATE SET times = orders_orderexception.times + 1, last_seen_at = now(), message = excluded.message,
              title = excluded.title, cure = excluded.cure, raw = coalesce(excluded.raw, orders_orderexception.raw)
"""
"""An exception that is active already is the same one, met again."""


def close(
    organization_id: int, type_key: str, *, cause_key: str | None = None, by: Actor, state: str = "resolved"
) -> int:
    """Close active exceptions of a type, all of them or those of one cause. Returns how many."""
    rows = OrderException.across.filter(organization_id=organization_id, type=type_key, state="active")
    if cause_key is not None:
        rows = rows.filter(cause_key=cause_key[:300])
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (at,) = cursor.fetchone() or (None,)
    return rows.update(state=state, closed_at=at, closed_by=by.name)
