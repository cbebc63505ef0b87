"""How long a flow rests: its own pace, longer after a long run, and longest where that run has brought nothing."""

import datetime as dt

import pytest

from integrations.models import FlowState, Integration
from integrations.sync.settle import _pause_until_next


@pytest.mark.parametrize(
    ("took", "news", "rests"), [(0.1, True, 5), (0.1, False, 5), (10.0, True, 30), (10.0, False, 90)]
)
def test_a_flow_rests_by_what_it_cost_and_brought(took: float, news: bool, rests: int) -> None:
    state = FlowState(integration=Integration(connector="ecwid"), flow="orders")
    assert _pause_until_next(state, took, news=news) == dt.timedelta(seconds=rests)
