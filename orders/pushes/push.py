"""Pushing orders to outside systems: asked for, under way, taken or refused (behaviour.md 8.5).

A push is one row for an order and a system. Asked for again it is the same row, one version on: what is heard of
the version before counts no more. The order itself does not change; its activity tells of each step.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models.functions import Now

from orders.exceptions.raise_ import close
from orders.locks import lock
from orders.models import Order, OrderPush, Source
from orders.pushes.receivers import hand_over
from orders.pushes.told import digest_of
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.kit.text import storable

S = OrderPush.State
OPEN = (S.SUBMITTED, S.PROCESSING)
PROBLEM = "order_not_pushed"
KIND = "order"
"""Of the deliveries that carry pushes: exceptions name them."""
_MOST = 20
"""Failed versions of one push whose exceptions are looked for; nobody tries more often without solving one."""


def key_of(order: Order, source: Source, version: int) -> str:
    """Return the name of one version of a push, unique for ever."""
    return f"order-{order.public_id}-{source.public_id}-{version}"


def push(orders: Mapping[int, Order], sources: Iterable[Source], *, by: Actor) -> dict[int, str]:
    """Push locked orders (with content) to systems. Returns why those stay that cannot be pushed.

    What is under way unchanged is left: it arrives anyway.
    """
    wanted = list(sources)
    left = {pk: "It is deleted." for pk, order in orders.items() if order.deleted_at is not None}
    rows = OrderPush.across.filter(order__in=orders, source__in=wanted)
    known = {(one.order_id, one.source_id): one for one in rows}
    fresh: list[OrderPush] = []
    for pk, order in orders.items():
        if pk in left:
            continue
        digest = digest_of(order)
        going = [one for source in wanted if (one := _next(order, source, digest, known.get((pk, source.pk))))]
        fresh += going
        if not going:
            left[pk] = "It is on its way there already."
    _write(fresh)
    _tell([(one.order, one, "pushed", _words(one)) for one in fresh], by)
    hand_over(fresh)
    return left


def push_one(order_id: int, sources: Sequence[Source], *, by: Actor) -> str:
    """Push one order. Returns why it was not, else nothing."""
    with transaction.atomic():
        return push(lock([order_id]), sources, by=by).get(order_id, "")


def _next(order: Order, source: Source, digest: str, before: OrderPush | None) -> OrderPush | None:
    if before is None:
        return OrderPush(organization_id=order.organization_id, order=order, source=source, digest=digest)
    if before.state in OPEN and before.digest == digest:
        return None
    before.order, before.source = order, source
    before.state, before.times, before.digest, before.reason = S.SUBMITTED, before.times + 1, digest, ""
    return before


def _write(rows: Sequence[OrderPush]) -> None:
    OrderPush.across.bulk_create([one for one in rows if one.pk is None])
    again = [one for one in rows if one.times > 1]
    for one in again:
        one.changed_at = Now()
    OrderPush.across.bulk_update(again, ["state", "times", "digest", "reason", "changed_at"])


def _words(one: OrderPush) -> str:
    return f"Pushed to {one.source.name}{' again' if one.times > 1 else ''}."


def begun(one: OrderPush) -> None:
    """Note that the system has been asked, or has fetched it."""
    mine = OrderPush.across.filter(pk=one.pk, times=one.times, state=S.SUBMITTED)
    mine.update(state=S.PROCESSING, changed_at=Now())


def waits(one: OrderPush, reason: str) -> None:
    """Note why it has not arrived yet; it goes on by itself."""
    mine = OrderPush.across.filter(pk=one.pk, times=one.times, state__in=OPEN)
    mine.update(state=S.SUBMITTED, reason=storable(reason)[:1000], changed_at=Now())


def taken(one: OrderPush, *, number: str, url: str, by: Actor) -> bool:
    """Note that the system has it, and what it calls it. Returns False where that is known, or counts no more."""
    with transaction.atomic():
        order = lock([one.order_id], with_content=False)[one.order_id]
        row = OrderPush.across.select_for_update(of=("self",)).select_related("source").get(pk=one.pk)
        known = row.state == S.COMPLETED and (number in ("", row.number)) and (url in ("", row.url))
        if row.times != one.times or known:
            return False
        row.state, row.reason, row.changed_at = S.COMPLETED, "", Now()
        row.number, row.url = storable(number)[:300] or row.number, storable(url)[:2_000] or row.url
        row.save(update_fields=["state", "reason", "changed_at", "number", "url"])
        called = f" as {row.number}" if row.number else ""
        _tell([(order, row, "pushed", f"Took it{called}.")], by)
        keys = [f"{KIND}:{key_of(order, row.source, n)}" for n in range(max(1, row.times - _MOST), row.times + 1)]
        close(row.organization_id, PROBLEM, cause_key=keys, by=by)
    return True


def refused(one: OrderPush, reason: str, *, by: Actor) -> bool:
    """Note that the system does not take it; whoever calls raises the exception. Returns False where that is known."""
    with transaction.atomic():
        order = lock([one.order_id], with_content=False)[one.order_id]
        row = OrderPush.across.select_for_update(of=("self",)).select_related("source").get(pk=one.pk)
        words = storable(reason)[:1000]
        if row.times != one.times or row.state == S.COMPLETED or (row.state, row.reason) == (S.FAILED, words):
            return False
        OrderPush.across.filter(pk=row.pk).update(state=S.FAILED, reason=words, changed_at=Now())
        _tell([(order, row, "push failed", f"Not pushed to {row.source.name}: {words}")], by)
    return True


def _tell(told: Sequence[tuple[Order, OrderPush, str, str]], by: Actor) -> None:
    record([
        Entry(order.organization_id, "order", order.pk, order.version, by, verb, words)
        for order, _row, verb, words in told
    ])  # fmt: skip
