"""600 calls a minute, and what happens to those who do not listen."""

from collections.abc import Iterator

import pytest

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from tests.integrations.connectors.ecwid.sandbox.conftest import Caller, Clock


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with serve(clock=clock, rate_limit=5) as running:
        yield running


def statuses(api: Caller, count: int) -> list[int]:
    return [api.send("GET", "latest-stats").status_code for _ in range(count)]


def test_the_call_after_the_limit_is_told_when_the_minute_is_over(api: Caller, clock: Clock) -> None:
    assert statuses(api, 5) == [200] * 5
    clock.forward(20)
    answer = api.send("GET", "latest-stats")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
    clock.forward(40)
    assert statuses(api, 1) == [200]


def test_each_token_has_a_limit_of_its_own(sandbox: Sandbox, api: Caller) -> None:
    assert statuses(api, 6) == [200] * 5 + [429]
    assert statuses(Caller(api.root, sandbox.issue_token()), 1) == [200]


def test_going_on_while_blocked_makes_the_block_long(api: Caller, clock: Clock) -> None:
    assert statuses(api, 6)[-1] == 429
    statuses(api, 20)
    assert api.send("GET", "latest-stats").headers["Retry-After"] == "600"
    clock.forward(599)
    assert statuses(api, 1) == [429]


def test_a_dead_token_is_blocked_when_it_keeps_calling(sandbox: Sandbox, api: Caller) -> None:
    sandbox.revoke_tokens()
    assert statuses(api, 21) == [403] * 20 + [429]
