"""Pools with small limits, so that what must be stopped is stopped soon."""

from collections.abc import Callable, Iterator

import pytest

from automations.scripting.contract import CodeRequest, CodeResult, Kind
from automations.scripting.limits import Limits
from automations.scripting.pool import Pool

NOW = "2026-03-04T05:06:07Z"
PATIENT = Limits(filter_ms=100, action_ms=100, losses_per_minute=100_000, grace_ms=5_000)
# Little memory and plenty of time: here it is memory that runs out first.
SMALL = Limits(filter_ms=5_000, action_ms=5_000, heap_mb=16, child_memory_mb=160, losses_per_minute=100_000)

Run = Callable[..., list[CodeResult]]


def request(source: str, *entities: bytes, kind: Kind = "filter", key: str = "org:rule:1:filter") -> CodeRequest:
    return CodeRequest(key, source, kind, entities or (b'{"total": 150}',), NOW)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    pool = Pool(PATIENT)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def small_pool() -> Iterator[Pool]:
    pool = Pool(SMALL)
    yield pool
    pool.close()


@pytest.fixture
def run(pool: Pool) -> Run:
    """Run one piece of code on some records."""

    def run(source: str, *entities: bytes, kind: Kind = "filter", key: str = "org:rule:1:filter") -> list[CodeResult]:
        return pool.run([request(source, *entities, kind=kind, key=key)])[0]

    return run
