"""The time that code may take in all: per record in one evaluation, per organization in a minute."""

import datetime as dt
from collections.abc import Sequence

import pytest

from automations import guard, services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.evaluate import Outcome, Question, Subject, evaluate
from automations.engine.loading import published
from automations.engine.rules import make_ready, rule_list
from automations.engine.triggers import triggers
from automations.models import CodeTime, Rule, RuleCounter, Run
from automations.scripting.contract import CodeResult
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.dispatch import Later, drain
from portal.events.models import Handoff
from portal.tenancy.models import Organization
from tests.factories import make_order

ANN = Actor("user", "1", "Ann")
NOON = dt.datetime(2026, 3, 4, 12, 0, 30, tzinfo=dt.UTC)
SECOND = 1_000_000


def coded(count: int) -> list[Definition]:
    filter = FilterSpec(kind="code", code="return false;")
    return [Definition(name=f"R{n}", filter=filter, actions=(ActionSpec(key="cancel"),)) for n in range(count)]


def judged(micros: int, count: int = 8, **limit: int) -> tuple[Outcome, int]:
    """Judge a record by rules of which each takes so long; return the outcome and how many were really run."""
    trigger = triggers.get("NEW_ORDER")
    rules = [
        make_ready(one, trigger, rule_id=n, version_id=n, public_id=f"r{n}", number=1, organization="o")
        for n, one in enumerate(coded(count))
    ]
    asked = 0

    def answer(questions: Sequence[Question]) -> list[CodeResult]:
        nonlocal asked
        asked += len(questions)
        return [CodeResult("ok", False, micros=micros)] * len(questions)

    subject = Subject(1, 1, "", {"status": "new"})
    (outcome,) = evaluate(rule_list(0, trigger, rules, dt.UTC), [subject], NOON, answer, **limit)
    return outcome, asked


def test_code_runs_five_seconds_for_one_record_and_no_longer() -> None:
    outcome, asked = judged(SECOND)
    assert (asked, outcome.code_micros) == (5, 5 * SECOND)
    assert [firing.status for firing in outcome.firings] == ["failed"] * 3
    assert outcome.firings[0].error == (
        "The filter could not be judged: The rules have used 5 s of code on this record: no more is run."
    )
    assert [firing.not_run for firing in outcome.firings] == [True] * 3


def test_the_time_for_a_record_can_be_set() -> None:
    assert judged(SECOND, code_micros=2 * SECOND)[1] == 2


def test_quick_code_is_never_cut() -> None:
    outcome, asked = judged(200, count=100)
    assert (asked, outcome.firings) == (100, [])


pytestmark = pytest.mark.django_db


def add(source: Source, code: str, *, on: bool = True) -> Rule:
    definition = Definition(
        name="Coded", filter=FilterSpec(kind="code", code=code), actions=(ActionSpec(key="cancel"),)
    )
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(made, on, by=ANN)


def spent(organization: Organization, micros: int, at: dt.datetime) -> None:
    guard.spend(organization.pk, micros, at)


def room(organization: Organization, at: dt.datetime) -> dt.timedelta | None:
    rules = published(organization, "NEW_ORDER")
    assert rules is not None
    try:
        guard.ensure_room(organization.pk, rules, at)
    except Later as later:
        return later.delay
    return None


def test_an_organization_waits_for_the_next_minute_when_its_code_has_run_a_minute(source: Source) -> None:
    add(source, "return false;")
    ours = source.organization
    spent(ours, 59 * SECOND, NOON)
    assert room(ours, NOON) is None
    spent(ours, SECOND, NOON)
    assert room(ours, NOON) == dt.timedelta(seconds=30)
    assert room(ours, NOON + dt.timedelta(seconds=30)) is None


def test_a_new_minute_begins_at_nothing_and_a_late_one_changes_nothing(source: Source) -> None:
    ours = source.organization
    spent(ours, 59 * SECOND, NOON)
    spent(ours, SECOND, NOON + dt.timedelta(minutes=1))
    spent(ours, SECOND, NOON)
    row = CodeTime.across.get()
    assert (row.minute, row.micros) == (NOON.replace(minute=1, second=0), SECOND)


def test_rules_without_code_never_wait_and_nobody_waits_for_others(source: Source) -> None:
    add(source, "return false;", on=False)
    spent(source.organization, 61 * SECOND, NOON)
    assert room(source.organization, NOON) is None
    other = Organization.objects.create(name="Other")
    services.ensure_defaults(other)
    assert room(other, NOON) is None


def test_events_wait_untried_and_are_dealt_with_in_the_next_minute(source: Source) -> None:
    services.ensure_defaults(source.organization)
    add(source, "return true;")
    order = make_order(source)
    from portal.kit.clock import database_now

    spent(source.organization, 3600 * SECOND, database_now())
    row = CodeTime.across.get()
    if row.minute != guard._minute(database_now()):  # a minute has just ended
        spent(source.organization, 3600 * SECOND, database_now())
    drain("automations")
    waiting = Handoff.across.get()
    assert (waiting.state, waiting.attempts) == ("pending", 0)
    assert "has run 60 s in this minute" in waiting.last_error
    assert not Run.across.exists()
    CodeTime.across.update(micros=0)
    Handoff.across.update(next_at=database_now() - dt.timedelta(seconds=1))
    drain("automations")
    assert Order.across.get(pk=order.pk).status == "canceled"


def test_the_time_of_code_is_counted_where_it_ran(source: Source) -> None:
    add(source, "let n = 0; for (let i = 0; i < 1e5; i++) n += i; return n < 0;")
    make_order(source)
    drain("automations")
    counted, run = CodeTime.across.get(), RuleCounter.across.get(rule__name="Coded")
    assert (counted.organization_id, run.non_matches) == (source.organization_id, 1)
    assert 100 < counted.micros <= run.micros


def test_code_that_is_ended_counts_with_all_the_time_it_had(source: Source) -> None:
    add(source, "for (;;) {}")
    make_order(source)
    drain("automations")
    assert CodeTime.across.get().micros == 250_000
