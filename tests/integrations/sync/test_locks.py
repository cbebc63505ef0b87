"""An integration is locked before its flows, whoever works on both: a run that ends, or a person."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from integrations import lifecycle
from integrations.kit.errors import LOCKED, OutsideFailed
from integrations.models import FlowState, Integration
from integrations.sync import pull, settle
from integrations.sync.outcome import Outcome
from portal.kit import claims
from portal.kit.claims import Claim
from tests.integrations.conftest import TESTER, reread, state_of
from tests.waiting import until_somebody_waits

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
ENDS: dict[str, Callable[[FlowState, Claim], None]] = {
    "done": lambda state, taken: settle.done(state, taken, Outcome(created=1), seconds=0),
    "failed": lambda state, taken: settle.failed(state, taken, OutsideFailed(LOCKED, message=""), seconds=0),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_run_that_ends_holds_no_flow_while_it_waits_for_a_person(integration: Integration, end: str) -> None:
    FlowState.objects.filter(integration=integration).update(next_at=LONG_AGO)
    (taken,) = claims.claim(FlowState, limit=1, lease=pull.LEASE, where="t.flow = 'orders'")
    state = FlowState.objects.select_related("integration").get(pk=taken.id)
    raised: list[BaseException] = []

    def settle_it() -> None:
        try:
            ENDS[end](state, taken)
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=settle_it)
    with transaction.atomic():
        lifecycle.locked(integration)
        thread.start()
        until_somebody_waits(thread)
        FlowState.objects.select_for_update(nowait=True).get(pk=taken.id)
        lifecycle.save_flows(integration, {"orders": "disabled"}, by=TESTER)
    thread.join(timeout=20)
    assert raised == []
    assert (reread(integration).flows["orders"], state_of(integration).state) == ("disabled", "pending")
