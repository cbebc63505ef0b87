"""Runs again: as they were judged, to show that the plan is the same; and anew, because a person wants it.

`replayed` repeats a run from what was recorded (rule list, record, input, time) and writes nothing.
`run_again` takes up runs that failed or were refused: that one rule, as it is now, on the record as
it is now, whatever list it stands in; a new run tells what came of it and names the old one.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from automations.engine.apply import Asked, Batch, judge, write
from automations.engine.code import answerer
from automations.engine.entities import entities
from automations.engine.evaluate import Firing, Outcome, evaluate
from automations.engine.loading import load, ready
from automations.engine.problems import CAUSES, cause_of
from automations.engine.rules import ReadyRules, rule_list
from automations.engine.snapshot import subject_again
from automations.engine.triggers import triggers
from automations.models import Rule, RuleSet, RuleVersion, Run
from orders.exceptions.raise_ import close
from portal.audit.actor import Actor
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.tenancy.models import Organization

SET = 100
"""Runs that are run again in one transaction."""
AGAIN = (Run.Status.FAILED, Run.Status.REFUSED)
_CLOCKS = frozenset({"micros", "waitedMicros"})


class CannotRepeat(ValueError):
    """A run cannot be judged again as it was; the message says why in a sentence."""


# as it was


def replayed(run: Run) -> Outcome:
    """Judge a run's record again as it was, by the rules as they were, at the time recorded. Writes nothing.

    Raises CannotRepeat where the record is gone, or the run is older than the recording of its input.
    """
    organization = run.organization
    if run.judged_at is None or run.entity_type not in entities:
        raise CannotRepeat(_("This run is from before runs kept what is needed to repeat them."))
    entity = entities.get(run.entity_type)
    record = entity.load(organization, [run.entity_id]).get(run.entity_id)
    if record is None:
        raise CannotRepeat(_("The record is not here any more."))
    subject = subject_again(entity, record, run.entity_version, run.input)
    rules = _rules_of(run, organization)
    at = run.judged_at.astimezone(dt.UTC)
    return evaluate(rules, [subject], at, answerer(at))[0]


def _rules_of(run: Run, organization: Organization) -> ReadyRules:
    """Return the list that was in force; of a run that was run again, the one rule, which nothing held back."""
    rules = load(run.rule_set_version_id, run.input.get("zone", organization.timezone))
    if run.origin != Run.Origin.REPLAY:
        return rules
    version = RuleVersion.across.select_related("rule").get(pk=run.rule_version_id)
    return _alone(rules, version, organization, held=False)


def _alone(rules: ReadyRules, version: RuleVersion, organization: Organization, *, held: bool) -> ReadyRules:
    """Return a list of one rule; where its trigger is not `held` it is judged all the same."""
    trigger = rules.trigger if held else replace(rules.trigger, holds=lambda document: True)
    one = ready(version, organization=organization.public_id)
    return rule_list(rules.version_id, trigger, [one], rules.zone)


def firing_of(run: Run, outcome: Outcome) -> Firing | None:
    """Return what the run's own rule did in an outcome; None where it did not match."""
    return next((one for one in outcome.firings if one.rule.rule_id == run.rule_id), None)


def same(run: Run, firing: Firing | None) -> bool:
    """Say whether a rule did what its run tells: status, values seen, changes and errors; clocks do not count.

    A run that waited for a condition may have another status by now. The run's own line of error is not
    compared, because it may tell how long code had waited for its turn; the trace has the error by itself.
    """
    if firing is None or (run.status != firing.status and firing.status != Run.Status.WAITING):
        return False
    told = {key: run.trace[key] for key in firing.trace if key in run.trace}
    return bool(timeless(told) == timeless(firing.trace))


def timeless(told: Any) -> Any:
    """Return a trace without the times that were taken."""
    if isinstance(told, dict):
        return {key: timeless(value) for key, value in told.items() if key not in _CLOCKS}
    return [timeless(one) for one in told] if isinstance(told, list | tuple) else told


# anew


@dataclass(frozen=True, slots=True)
class Plan:
    """Which runs can be run again, and why the others are left, by the run's public ID."""

    fitting: list[Run]
    left: list[tuple[Run, str]]


@dataclass(slots=True)
class Result:
    """What came of running again: the new runs, and the runs whose rule does not match any more."""

    runs: list[Run] = field(default_factory=list)
    unmatched: list[Run] = field(default_factory=list)
    left: list[tuple[Run, str]] = field(default_factory=list)

    def count(self, *statuses: str) -> int:
        """Return how many of the new runs have one of these statuses."""
        return sum(run.status in statuses for run in self.runs)


def plan(runs: Iterable[Run]) -> Plan:
    """Say which runs can be run again. Of several for one rule and record the newest stands for all."""
    rows = sorted(runs, key=lambda run: -run.pk)
    repeated = set(Run.across.filter(replay_of__in=[run.pk for run in rows]).values_list("replay_of_id", flat=True))
    fitting: dict[tuple[int, str, int], Run] = {}
    left = []
    for run in rows:
        key = (run.rule_id, run.entity_type, run.entity_id)
        why = _why_not(run, repeated)
        if not why and key in fitting:
            why = _("a newer run of the same rule on the same record is run again in its place")
        if why:
            left.append((run, why))
        else:
            fitting[key] = run
    return Plan(sorted(fitting.values(), key=lambda run: run.pk), left)


def _why_not(run: Run, repeated: set[int]) -> str:
    if run.status not in AGAIN:
        return _("only runs that failed or were refused can be run again")
    if run.pk in repeated:
        return _("it has been run again already")
    if run.rule.deleted_at is not None:
        return _("its rule has been deleted")
    if not run.rule.enabled:
        return _("its rule is switched off")
    if run.entity_type not in entities or run.trigger not in triggers:
        return _("this kind of record is not known any more")
    return ""


def run_again(organization: Organization, runs: Sequence[Run], *, by: Actor) -> Result:
    """Run rules again for the records of runs, in sets; what a set has done stays done.

    `runs` are of the organization. What cannot be run again is left, with the reason.
    """
    result = Result()
    by_rule: dict[int, list[int]] = {}
    for run in runs:
        by_rule.setdefault(run.rule_id, []).append(run.pk)
    for ids in by_rule.values():
        for start in range(0, len(ids), SET):
            _run_set(organization, ids[start : start + SET], by, result)
    return result


def _run_set(organization: Organization, ids: Sequence[int], by: Actor, result: Result) -> None:
    """Run a set again in one transaction; where somebody else did the same meanwhile, each by itself."""
    part = Result()
    try:
        with transaction.atomic():
            _run_locked(organization, ids, by, part)
    except IntegrityError:
        if len(ids) > 1:
            for pk in ids:
                _run_set(organization, [pk], by, result)
            return
        part = Result(left=[(Run.across.get(pk=ids[0]), _("somebody else has run it again at the same moment"))])
    result.runs += part.runs
    result.unmatched += part.unmatched
    result.left += part.left


def _run_locked(organization: Organization, ids: Sequence[int], by: Actor, result: Result) -> None:
    """Lock the old runs first: whoever presses twice waits here, and then finds them run again."""
    rows = Run.across.select_for_update().prefetch_related("rule__current").defer("trace", "input")
    wanted = plan(rows.filter(organization=organization, pk__in=ids).order_by("pk"))
    result.left += wanted.left
    if not wanted.fitting:
        return
    old = {run.entity_id: run for run in wanted.fitting}
    rule, trigger = wanted.fitting[0].rule, triggers.get(wanted.fitting[0].trigger)
    entity = entities.get(trigger.entity)
    entity.lock(sorted(old))
    records = entity.load(organization, list(old))
    result.left += [(run, _("its record is not here any more")) for pk, run in old.items() if pk not in records]
    # Where the trigger still holds, what follows from that (an order leaving New is told) holds too.
    fresh = [pk for pk, record in records.items() if trigger.holds(record.document)]
    for ids, held in ((fresh, True), ([pk for pk in records if pk not in fresh], False)):
        if ids:
            batch = judged(organization, rule, ids, by, held=held)
            write(batch)
            _link(batch, rule, {pk: old[pk] for pk in ids}, by, result)


def judged(organization: Organization, rule: Rule, ids: Sequence[int], by: Actor, *, held: bool) -> Batch:
    """Judge records by one rule as it is now; writes nothing.

    Where its trigger is not `held` any more, a person asks for it.
    """
    assert rule.current is not None
    published = RuleSet.objects.within(organization).values_list("published_id", flat=True).get(trigger=rule.trigger)
    rules = _alone(load(published, organization.timezone), rule.current, organization, held=held)
    batch = Batch(organization, rules.trigger, rules, to_millisecond(database_now()), Run.Origin.REPLAY)
    judge(batch, [Asked(pk) for pk in ids])
    for told in batch.inputs.values():
        told["by"] = by.name
    return batch


def _link(batch: Batch, rule: Rule, old: dict[int, Run], by: Actor, result: Result) -> None:
    """Name the old runs in the new ones, and close the exceptions of those that are well now."""
    rows = Run.across.filter(
        organization=batch.organization, rule=rule, entity_type=batch.entity.key, entity_id__in=list(old),
        origin=Run.Origin.REPLAY, judged_at=batch.now, replay_of=None,
    )  # fmt: skip
    new = {run.entity_id: run for run in rows}
    well = []
    for record_id, before in old.items():
        after = new.get(record_id)
        if after is None:
            result.unmatched.append(before)
            continue
        after.replay_of = before
        result.runs.append(after)
        if after.status not in AGAIN:
            well.append(cause_of(rule.public_id, after.entity_public_id))
    Run.across.bulk_update(new.values(), ["replay_of"])
    for cause in CAUSES if well else ():
        close(batch.organization.pk, cause, cause_key=well, by=by)
