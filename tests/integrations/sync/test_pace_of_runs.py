"""How long a flow rests: half as long where something came in, longer after a long run over what was known."""

import datetime as dt

import pytest

from integrations.models import FlowState, Integration
from integrations.sync.outcome import RUSH, Outcome
from integrations.sync.settle import _pause_until_next


@pytest.mark.parametrize(
    ("took", "outcome", "rests"),
    [
        (0.1, Outcome(), 5),
        (0.1, Outcome(unchanged=3), 5),
        (0.1, Outcome(created=1), 2.5),
        (0.1, Outcome(created=RUSH - 1), 2.5),
        (0.1, Outcome(created=RUSH - 1, updated=1), 1.25),
        (10.0, Outcome(created=100), 1.25),
        (10.0, Outcome(created=RUSH, unchanged=50), 5),
        (10.0, Outcome(created=RUSH, unchanged=3 * RUSH), 7.5),
        (10.0, Outcome(created=RUSH - 1, unchanged=RUSH - 1), 25),
        (10.0, Outcome(unchanged=100), 40),
        (10.0, Outcome(), 40),
    ],
)
def test_a_flow_rests_by_what_it_cost_and_brought(took: float, outcome: Outcome, rests: float) -> None:
    state = FlowState(integration=Integration(connector="ecwid"), flow="orders")
    assert _pause_until_next(state, took, outcome) == dt.timedelta(seconds=rests)


def test_what_is_told_as_a_whole_is_not_asked_for_sooner() -> None:
    state = FlowState(integration=Integration(connector="shipbob"), flow="inventory")
    assert _pause_until_next(state, 0.1, Outcome(updated=5)) == dt.timedelta(seconds=300)
