"""How fast holds end: all at the same instant, and spread over a minute; by the real worker."""

from django.db import connection

from bench import database
from bench.table import Figure
from bench.workers import until, worker

GOAL_TOGETHER = 15.0
GOAL_LAG = 2.0
SPREAD = 60
_LEAD = 5
"""Seconds in which the due times are written before the first of them comes."""
_FAR = "2999-01-01T00:00:00Z"


def measure(count: int) -> list[Figure]:
    """Measure on `count` orders that are on hold, with one open hold each."""
    with worker():
        together = _release(count, 0)
        spread = _release(count, SPREAD)
    return [
        Figure(
            f"{count:,} holds due at the same instant: all released after",
            f"{together['last']:.1f} s",
            f"within {GOAL_TOGETHER:.0f} s",
            together["last"] <= GOAL_TOGETHER,
        ),
        Figure(
            f"{count:,} holds spread over {SPREAD} s: median lag",
            f"{spread['median']:.2f} s",
            f"under {GOAL_LAG:.0f} s",
            spread["median"] < GOAL_LAG,
        ),
        Figure("– 95th percentile, longest", f"{spread['p95']:.2f} s, {spread['last']:.2f} s"),
    ]


def _release(count: int, spread: int) -> dict[str, float]:
    """Let holds come due, wait for the end of the last, and return the lags in seconds."""
    _hold(count, spread)
    until(
        lambda: not database.scalar("SELECT count(*) FROM orders_hold WHERE ended_at IS NULL"),
        "The end of the holds",
        spread + 180,
        look_every=0.25,
    )
    return _lags(count)


def _hold(count: int, spread: int) -> None:
    """Put `count` orders on hold again, due from a few seconds on; every other hold has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("UPDATE orders_order SET status = 'readyForFulfillment', hold_until = NULL")
        cursor.execute("UPDATE orders_hold SET ended_at = placed_at, outcome = 'released'")
        cursor.execute(
            "UPDATE orders_hold SET ended_at = NULL, outcome = '', due_at = %s "
            "WHERE id IN (SELECT id FROM orders_hold ORDER BY id LIMIT %s)",
            [_FAR, count],
        )
        cursor.execute(
            "UPDATE orders_order o SET status = 'onHold', hold_until = h.due_at "
            "FROM orders_hold h WHERE h.order_id = o.id AND h.ended_at IS NULL"
        )
        database.settle()
        cursor.execute(
            "UPDATE orders_hold SET due_at = now() + make_interval(secs => %s + random() * %s) WHERE ended_at IS NULL",
            [_LEAD, spread],
        )
        cursor.execute("RESET statement_timeout")


def _lags(count: int) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), min(lag), percentile_cont(0.5) WITHIN GROUP (ORDER BY lag),
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY lag), max(lag)
            FROM (SELECT extract(epoch FROM ended_at - due_at) AS lag FROM orders_hold WHERE outcome = 'due') l
            """
        )
        found, first, median, p95, last = cursor.fetchone() or (0, 0, 0, 0, 0)
    assert found == count, f"{found} holds ended instead of {count}."
    assert first >= 0, "A hold ended before its time."
    left = database.scalar("SELECT count(*) FROM orders_order WHERE status = 'onHold'")
    assert left == 0, f"{left} orders are still on hold."
    return {"median": float(median), "p95": float(p95), "last": float(last)}
