"""An integration is locked before its flows, whoever works on both: a run that ends, or a person."""

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from integrations import lifecycle
from integrations.kit.errors import LOCKED, OutsideFailed
from integrations.models import FlowState, Integration
from integrations.sync import pull, settle
from integrations.sync.outcome import Outcome
from portal.kit import claims
from portal.kit.claims import Claim
from tests.integrations.conftest import TESTER, reread, state_of

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
ENDS: dict[str, Callable[[FlowState, Claim], None]] = {
    "done": lambda state, taken: settle.done(state, taken, Outcome(created=1), seconds=0),
    "failed": lambda state, taken: settle.failed(state, taken, OutsideFailed(LOCKED, message=""), seconds=0),
}


def _until_somebody_waits() -> None:
    ends = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            row = cursor.fetchone()
            if row and row[0]:
                return
    raise AssertionError("Nobody waits for the integration.")


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
        _until_somebody_waits()
        FlowState.objects.select_for_update(nowait=True).get(pk=taken.id)
        lifecycle.save_flows(integration, {"orders": "disabled"}, by=TESTER)
    thread.join(timeout=20)
    assert raised == []
    assert (reread(integration).flows["orders"], state_of(integration).state) == ("disabled", "pending")
