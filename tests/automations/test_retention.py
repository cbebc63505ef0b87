"""How long runs are kept, and what keeps one longer; `runs past their time` and `manage.py prune_runs`."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from automations import retention, services
from automations.models import Rule, RuleCounter, Run
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Hold, Order, OrderException, Source
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.kit.clock import database_now
from portal.kit.jobs import watchers
from tests.factories import make_orders

pytestmark = pytest.mark.django_db
OLD = dt.timedelta(days=366)


@pytest.fixture
def runs(source: Source) -> list[Run]:
    """Six runs; #1 to #4 are past their time, #5 and #6 are not. No hold is open any more."""
    services.ensure_defaults(source.organization)
    make_orders(source, range(1, 7))
    drain("automations")
    Hold.across.update(ended_at=database_now(), outcome="due")
    made = list(Run.across.order_by("pk"))
    Run.across.filter(pk__in=[run.pk for run in made[:4]]).update(created_at=database_now() - OLD)
    return made


def left() -> list[str]:
    return list(Run.across.order_by("pk").values_list("entity_label", flat=True))


def test_runs_past_their_time_go_and_the_others_stay(runs: list[Run]) -> None:
    assert retention.anything_due()
    assert retention.prune_due() == retention.Removed(4, 0)
    assert left() == ["#5", "#6"]
    assert not retention.anything_due()


def test_the_number_of_days_is_a_setting(runs: list[Run], settings: Settings) -> None:
    settings.RUNS_KEPT_DAYS = 367
    assert not retention.anything_due()
    assert retention.prune() == retention.Removed(0, 0)


def test_a_run_whose_hold_is_open_stays(runs: list[Run]) -> None:
    Hold.across.filter(run_id=runs[1].pk).update(ended_at=None, outcome="")
    retention.prune()
    assert left() == ["#2", "#5", "#6"]


def test_a_run_of_a_record_with_an_active_exception_stays_until_that_is_closed(runs: list[Run]) -> None:
    organization, run = runs[0].organization, runs[2]
    raise_exceptions(
        [Problem("hold_stuck", organization.pk, "k", "Stuck", "Why", entity_type="order", entity_id=run.entity_id)]
    )
    retention.prune()
    assert left() == ["#3", "#5", "#6"]
    OrderException.across.update(state="resolved")
    retention.prune()
    assert left() == ["#5", "#6"]


def test_a_run_about_an_active_exception_stays(runs: list[Run]) -> None:
    raise_exceptions([Problem("hold_stuck", runs[0].organization_id, "k", "Stuck", "Why")])
    Run.across.filter(pk=runs[0].pk).update(entity_type="exception", entity_id=OrderException.across.get().pk)
    retention.prune()
    assert left() == ["#1", "#5", "#6"]


def test_a_run_with_a_message_that_has_not_left_stays(runs: list[Run]) -> None:
    for run, state in ((runs[0], "parked"), (runs[1], "done")):
        Delivery.across.create(
            organization=run.organization, kind="email", key=f"run:{run.public_id}:0", state=state,
            done_at=database_now() if state == "done" else None,
        )  # fmt: skip
    retention.prune()
    assert left() == ["#1", "#5", "#6"]


def test_a_run_that_was_run_again_may_go_before_the_one_that_repeats_it(runs: list[Run]) -> None:
    Run.across.filter(pk=runs[4].pk).update(replay_of=runs[0].pk)
    retention.prune()
    assert left() == ["#5", "#6"]
    assert Run.across.get(pk=runs[4].pk).replay_of_id is None


def test_pruning_goes_batch_by_batch_to_the_end(runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    assert retention.prune(batches=1) == retention.Removed(3, 0)
    assert left() == ["#4", "#5", "#6"]
    assert retention.prune() == retention.Removed(1, 0)


def test_the_bell_rings_again_where_more_is_left(runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(retention, "ring", rung.append)
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES", 1)
    assert watchers.get("runs past their time").job is retention.look
    retention.look()
    retention.prune_due()
    assert rung == ["automations.prune", "automations.prune"]
    retention.prune_due()
    assert len(rung) == 2
    retention.look()
    assert len(rung) == 2


def test_what_rules_did_stays_in_the_record_when_its_run_has_gone(runs: list[Run]) -> None:
    retention.prune()
    assert Order.across.get(ext_order_id="#1").version == 2


def test_counters_go_after_four_hundred_days(runs: list[Run]) -> None:
    rule, hour = Rule.across.get(trigger="NEW_ORDER"), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    RuleCounter.across.create(organization=rule.organization, rule=rule, hour=hour, matches=1)
    assert retention.preview() == retention.Removed(4, 1)
    assert retention.prune() == retention.Removed(4, 1)
    assert RuleCounter.across.filter(hour=hour).count() == 0
    assert RuleCounter.across.count() == 1


def said(**options: object) -> str:
    out = io.StringIO()
    call_command("prune_runs", stdout=out, **options)
    return out.getvalue().strip()


def test_the_command_counts_first_and_then_removes(runs: list[Run]) -> None:
    assert said(dry_run=True) == (
        "4 runs and 0 counters would go. Nothing was removed (--dry-run). Runs are kept for 365 days."
    )
    assert len(left()) == 6
    assert said() == "4 runs and 0 counters removed. Runs are kept for 365 days."
    assert left() == ["#5", "#6"]


def test_the_command_looks_after_one_organization_and_other_days(runs: list[Run], stranger: object) -> None:
    elsewhere = stranger.organization.public_id  # type: ignore[attr-defined]
    assert said(organization=elsewhere) == "0 runs and 0 counters removed. Runs are kept for 365 days."
    assert said(days=400, dry_run=True).startswith("0 runs")
    with pytest.raises(CommandError, match="There is no organization nowhere"):
        said(organization="nowhere")
