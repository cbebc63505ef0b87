"""The cure of exceptions of rules: the rule is run again, as it is now, on the record as it is now."""

import itertools
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automations import replay
from automations.engine.entities import entities
from automations.engine.evaluate import Outcome
from automations.engine.triggers import triggers
from automations.models import Rule, Run
from orders.exceptions.catalogue import Fate, Foreseen, Foresight, Retry, retries
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

BY = Actor.system("Automation Engine")
FEW = 10
"""So many records are judged together: code may take its time, and whoever looks waits for all of them."""


def run_again(exception: OrderException) -> int:
    """Run the rule of an exception again. Returns how many runs came of it; 0: it cannot be, or matches no more."""
    rule, _colon, _record = exception.cause_key.partition(":")
    rows = Run.objects.within(exception.organization).filter(
        rule__public_id=rule, entity_type=exception.entity_type, entity_id=exception.entity_id,
        status__in=replay.AGAIN,
    )  # fmt: skip
    last = list(rows.order_by("-pk")[:1])
    result = replay.run_again(exception.organization, last, by=BY)
    return len(result.runs)


def foresee(exceptions: Sequence[OrderException]) -> Foresight:
    """Judge the records by their rules as both are now, and say of each what would come of it."""
    organization = exceptions[0].organization
    by_record = {(one.cause_key.partition(":")[0], one.entity_id): one.pk for one in exceptions}
    rows = Run.objects.within(organization).filter(
        rule__public_id__in={rule for rule, _record in by_record}, status__in=replay.AGAIN,
        entity_type=exceptions[0].entity_type, entity_id__in={record for _rule, record in by_record},
    )  # fmt: skip
    newest = rows.order_by("rule_id", "entity_id", "-pk").distinct("rule_id", "entity_id")
    plan = replay.plan(newest.select_related("rule__current").defer("trace", "input"))
    told = [(run, Foreseen(Fate.STAYS, _sentence(why))) for run, why in plan.left]
    for run, foreseen in itertools.chain(told, _judged(organization, plan.fitting)):
        if (pk := by_record.get((run.rule.public_id, run.entity_id))) is not None:
            yield pk, foreseen


def _judged(organization: Organization, runs: Sequence[Run]) -> Iterator[tuple[Run, Foreseen]]:
    by_rule: dict[Rule, dict[int, Run]] = {}
    for run in runs:
        by_rule.setdefault(run.rule, {})[run.entity_id] = run
    for rule, some in by_rule.items():
        trigger = triggers.get(rule.trigger)
        records = entities.get(trigger.entity).load(organization, list(some))
        for held in (True, False):
            ids = [pk for pk, record in records.items() if trigger.holds(record.document) == held]
            for start in range(0, len(ids), FEW):
                batch = replay.judged(organization, rule, ids[start : start + FEW], BY, held=held)
                yield from ((some[pk], _became(some[pk], outcome)) for pk, outcome in batch.outcomes.items())


def _became(run: Run, outcome: Outcome) -> Foreseen:
    firing = replay.firing_of(run, outcome)
    if firing is None:
        return Foreseen(Fate.STAYS, gettext("The rule does not match any more: decide about it by hand."))
    if firing.status in replay.AGAIN:
        return Foreseen(Fate.STAYS, firing.error)
    return Foreseen(Fate.CLEARS, gettext("The rule can do its work."))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


for _key in ("rule_failed", "rules_disagree"):
    retries.register(
        _key,
        Retry(
            _("Run again"),
            run_again,
            foresee,
            _("The rule is judged anew, as it is now, on each order as it is now. What it does then is done."),
            at_once=True,
        ),
    )
