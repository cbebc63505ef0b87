"""The sweeps over active exceptions: at their time, each exception once, going on where they stopped."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection

from automations import services, sweeps
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.apply import Asked
from automations.engine.apply import run_records as really
from automations.models import Rule, Run, Sweep
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.models import Event
from portal.filters.codec import encode
from portal.filters.tree import Condition, Duration, Group
from portal.kit import claims, jobs
from portal.kit.clock import now
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
HOUR = dt.timedelta(hours=1)


def raised(organization: Organization, key: str, *, hours: float = 1, title: str = "It failed") -> OrderException:
    raise_exceptions([Problem("record_refused", organization.pk, key, title, "Line 3")])
    one = OrderException.across.get(organization=organization, cause_key=key)
    OrderException.across.filter(pk=one.pk).update(created_at=now() - hours * HOUR)
    return one


def a_rule(organization: Organization, *conditions: Condition, **values: Any) -> Rule:
    told: dict[str, Any] = {
        "name": "Dismiss",
        "filter": FilterSpec(tree=encode(Group("all", conditions))),
        "actions": (ActionSpec(key="set_exception_status", settings={"status": "dismissed"}),),
    }
    definition = Definition(**(told | values))
    rule = services.create_rule(organization, sweeps.TRIGGER, definition, by=ANN)
    return services.set_enabled(rule, True, by=ANN)


def states() -> dict[str, str]:
    return dict(OrderException.across.values_list("cause_key", "state"))


def sweep() -> int:
    sweeps.look()
    return sweeps.run_due()


def again(name: str = "exceptions.recent") -> None:
    Sweep.objects.filter(name=name).update(next_at=now() - HOUR)


def test_the_default_rule_resolves_what_is_open_for_thirty_days(organization: Organization) -> None:
    raised(organization, "young", hours=24 * 29)
    raised(organization, "old", hours=24 * 31)
    assert sweep() == 2
    assert states() == {"young": "active", "old": "resolved"}
    run = Run.across.get()
    assert (run.trigger, run.origin, run.event_id, run.rule_name) == (
        "EXCEPTION_SCHEDULED", "sweep", None, "Resolve old exceptions",
    )  # fmt: skip
    assert History.across.get(verb="resolved").actor_name == "Resolve old exceptions"


def test_every_organization_has_the_default_rule_from_the_start(organization: Organization) -> None:
    other = Organization.objects.create(name="Elsewhere Inc")
    sweep()
    rules = Rule.across.filter(trigger="EXCEPTION_SCHEDULED", is_default=True, enabled=True)
    assert set(rules.values_list("organization_id", flat=True)) == {organization.pk, other.pk}
    again()
    sweep()
    assert rules.count() == 2


def test_its_days_are_edited_and_it_can_be_switched_off_but_not_deleted(organization: Organization) -> None:
    services.ensure_defaults(organization)
    rule = Rule.across.select_related("current").get(trigger=sweeps.TRIGGER)
    assert rule.current is not None
    definition = Definition.model_validate(rule.current.definition)
    tree = encode(Group("all", (Condition("createdAt", "older_than", Duration(5, "days")),)))
    services.save_rule(rule, definition.model_copy(update={"filter": FilterSpec(tree=tree)}), by=ANN)
    raised(organization, "six days", hours=24 * 6)
    services.set_enabled(rule, False, by=ANN)
    assert (sweep(), states()) == (0, {"six days": "active"})
    services.set_enabled(rule, True, by=ANN)
    again("exceptions.older")
    assert (sweep(), states()) == (1, {"six days": "resolved"})
    with pytest.raises(services.Pinned):
        services.delete_rule(rule, by=ANN)


def test_new_ones_are_swept_every_three_hours_and_older_ones_once_a_day(organization: Organization) -> None:
    started = now()
    sweep()
    due = {one.name: one.next_at - started for one in Sweep.objects.all()}
    assert abs(due["exceptions.recent"] - 3 * HOUR) < dt.timedelta(seconds=20)
    assert abs(due["exceptions.older"] - 24 * HOUR) < dt.timedelta(seconds=20)
    assert sweep() == 0


@pytest.mark.parametrize(("name", "swept"), [("exceptions.recent", "new"), ("exceptions.older", "old")])
def test_each_sweep_takes_its_own_ages(organization: Organization, name: str, swept: str) -> None:
    sweep()
    raised(organization, "new", hours=23.9)
    raised(organization, "old", hours=24.1)
    a_rule(organization)
    again(name)
    assert sweep() == 1
    assert {key for key, state in states().items() if state == "dismissed"} == {swept}


def test_closed_exceptions_and_those_about_exceptions_are_left_alone(organization: Organization) -> None:
    raised(organization, "closed")
    OrderException.across.update(state="resolved")
    raise_exceptions([Problem("rule_failed", organization.pk, "about", "T", "M", entity_type="exception")])
    a_rule(organization)
    sweep()
    assert states() == {"closed": "resolved", "about": "active"}


def test_what_a_sweep_does_fires_no_rule(organization: Organization) -> None:
    raised(organization, "k")
    a_rule(organization)
    sweep()
    assert states() == {"k": "dismissed"}
    assert Event.across.filter(name="exception.modified").count() == 1


def test_a_rule_limited_to_once_acts_in_one_sweep_only(organization: Organization) -> None:
    raised(organization, "k")
    a_rule(organization, once=True, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),))
    sweep()
    again()
    sweep()
    assert Run.across.count() == 1


def test_organizations_and_batches_are_gone_through_one_after_the_other(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Organization.objects.create(name="Elsewhere Inc")
    for one in (organization, other):
        a_rule(one)
        for number in range(5):
            raised(one, f"{one.pk}-{number}")
    asked: list[tuple[int, int]] = []

    def counted(trigger: str, whose: Organization, some: list[Asked], *, origin: str) -> object:
        asked.append((whose.pk, len(some)))
        return really(trigger, whose, some, origin=origin)

    monkeypatch.setattr(sweeps, "run_records", counted)
    monkeypatch.setattr(sweeps, "BATCH", 3)
    assert sweep() == 10
    assert asked == [(organization.pk, 3), (organization.pk, 2), (other.pk, 3), (other.pk, 2)]
    assert set(states().values()) == {"dismissed"}
    assert Sweep.objects.get(name="exceptions.recent").judged == 10


def test_a_pass_that_is_cut_off_goes_on_where_it_stopped(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_rule(organization, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),))
    for number in range(4):
        raised(organization, str(number))
    monkeypatch.setattr(sweeps, "BATCH", 2)
    sweeps.look()
    assert sweeps.run_due(seconds=0) == 2
    again("exceptions.older")
    Sweep.objects.filter(name="exceptions.older").update(next_at=now() + HOUR)
    assert sweeps.run_due() == 2
    assert Run.across.count() == 4


def test_two_workers_beside_each_other_judge_nothing_twice(organization: Organization) -> None:
    raised(organization, "k")
    a_rule(organization, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),))
    sweeps.look()
    taken = claims.claim(Sweep, limit=1, lease=sweeps.LEASE, where="t.name = 'exceptions.recent'")
    assert sweeps.run_due() == 0
    assert sweeps._work(taken[0]) == 1
    assert Run.across.count() == 1


def test_a_worker_that_comes_back_too_late_changes_nothing(organization: Organization) -> None:
    raised(organization, "k")
    a_rule(organization, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),))
    sweeps.look()
    late = claims.claim(Sweep, limit=1, lease=dt.timedelta(0), where="t.name = 'exceptions.recent'")[0]
    assert sweeps.run_due() == 1
    assert sweeps._work(late) == 0
    assert Run.across.count() == 1


def test_a_record_that_fails_is_set_aside_and_the_others_are_judged(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_rule(organization)
    good, bad, last = (raised(organization, key) for key in ("good", "bad", "last"))

    def fails(trigger: str, whose: Organization, some: list[Asked], *, origin: str) -> object:
        if bad.pk in [one.record_id for one in some]:
            raise ZeroDivisionError
        return really(trigger, whose, some, origin=origin)

    monkeypatch.setattr(sweeps, "run_records", fails)
    assert sweep() == 2
    assert [states()[key] for key in ("good", "bad", "last")] == ["dismissed", "active", "dismissed"]
    told = OrderException.across.get(type="event_parked")
    assert (told.entity_public_id, told.message) == (bad.public_id, "ZeroDivisionError: ")
    assert Sweep.objects.get(name="exceptions.recent").finished_at is not None
    assert {good.pk, last.pk} == set(Run.across.values_list("entity_id", flat=True))


def test_a_record_that_kills_its_worker_again_and_again_is_passed_over(organization: Organization) -> None:
    a_rule(organization)
    raised(organization, "kills")
    raised(organization, "fine")
    sweeps.look()
    Sweep.objects.filter(name="exceptions.recent").update(attempts=claims.MAX_ATTEMPTS)
    assert sweeps.run_due() == 1
    assert (states()["kills"], states()["fine"]) == ("active", "dismissed")
    assert OrderException.across.get(type="event_parked").message == claims.DIED


def test_a_database_that_is_away_puts_the_sweep_off(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_rule(organization)
    raised(organization, "k")

    def away(*args: object, **values: Any) -> object:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(sweeps, "run_records", away)
    assert sweep() == 0
    row = Sweep.objects.get(name="exceptions.recent")
    assert (row.state, row.cursor, states()) == ("pending", 0, {"k": "active"})
    assert row.next_at > now()


def test_the_watch_rings_only_when_a_sweep_is_due(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    jobs.watchers.get("sweeps that are due").job()
    assert rung == ["sweeps"]
    sweeps.run_due()
    rung.clear()
    jobs.watchers.get("sweeps that are due").job()
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_two_threads_sweep_a_thousand_exceptions_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = Organization.objects.create(name="Tea & Tins Ltd")
    a_rule(organization, actions=(ActionSpec(key="add_note", settings={"text": "Seen"}),))
    raise_exceptions([Problem("record_refused", organization.pk, str(number), "T", "M") for number in range(1_000)])
    monkeypatch.setattr(sweeps, "BATCH", 100)
    sweeps.look()

    def work() -> None:
        sweeps.run_due()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert Run.across.count() == 1_000
    assert Run.across.values("entity_id").distinct().count() == 1_000
