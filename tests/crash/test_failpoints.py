"""A worker that dies at a chosen step has done nothing, or everything."""

import datetime as dt

import pytest
from django.db.models.functions import Now

from automations import services, sweeps
from automations.models import Run, Sweep
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.holds import release_all_due
from orders.models import Hold, Order, OrderException, Source
from portal.audit.models import History
from portal.events.dispatch import LEASE, drain
from portal.events.models import Handoff
from tests.crash.dying import die
from tests.factories import make_orders

DAY = dt.timedelta(days=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "done_before"),
    [("events.claimed", 0), ("rules.evaluated", 0), ("events.before_commit", 0), ("events.after_commit", 5)],
)
def test_rules_are_run_once_whatever_step_the_worker_dies_at(source: Source, point: str, done_before: int) -> None:
    services.ensure_defaults(source.organization)
    make_orders(source, range(1, 6))
    die(point, lambda: drain("automations"))
    assert Run.across.count() == done_before
    Handoff.across.update(lease_until=Now() - LEASE)
    drain("automations")
    assert (Run.across.count(), Hold.across.count(), Handoff.across.count()) == (5, 5, 0)
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}


@pytest.mark.django_db(transaction=True)
def test_a_release_that_dies_before_its_end_has_released_nothing(source: Source) -> None:
    services.ensure_defaults(source.organization)
    make_orders(source, range(1, 6))
    drain("automations")
    Hold.across.update(due_at=Now() - LEASE)
    die("holds.before_commit", release_all_due)
    assert Hold.across.filter(ended_at=None).count() == 5
    assert release_all_due() == 5
    assert History.across.filter(verb="released").count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_dies_before_its_end_has_judged_nothing_and_goes_on(source: Source) -> None:
    services.ensure_defaults(source.organization)
    raise_exceptions([Problem("record_refused", source.organization_id, str(n), "T", "M") for n in range(5)])
    OrderException.across.update(created_at=Now() - 31 * DAY)
    sweeps.look()
    die("sweeps.before_commit", sweeps.run_due)
    assert (Run.across.count(), OrderException.across.filter(state="active").count()) == (0, 5)
    Sweep.objects.filter(state="running").update(lease_until=Now() - LEASE)
    assert sweeps.run_due() == 5
    assert (Run.across.count(), OrderException.across.filter(state="resolved").count()) == (5, 5)
