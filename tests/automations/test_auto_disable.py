"""A rule that fails again and again is switched off, told of once, and counted anew when somebody has looked."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from automations import guard, services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.evaluate import Firing, Outcome, Subject
from automations.engine.loading import published
from automations.engine.rules import ReadyRule
from automations.models import Rule, RuleCounter, RuleSetVersion
from orders.exceptions.clear import close_gone
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from tests.factories import make_orders

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
NOON = dt.datetime(2026, 3, 4, 12, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def add(source: Source, code: str) -> Rule:
    definition = Definition(
        name="Coded", filter=FilterSpec(kind="code", code=code), actions=(ActionSpec(key="cancel"),)
    )
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(made, True, by=ANN)


def failed(source: Source, *, status: str = "failed", not_run: bool = False) -> list[Outcome]:
    """Outcomes in which every rule of the list has failed once."""
    rules = published(source.organization, "NEW_ORDER")
    assert rules is not None
    return [_outcome(rule, status, not_run) for rule in rules.rules]


def _outcome(rule: ReadyRule, status: str, not_run: bool) -> Outcome:
    firing = Firing(rule, status, {}, error="It broke.", not_run=not_run)
    return Outcome(Subject(1, 1, "", {}), {}, firings=[firing])


def counted(rule: Rule, *, failures: int = 0, timeouts: int = 0, at: dt.datetime = NOON) -> None:
    hour = at.replace(minute=0)
    RuleCounter.across.create(
        organization=rule.organization, rule=rule, hour=hour, errors=failures, failures=failures, timeouts=timeouts
    )


def look(source: Source, outcomes: list[Outcome] | None = None) -> bool:
    """Look after the organization; return whether the rule is still on."""
    guard.look_after(source.organization_id, failed(source) if outcomes is None else outcomes, NOON)
    return Rule.across.get(name="Coded").enabled


def test_the_twentieth_failure_in_an_hour_switches_a_rule_off(source: Source) -> None:
    counted(add(source, "return true;"), failures=19)
    assert look(source) is True
    RuleCounter.across.update(failures=20)
    assert look(source) is False


def test_the_fifth_time_out_in_an_hour_switches_a_rule_off(source: Source) -> None:
    counted(add(source, "return true;"), failures=4, timeouts=4)
    assert look(source) is True
    RuleCounter.across.update(failures=5, timeouts=5)
    assert look(source) is False


def test_the_failures_of_another_hour_do_not_count(source: Source) -> None:
    counted(add(source, "return true;"), failures=100, timeouts=100, at=NOON - HOUR)
    assert look(source) is True


def test_nothing_happens_while_nothing_fails(source: Source) -> None:
    counted(add(source, "return true;"), failures=100)
    assert look(source, []) is True


@pytest.mark.parametrize(("status", "not_run"), [("refused", False), ("completed", False), ("failed", True)])
def test_what_is_not_the_rules_fault_does_not_count(source: Source, status: str, not_run: bool) -> None:
    counted(add(source, "return true;"), failures=100)
    assert look(source, failed(source, status=status, not_run=not_run)) is True


def test_the_list_the_history_and_an_exception_say_so_once(source: Source) -> None:
    rule = add(source, "return true;")
    counted(rule, failures=20)
    outcomes = failed(source)
    look(source, outcomes)
    look(source, outcomes)
    told = OrderException.across.get(type="rule_disabled")
    assert (told.title, told.entity_type, told.entity_id, told.times) == (
        "Rule “Coded” was switched off", "rule", rule.pk, 1,
    )  # fmt: skip
    assert told.message.startswith("It was switched off, because it failed 20 times in an hour.")
    listed = RuleSetVersion.across.order_by("-number")[0]
    assert (listed.by_name, listed.summary) == (
        "Switchyard", "Switched off “Coded”: it failed 20 times in an hour.",
    )  # fmt: skip
    assert [entry["enabled"] for entry in listed.entries] == [False]
    line = History.across.filter(entity_type="rule", entity_id=rule.pk).order_by("-id")[0]
    assert (line.verb, line.summary) == ("disabled", "Switched off: it failed 20 times in an hour.")


def test_the_default_rule_is_never_switched_off(source: Source) -> None:
    services.ensure_defaults(source.organization)
    default = Rule.across.get(is_default=True, trigger="NEW_ORDER")
    counted(default, failures=1_000, timeouts=1_000)
    guard.look_after(source.organization_id, failed(source), NOON)
    default.refresh_from_db()
    assert default.enabled is True
    assert not OrderException.across.exists()


def test_the_exception_goes_when_somebody_has_looked(source: Source) -> None:
    rule = add(source, "return true;")
    counted(rule, failures=20)
    look(source)
    close_gone()
    assert OrderException.across.get().state == "active"
    services.set_enabled(rule, True, by=ANN)
    close_gone()
    assert OrderException.across.get().state == "resolved"
    assert look(source) is True


def test_twenty_orders_on_which_code_throws_switch_it_off_and_the_orders_are_safe(source: Source) -> None:
    services.ensure_defaults(source.organization)
    rule = add(source, "throw new Error('no')")
    make_orders(source, range(1, 21))
    drain("automations")
    rule.refresh_from_db()
    assert rule.enabled is False
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}
    assert OrderException.across.filter(type="rule_failed").count() == 20
    assert OrderException.across.get(type="rule_disabled").times == 1
    make_orders(source, (21,))
    drain("automations")
    assert OrderException.across.filter(type="rule_failed").count() == 20


def test_orders_on_which_code_does_not_end_switch_it_off(source: Source) -> None:
    services.ensure_defaults(source.organization)
    rule = add(source, "for (;;) {}")
    make_orders(source, range(1, 6))
    drain("automations")
    # On a busy machine the clock on the wall may end a process first; that record is asked for again, uncounted.
    make_orders(source, range(6, 11))
    drain("automations")
    rule.refresh_from_db()
    assert rule.enabled is False
    assert "its code did not end in time " in OrderException.across.get(type="rule_disabled").message
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}


@pytest.mark.django_db(transaction=True)
def test_an_evaluation_and_an_edit_never_wait_for_each_other(source: Source) -> None:
    """The evaluation holds the counter and wants the list; the edit holds the list and passes the counter by."""
    rule = add(source, "return true;")
    counted(rule, failures=20)
    outcomes = failed(source)
    holds_counter, edited = threading.Event(), threading.Event()

    def edit() -> None:
        try:
            holds_counter.wait(10)
            services.rename(Rule.across.get(pk=rule.pk), "Renamed", by=ANN)
        finally:
            edited.set()
            connection.close()

    editor = threading.Thread(target=edit)
    editor.start()
    with transaction.atomic():
        RuleCounter.across.filter(rule=rule).update(errors=21)
        holds_counter.set()
        assert edited.wait(10), "The edit waited for the evaluation"
        guard.look_after(source.organization_id, outcomes, NOON)
    editor.join(10)
    rule.refresh_from_db()
    assert (rule.name, rule.enabled) == ("Renamed", False)
