"""Whether this machine can hold users' code in: proved by code that tries to break out of its limits."""

import queue
from typing import TYPE_CHECKING

from automations.scripting.contract import CodeRequest, SelfTest
from automations.scripting.worker import NotStarted

if TYPE_CHECKING:
    from automations.scripting.pool import Pool

NOW = "2000-01-01T00:00:00Z"
SOURCES = {
    "timeout": "for (;;) {}",
    "memory": "const all = []; for (;;) all.push({ a: [1, 2, 3] })",
    "ok": "return true",
}
TRIES = 3
"""A child that dies by another hand (the system may be short of memory) is no proof against the machine."""


def prove(pool: "Pool") -> SelfTest:
    """Return whether a loop and a memory bomb are stopped in this pool, and work goes on after them."""
    tested = _prove(pool)
    for _ in range(TRIES - 1):
        if tested.ok:
            break
        tested = _prove(pool)
    return tested


def _prove(pool: "Pool") -> SelfTest:
    try:
        with pool.child() as worker:
            fences = worker.fences
    except (NotStarted, queue.Empty) as error:
        return SelfTest(False, str(error))
    for wanted, source in SOURCES.items():
        got = pool.answer(CodeRequest(f"self-test:{wanted}", source, "filter", [b"{}"], NOW))[0]
        stopped = got.status == wanted or (wanted == "memory" and got.status == "timeout")
        if not stopped:
            why = f"Code that should have ended as “{wanted}” ended as “{got.status}”: {got.error}"
            return SelfTest(False, why, fences)
    return SelfTest(True, None, fences)
