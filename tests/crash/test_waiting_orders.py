"""A worker that dies while it looks at waiting orders has released none of them, or all."""

import pytest
from django.db.models import F
from django.db.models.functions import Now

from automations import services
from automations.actions.conditional_hold import KEY
from automations.definition import ActionSpec, Definition
from automations.models import Run
from automations.waiting.listen import LOOK_EVERY, look_at_all
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import LEASE, drain
from portal.events.models import Handoff
from portal.kit.invariants import broken
from tests.crash.dying import die
from tests.factories import make_orders

VIP = {
    "version": 1,
    "root": {"match": "all", "items": [{"field": "tags", "operator": "contains_any", "value": ["vip"]}]},
}


def wait(source: Source) -> None:
    """Hold five orders for a condition that is met already, and that nobody has looked at."""
    by = Actor("user", "1", "Ann")
    spec = ActionSpec(key=KEY, settings={"condition": {"kind": "simple", "tree": VIP}})
    rule = services.create_rule(source.organization, "NEW_ORDER", Definition(name="VIPs", actions=(spec,)), by=by)
    services.set_enabled(rule, True, by=by)
    make_orders(source, range(1, 6))
    drain("automations")


def released_once() -> None:
    assert set(Order.across.values_list("status", flat=True)) == {"readyForFulfillment"}
    assert set(Hold.across.values_list("outcome", flat=True)) == {"condition"}
    assert History.across.filter(verb="released").count() == 5
    assert set(Run.across.values_list("status", flat=True)) == {"completed"}
    assert broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["waiting.judged", "waiting.before_commit"])
def test_a_sweep_that_dies_has_released_nothing_and_the_next_releases_each_once(source: Source, point: str) -> None:
    wait(source)
    die(point, look_at_all)
    assert Hold.across.filter(ended_at=None, checked_at=None).count() == 5
    assert set(Run.across.values_list("status", flat=True)) == {"waiting"}
    assert look_at_all() == 5
    released_once()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "released"),
    [("waiting.judged", 0), ("waiting.before_commit", 0), ("events.before_commit", 0), ("events.after_commit", 5)],
)
def test_a_look_at_changes_that_dies_is_done_again_and_releases_each_once(
    source: Source, point: str, released: int
) -> None:
    wait(source)
    die(point, lambda: drain("waiting"))
    assert Hold.across.exclude(ended_at=None).count() == released
    Handoff.across.update(lease_until=Now() - LEASE)
    drain("waiting")
    Hold.across.filter(ended_at=None).update(checked_at=F("checked_at") - LOOK_EVERY)
    assert look_at_all() == 0
    released_once()
