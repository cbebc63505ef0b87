"""From events to effects: load, evaluate, lock, write; one transaction for a batch (design.md section 5).

Records are judged before they are locked, so that slow code keeps nobody waiting; those that somebody
changed meanwhile are judged again under the lock. Records, holds, history, runs, counters, deliveries
and new events are written with set-wise statements in the transaction in which the events are marked
done. What dies half-way has done nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from automations.engine.code import answerer
from automations.engine.counters import count
from automations.engine.entities import Act, Change, Entity, Record, entities
from automations.engine.evaluate import Firing, Outcome, Subject, evaluate
from automations.engine.loading import published
from automations.engine.once import circling, ran_once, remember
from automations.engine.plan import Send
from automations.engine.problems import problems_of
from automations.engine.related import load_related
from automations.engine.rules import ReadyRules
from automations.engine.runs import NewRun, new_runs, write_runs
from automations.engine.snapshot import former, input_of, subject_of
from automations.engine.triggers import Trigger, triggers
from automations.guard import budget, ensure_room, look_after
from automations.messages.sending import request_sends
from orders.engines.setting import AUTOMATION, off
from orders.exceptions.raise_ import raise_exceptions
from portal.audit.actor import Actor
from portal.events.dispatch import Later
from portal.events.models import Event
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint
from portal.kit.json import Json
from portal.tenancy.models import Organization

_REST = dt.timedelta(minutes=10)
"""How long events wait before somebody looks whether the engine is on again; switching it on wakes them at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a record is judged: the event that fired the trigger, and the version before the change."""

    record_id: int
    event_id: int | None = None
    before: int | None = None
    own: frozenset[str] = frozenset()
    """Rules, by public ID, whose after-effect the event is."""


@dataclass(slots=True)
class Batch:
    """The records of one organization that a trigger judges together."""

    organization: Organization
    trigger: Trigger
    rules: ReadyRules
    now: dt.datetime
    origin: str = "live"
    records: dict[int, Record] = field(default_factory=dict)
    inputs: dict[int, Json] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def entity(self) -> Entity:
        """The kind of record it is about."""
        return entities.get(self.trigger.entity)


def run_events(trigger: str, events: Sequence[Event]) -> dict[int, int]:
    """Run the rules of a trigger for events of one organization or several.

    Returns the versions at which the records were judged, by id. Raises Later where the Automation Engine is off:
    what is on its way then waits until it is on again.
    """
    judged: dict[int, int] = {}
    by_organization: dict[int, list[Event]] = {}
    for event in events:
        by_organization.setdefault(event.organization_id, []).append(event)
    rest = off(AUTOMATION)
    organizations = Organization.objects.exclude(pk__in=rest).in_bulk(by_organization)
    chosen = triggers.get(trigger)
    for organization_id, some in by_organization.items():
        if organization_id not in organizations:
            raise Later("The Automation Engine is off.", _REST)
        instead = chosen.instead(organizations[organization_id], some) if chosen.instead else None
        if instead is not None:
            judged |= instead
            continue
        own = chosen.own(some) if chosen.own else {}
        asked = [Asked(one.entity_id, one.pk, _version_before(one), own.get(one.pk, frozenset())) for one in some]
        judged |= run_records(trigger, organizations[organization_id], asked)
    return judged


def _version_before(event: Event) -> int:
    return int(event.payload.get("from", max(1, event.entity_version - 1)))


def run_records(
    trigger: str, organization: Organization, asked: Sequence[Asked], *, origin: str = "live"
) -> dict[int, int]:
    """Run the rules of a trigger for records of an organization, in the caller's transaction.

    Returns the versions at which they were judged, by id; nothing where the trigger has no rules.
    """
    rules = published(organization, trigger)
    if rules is None or not rules.rules:
        return {}
    now = to_millisecond(database_now())  # what documents, recorded runs and V8 know
    if origin == "live":
        ensure_room(organization.pk, rules, now)
    batch = Batch(organization, triggers.get(trigger), rules, now, origin)
    judge(batch, asked)
    failpoint("rules.evaluated")
    versions = batch.entity.lock(sorted(batch.records))
    stale = [one for one in asked if versions.get(one.record_id) != _judged_at(batch, one.record_id)]
    if stale:
        judge(batch, stale)
    write(batch)
    return {pk: record.version for pk, record in batch.records.items()}


def _judged_at(batch: Batch, record_id: int) -> int | None:
    record = batch.records.get(record_id)
    return record.version if record else None


def judge(batch: Batch, asked: Sequence[Asked]) -> None:
    """Load records and judge them; writes nothing. What was judged before of them is replaced."""
    entity, rules = batch.entity, batch.rules
    records = entity.load(batch.organization, [one.record_id for one in asked])
    for one in asked:
        batch.records.pop(one.record_id, None)
        batch.outcomes.pop(one.record_id, None)
    batch.records |= records
    fit = [one for one in asked if one.record_id in records and batch.trigger.holds(records[one.record_id].document)]
    subjects = _subjects(batch, fit, records)
    limit = budget().order_micros
    for outcome in evaluate(rules, subjects, batch.now, answerer(batch.now), code_micros=limit):
        batch.outcomes[outcome.subject.id] = outcome


def _subjects(batch: Batch, asked: Sequence[Asked], records: Mapping[int, Record]) -> list[Subject]:
    entity, rules = batch.entity, batch.rules
    some = [records[one.record_id] for one in asked]
    related = load_related(batch.organization, entity.key, rules.related, some) if rules.related else {}
    ran = ran_once(rules, entity.key, [record.id for record in some])
    often = circling(rules, entity.key, [record.id for record in some]) if batch.origin == "live" else {}
    before: dict[int, Json] = {}
    if rules.looks_back:
        versions = {one.record_id: one.before for one in asked if one.before is not None}
        beside = {pk: entity.beside(records[pk]) for pk in versions}
        before = former(entity, {pk: records[pk] for pk in versions}, versions, beside)
    subjects = []
    for one in asked:
        pk = one.record_id
        subject = subject_of(
            records[pk], event_id=one.event_id, before=before.get(pk), related=related.get(pk),
            ran=ran.get(pk, frozenset()), own=one.own, circling=often.get(pk, frozenset()),
        )  # fmt: skip
        former_version = one.before if pk in before else None
        batch.inputs[pk] = input_of(entity, records[pk], subject, former_version, str(rules.zone))
        subjects.append(subject)
    return subjects


def write(batch: Batch) -> None:
    """Write what came of the locked records of a batch."""
    outcomes = list(batch.outcomes.values())
    runs = new_runs([(outcome, firing) for outcome in outcomes for firing in outcome.firings])
    changes = {pk: Change(batch.records[pk]) for pk in batch.outcomes}
    for run in runs:
        rule = run.firing.rule
        by = Actor.rule(rule.public_id, rule.name, rule.number)
        changes[run.outcome.subject.id].acts += [Act(one, by, run.id) for one in run.firing.writes]
    for outcome in outcomes:
        # Leaving New is the one write of rules that *Updated order* hears of (behaviour.md section 12).
        moved = batch.trigger.announces and not batch.trigger.holds(outcome.document)
        changes[outcome.subject.id].announce = moved
    versions = {pk: record.version for pk, record in batch.records.items()}
    batch.entity.write(batch.organization, [change for change in changes.values() if change.acts])
    write_runs(batch, runs, versions)
    remember(batch.organization, batch.entity.key, runs)
    _send(batch.organization, runs)
    count(batch.organization.pk, outcomes, batch.now)
    raise_exceptions(
        problems_of(
            batch.organization, batch.trigger, [(run.firing, batch.records[run.outcome.subject.id]) for run in runs]
        )
    )
    look_after(batch.organization.pk, outcomes, batch.now)


def _send(organization: Organization, runs: Sequence[NewRun]) -> None:
    sends = [(run.public_id, [one for one in run.firing.writes if isinstance(one, Send)]) for run in runs]
    request_sends(organization, sends)


__all__ = ["Asked", "Batch", "Firing", "judge", "run_events", "run_records", "write"]
