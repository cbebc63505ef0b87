"""What every connector can do, against its own sandbox. A connector's test module subclasses `Conformance`.

class TestEcwid(Conformance):
    connector = "ecwid"
    ...gives the few methods below that place, change and break things in its sandbox.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations import lifecycle
from integrations.connect import with_token
from integrations.kit import pace
from integrations.models import Call, FlowState, Integration
from integrations.sync import pull
from orders.models import Order, OrderException
from portal.kit import http
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, order_numbers, reread, run_flow, state_of


@pytest.mark.django_db
class Conformance:
    """The suite. Methods that raise NotImplementedError are what a connector has to bring."""

    connector: ClassVar[str]

    def serve(self, settings: Settings) -> Iterator[Any]:
        """Run the sandbox, point the settings at it, and yield it."""
        raise NotImplementedError

    def token(self, store: Any) -> dict[str, str]:
        """Return what a person would type in to connect."""
        raise NotImplementedError

    def place(self, store: Any, count: int = 1) -> list[str]:
        """Place orders; return their numbers for people."""
        raise NotImplementedError

    def change(self, store: Any, number: str) -> None:
        """Change an order, so that the change shows in its document."""
        raise NotImplementedError

    def cancel(self, store: Any, number: str) -> None:
        """Cancel an order."""
        raise NotImplementedError

    def delete(self, store: Any, number: str) -> None:
        """Delete an order."""
        raise NotImplementedError

    def fault(self, store: Any, kind: str, *, times: int | None = None) -> None:
        """Switch a fault on: rate_limited, server_error, slow, cut, duplicates, reordered, revoked, suspended."""
        raise NotImplementedError

    def heal(self, store: Any) -> None:
        """Switch all faults off."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, settings: Settings) -> Iterator[Any]:
        yield from self.serve(settings)

    @pytest.fixture
    def connected(self, organization: Organization, store: Any) -> Integration:
        added = lifecycle.add(organization, self.connector, name="Shop", flows={"orders": "pull"}, by=TESTER)
        return with_token(added, self.token(store), by=TESTER)

    def test_a_good_credential_connects_and_a_bad_one_says_why(
        self, organization: Organization, store: Any, connected: Integration
    ) -> None:
        assert (connected.status, connected.cause) == ("connected", "")
        other = lifecycle.add(organization, self.connector, name="Other", by=TESTER)
        wrong = {key: value[:-4] + "0000" for key, value in self.token(store).items()}
        refused = with_token(other, wrong, by=TESTER)
        assert refused.status == "error"
        assert refused.cause
        assert refused.cure

    def test_orders_come_once_and_in_full(self, store: Any, connected: Integration) -> None:
        placed = self.place(store, 130)
        run_flow(connected)
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)

    def test_changes_cancellations_and_deletions_arrive(self, store: Any, connected: Integration) -> None:
        changed, canceled, deleted = self.place(store, 3)
        run_flow(connected)
        self.change(store, changed)
        self.cancel(store, canceled)
        self.delete(store, deleted)
        run_flow(connected)
        orders = {order.ext_order_id: order for order in Order.across.all()}
        assert orders[changed].version == 2
        assert orders[canceled].status == "canceled"
        assert orders[deleted].deleted_at is not None

    @pytest.mark.parametrize("kind", ["duplicates", "reordered"])
    def test_pages_that_repeat_or_come_in_any_order_lose_nothing(
        self, store: Any, connected: Integration, kind: str
    ) -> None:
        placed = self.place(store, 250)
        self.fault(store, kind)
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)

    @pytest.mark.parametrize("kind", ["server_error", "cut"])
    def test_a_passing_fault_is_tried_again_and_loses_nothing(
        self, store: Any, connected: Integration, kind: str
    ) -> None:
        placed = self.place(store, 3)
        self.fault(store, kind)
        assert run_flow(connected) is None
        state = state_of(connected)
        assert (state.state, state.failures) == ("pending", 1)
        assert state.last_error
        assert reread(connected).status == "connected"
        self.heal(store)
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)
        assert (state_of(connected).failures, state_of(connected).last_error) == (0, "")

    def test_one_hiccup_is_bridged_within_the_run(self, store: Any, connected: Integration) -> None:
        placed = self.place(store, 2)
        self.fault(store, "server_error", times=1)
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)

    def test_an_answer_that_never_comes_is_a_time_out(
        self, store: Any, connected: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        placed = self.place(store)
        self.fault(store, "slow")
        monkeypatch.setattr(http, "DEFAULT", http.Limits(read=0.1, total=0.2))
        assert run_flow(connected) is None
        assert "too long" in state_of(connected).last_error
        monkeypatch.setattr(http, "DEFAULT", http.Limits())
        self.heal(store)
        run_flow(connected)
        assert order_numbers(connected) == placed

    def test_a_pause_that_is_asked_for_holds_for_every_worker(self, store: Any, connected: Integration) -> None:
        self.place(store)
        run_flow(connected, "locations")
        self.fault(store, "rate_limited")
        assert run_flow(connected) is None
        assert 0 < pace.rest(connected.pk) <= 900
        FlowState.objects.update(next_at=Now())
        calls = Call.objects.count()
        assert pull.run_due() == 0
        assert Call.objects.count() == calls
        assert reread(connected).status == "connected"

    @pytest.mark.parametrize("kind", ["revoked", "suspended"])
    def test_a_lost_access_stops_everything_at_the_first_answer(
        self, store: Any, connected: Integration, kind: str
    ) -> None:
        self.fault(store, kind)
        assert run_flow(connected) is None
        broken = reread(connected)
        assert broken.status == "error"
        assert broken.cause
        assert broken.cure
        assert OrderException.across.filter(type="integration_failed", state="active").count() == 1
        FlowState.objects.update(next_at=Now())
        assert Call.objects.filter(status__gte=400).count() == 1
        assert not pull.anything_due()

    def test_connecting_again_heals_and_brings_what_was_missed(self, store: Any, connected: Integration) -> None:
        self.fault(store, "revoked")
        placed = self.place(store, 2)
        run_flow(connected)
        self.heal(store)
        healed = with_token(reread(connected), self.token(store), by=TESTER)
        assert healed.status == "connected"
        assert OrderException.across.filter(state="active").count() == 0
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)

    def test_trouble_that_lasts_is_told_and_ends_by_itself(self, store: Any, connected: Integration) -> None:
        self.fault(store, "server_error")
        for _ in range(5):
            run_flow(connected)
        assert reread(connected).status == "error"
        assert OrderException.across.filter(type="integration_failed", state="active").count() == 1
        self.heal(store)
        run_flow(connected)
        assert reread(connected).status == "connected"
        assert OrderException.across.filter(state="active").count() == 0

    def test_nothing_flows_while_switched_off_and_everything_comes_afterwards(
        self, store: Any, connected: Integration
    ) -> None:
        lifecycle.disable(connected, by=TESTER)
        placed = self.place(store, 2)
        assert run_flow(connected) is None
        assert order_numbers(connected) == []
        lifecycle.enable(connected, by=TESTER)
        run_flow(connected)
        assert sorted(order_numbers(connected)) == sorted(placed)

    def test_switching_off_in_the_middle_stops_between_two_pages(
        self, store: Any, connected: Integration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.place(store, 150)
        monkeypatch.setattr(
            "integrations.sync.listed.failpoint",
            lambda name: lifecycle.disable(connected, by=TESTER) if name == "pull.after_take" else None,
        )
        run_flow(connected)
        assert Order.across.count() == 100

    def test_two_workers_never_pull_one_flow(self, store: Any, connected: Integration) -> None:
        from portal.kit import claims

        first = claims.claim(FlowState, limit=5, lease=pull.LEASE, where=pull.runnable())
        second = claims.claim(FlowState, limit=5, lease=pull.LEASE, where=pull.runnable())
        assert (len(first), len(second)) == (2, 0)

    def test_a_worker_that_lost_its_claim_writes_nothing_more(self, store: Any, connected: Integration) -> None:
        self.place(store, 2)
        from portal.kit import claims

        FlowState.objects.filter(flow="locations").update(state="parked")
        (mine,) = claims.claim(FlowState, limit=1, lease=pull.LEASE, where=pull.runnable())
        FlowState.objects.filter(pk=mine.id).update(attempts=mine.attempt + 1)
        assert pull.run(mine) is None
        assert Order.across.count() == 0

    def test_locations_come_and_go_with_the_store(self, store: Any, connected: Integration) -> None:
        first = run_flow(connected, "locations")
        again = run_flow(connected, "locations")
        assert first is not None
        assert again is not None
        assert first.created >= 1
        assert not again.is_news

    def test_no_secret_is_in_the_log(self, store: Any, connected: Integration) -> None:
        self.place(store)
        run_flow(connected)
        self.fault(store, "revoked")
        run_flow(connected)
        text = " ".join(f"{call.url} {call.error}" for call in Call.objects.all())
        secrets = [value for value in self.token(store).values() if len(value) > 12]
        assert secrets
        assert not [secret for secret in secrets if secret in text]
