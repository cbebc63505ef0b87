"""Orders are pulled from a real (local) store over HTTP."""

import datetime as dt

import pytest
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.kit.windows import FAR_EVERY
from integrations.models import Call, FlowState, Integration, SyncRun
from integrations.sync import pull
from orders.exceptions import settle
from orders.lifecycle import edits
from orders.models import Order, OrderException
from portal.events.models import Event
from portal.kit.clock import database_now
from portal.kit.models import Bell
from tests.integrations.conftest import TESTER, order_numbers, reread, run_flow, state_of

pytestmark = pytest.mark.django_db


def test_an_order_placed_in_the_store_is_here_after_one_pull(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order(comments="Ring twice")
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.updated, outcome.refused) == (1, 0, 0)
    order = Order.across.get()
    assert (order.ext_order_id, order.ext_order_api_id) == (placed["id"], str(placed["internalId"]))
    assert order.status == "new"
    assert order.content["orderNote"] == "Ring twice"
    assert float(order.total) == placed["total"]
    assert order.source_doc["id"] == placed["id"]


def test_a_second_pull_brings_nothing_twice(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_orders(3)
    run_flow(integration)
    again = run_flow(integration)
    assert again is not None
    assert (again.created, again.updated, again.unchanged, again.is_news) == (0, 0, 3, False)
    assert Order.across.count() == 3


def test_an_order_changed_in_the_store_is_changed_here(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    run_flow(integration)
    sandbox.store.orders.update(placed["id"], {"orderComments": "Leave it at the door"})
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.updated) == (0, 1)
    assert Order.across.get().content["orderNote"] == "Leave it at the door"


def test_an_order_canceled_in_the_store_is_canceled_here(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    run_flow(integration)
    sandbox.store.orders.update(placed["id"], {"paymentStatus": "CANCELLED"})
    run_flow(integration)
    assert Order.across.get().status == "canceled"


def test_an_order_deleted_in_the_store_is_marked_here(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    run_flow(integration)
    sandbox.store.orders.delete(placed["id"])
    outcome = run_flow(integration)
    assert outcome is not None
    assert outcome.deleted == 1
    assert Order.across.get().deleted_at is not None


def test_three_pages_are_read_to_the_end(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_orders(230)
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.pages) == (230, 3)


def test_a_window_that_holds_thousands_is_read_in_pieces(
    integration: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.kit.paging.SLICE", 50)
    monkeypatch.setattr("integrations.kit.paging.LONG", 10)
    start = int(reread(integration).enabled_at.timestamp())  # type: ignore[union-attr]
    sane = sandbox.place_order()
    records = [
        sane | {"id": f"X{n}", "internalId": 900_000 + n, "createTimestamp": start + n, "updateTimestamp": start + n}
        for n in range(300)
    ]
    sandbox.set_fault("clock_skew", seconds=400)
    sandbox.seed_orders(records)
    outcome = run_flow(integration)
    assert outcome is not None
    assert outcome.created == 301


def _shown_late(sandbox: Sandbox, name: str) -> None:
    """Have the store show an order only now that was placed five minutes ago."""
    sane = sandbox.place_order()
    at = sane["createTimestamp"] - 300
    late = {"id": name, "internalId": 900_000 + len(name), "createTimestamp": at, "updateTimestamp": at}
    sandbox.seed_orders([sane | late])


def test_an_order_that_the_store_shows_late_is_read_by_a_look_that_goes_far_back(
    integration: Integration, sandbox: Sandbox
) -> None:
    Integration.across.filter(pk=integration.pk).update(sync_from=database_now() - dt.timedelta(hours=1))
    sandbox.place_order()
    run_flow(integration)
    _shown_late(sandbox, "LATE")
    run_flow(integration)
    assert "LATE" not in order_numbers(integration), "Most looks go back for half a minute."
    state = state_of(integration)
    FlowState.objects.filter(pk=state.pk).update(cursor=state.cursor | {"far_at": state.cursor["far_at"] - FAR_EVERY})
    run_flow(integration)
    assert "LATE" in order_numbers(integration)
    _shown_late(sandbox, "ASKED")
    lifecycle.sync_now(integration)
    run_flow(integration)
    assert "ASKED" in order_numbers(integration), "A person who asks for a look gets a whole one."


def test_orders_from_before_the_integration_was_enabled_are_left_out(
    integration: Integration, sandbox: Sandbox
) -> None:
    placed = sandbox.place_order()
    old = placed | {"id": "OLD1", "internalId": 77, "createTimestamp": placed["createTimestamp"] - 86_400}
    sandbox.seed_orders([old])
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.left_out) == (1, 1)
    assert order_numbers(integration) == [placed["id"]]


def test_an_order_that_was_shipped_before_we_saw_it_is_left_out(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    sandbox.store.orders.update(placed["id"], {"fulfillmentStatus": "SHIPPED"})
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.left_out) == (0, 1)


def test_an_unpaid_order_is_kept_as_a_draft(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_order(payment_status="AWAITING_PAYMENT")
    run_flow(integration)
    assert Order.across.get().status == "draft"


def test_a_draft_that_is_paid_becomes_new_and_the_rules_hear_of_it(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order(payment_status="AWAITING_PAYMENT")
    run_flow(integration)
    sandbox.store.orders.update(placed["id"], {"paymentStatus": "PAID"})
    run_flow(integration)
    order = Order.across.get()
    assert (order.status, order.content["paymentStatus"]) == ("new", "paid")
    assert Event.across.filter(name="order.created", entity_id=order.pk, entity_version=order.version).count() == 1


def test_a_draft_that_a_person_made_stays_one(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    run_flow(integration)
    edits.move(Order.across.get().pk, "draft", by=TESTER)
    sandbox.store.orders.update(placed["id"], {"orderComments": "Hello"})
    run_flow(integration)
    order = Order.across.get()
    assert (order.status, order.content["orderNote"]) == ("draft", "Hello")


@pytest.mark.parametrize(
    "kind",
    ["missing_id", "wrong_types", "negative_quantity", "bad_dates", "huge_numbers", "nan", "lone_surrogates",
     "null_characters", "not_an_object", "null"],
)  # fmt: skip
def test_a_broken_order_is_refused_by_name_and_the_rest_of_its_page_is_taken(
    integration: Integration, sandbox: Sandbox, kind: str
) -> None:
    first = sandbox.place_order()
    sandbox.spoil(kind)
    last = sandbox.place_order()
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.refused) == (2, 1)
    assert set(order_numbers(integration)) == {first["id"], last["id"]}
    problem = OrderException.across.get(type="record_refused")
    assert problem.raw
    assert settle.retry(problem, by=TESTER) == 1  # taken again it does not fit still: a new exception says so
    assert [one.state for one in OrderException.across.order_by("pk")] == ["resolved", "active"]
    assert state_of(integration).cursor["position"] >= last["updateTimestamp"]


def test_an_order_of_ten_megabytes_is_refused_by_its_number(integration: Integration, sandbox: Sandbox) -> None:
    first = sandbox.place_order()
    sandbox.spoil("huge_body")
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.refused) == (1, 1)
    assert order_numbers(integration) == [first["id"]]
    assert "10 MB" in OrderException.across.get(type="record_refused").message


def test_an_order_of_two_thousand_lines_is_taken(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.spoil("many_lines")
    outcome = run_flow(integration)
    assert outcome is not None
    assert (outcome.created, outcome.refused) == (1, 0)
    assert Order.across.get().line_count == 2_000


def test_a_refused_order_is_told_once_and_not_with_every_look(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.spoil("nan")
    run_flow(integration)
    again = run_flow(integration)
    assert again is not None
    assert again.refused == 0
    assert OrderException.across.get(type="record_refused").times == 1


def test_an_unknown_currency_refuses_the_orders_and_taking_it_back_takes_them(
    integration: Integration, sandbox: Sandbox
) -> None:
    placed = sandbox.place_order()
    sandbox.set_fault("unknown_currency", currency="XQQ")
    run_flow(integration, "locations")
    refused = run_flow(reread(integration))
    assert refused is not None
    assert (refused.created, refused.refused) == (0, 1)
    sandbox.clear_faults()
    run_flow(integration, "locations")
    taken = run_flow(reread(integration))
    assert taken is not None
    assert taken.created == 1
    assert OrderException.across.filter(state="active").count() == 0
    assert order_numbers(integration) == [placed["id"]]


def test_the_store_whose_clock_is_wrong_loses_no_order(integration: Integration, sandbox: Sandbox) -> None:
    for seconds in (0, 300, -300):
        sandbox.set_fault("clock_skew", seconds=seconds)
        sandbox.place_order()
        run_flow(integration)
    assert Order.across.count() >= 2


def test_an_order_that_search_shows_late_is_not_missed(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.set_fault("index_lag", seconds=100)
    late = sandbox.place_order()
    run_flow(integration)
    assert order_numbers(integration) == []
    sandbox.set_fault("clock_skew", seconds=200)
    run_flow(integration)
    assert order_numbers(integration) == [late["id"]]


def test_an_order_that_search_shows_after_a_newer_one_is_not_missed(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.set_fault("index_lag", seconds=200)
    older = sandbox.place_order()
    sandbox.clear_faults()
    sandbox.set_fault("clock_skew", seconds=100)
    newer = sandbox.place_order()
    run_flow(integration)
    assert order_numbers(integration) == [newer["id"]]
    sandbox.set_fault("clock_skew", seconds=300)
    run_flow(integration)
    assert order_numbers(integration) == [newer["id"], older["id"]]


def test_quiet_looks_at_the_gate_leave_no_trace(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_order()
    run_flow(integration)
    calls, runs = Call.objects.count(), SyncRun.objects.count()
    cursor = state_of(integration).cursor | {"gate_at": 0}
    FlowState.objects.filter(integration=integration, flow="orders").update(
        next_at=Now(), last_full_at=Now(), cursor=cursor
    )
    FlowState.objects.filter(integration=integration, flow="locations").update(lease_until=None, state="parked")
    assert pull.run_due() == 1
    assert (Call.objects.count(), SyncRun.objects.count()) == (calls, runs)
    assert sandbox.ledger()[-1]["path"].endswith("/latest-stats")


def test_between_two_flows_other_work_goes_first(integration: Integration, sandbox: Sandbox) -> None:
    flows = FlowState.objects.filter(integration=integration, flow__in=("orders", "locations"))
    due = flows.filter(state="pending", next_at__lte=Now())
    flows.update(next_at=Now())
    Bell.objects.create(name="deliveries", queued_at=Now() - dt.timedelta(seconds=2))
    assert (pull.run_due(), due.count()) == (1, 1)
    Bell.objects.update(queued_at=None)
    assert (pull.run_due(), due.count()) == (1, 0)


def test_no_call_in_the_log_holds_the_token(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.set_fault("revoked")
    run_flow(integration)
    text = " ".join(f"{call.url} {call.error}" for call in Call.objects.all())
    assert text
    assert sandbox.private_token not in text
