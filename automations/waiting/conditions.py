"""What waiting orders wait for now: the conditional hold of the rule that holds them, as the rule is today."""

import datetime as dt
import enum
import functools
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from automations.actions.conditional_hold import KEY, ConditionalHoldSettings
from automations.definition import Definition
from automations.engine.code import answerer
from automations.engine.entities import Record
from automations.engine.evaluate import Answer, Question
from automations.engine.related import load_related, mentioned
from automations.models import Rule, RuleVersion
from orders.documents.catalogue import ORDER
from portal.filters.codec import decode
from portal.filters.evaluate import Predicate, compile_tree
from portal.filters.tree import Group
from portal.filters.why import why
from portal.kit.json import Json
from portal.tenancy.models import Organization


class Lost(enum.StrEnum):
    """Why a rule does not look at its orders any more; they wait for their fail-safe."""

    DELETED = "deleted"
    OFF = "off"
    WATCHES = "watches"
    WITHOUT = "without"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Condition:
    """The conditional hold of one version of a rule, ready to be asked."""

    settings: ConditionalHoldSettings
    tree: Group | None
    """The simple condition; None where it is code."""
    holds: Predicate | None
    code: str
    key: str
    """Names the V8 instance of the code."""
    related: frozenset[str]


@dataclass(frozen=True, slots=True)
class Current:
    """A rule as it is now: its condition, or why it has none that could be asked."""

    public_id: str
    rule_id: int
    name: str
    number: int
    condition: Condition | None
    lost: Lost | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition is met, with what it saw; or why it could not be judged."""

    met: bool
    error: str = ""
    seen: Json | None = None
    micros: int = 0
    """How long its code ran."""


def rule_of(placed_by_id: str) -> str:
    """Return the public ID of the rule that placed a hold: that of “a1b2…:3”."""
    return placed_by_id.partition(":")[0]


def current(organization: Organization, public_ids: Collection[str]) -> dict[str, Current]:
    """Return rules of an organization as they are now, by public ID; those that never were are left out."""
    rows = Rule.across.filter(organization=organization, public_id__in=public_ids).select_related("current")
    return {row.public_id: _current(row, organization) for row in rows.defer("current__definition")}


def _current(rule: Rule, organization: Organization) -> Current:
    found: Condition | Lost = Lost.DELETED
    if rule.deleted_at is None:
        found = Lost.OFF if not rule.enabled else Lost.WATCHES if rule.mode == Rule.Mode.WATCH else Lost.WITHOUT
        if found is Lost.WITHOUT and rule.current_id is not None:
            found = _condition(rule.current_id, organization.public_id, organization.timezone)
    number = rule.current.number if rule.current else 0
    named = rule.public_id, rule.pk, rule.name, number
    return Current(*named, None, found) if isinstance(found, Lost) else Current(*named, found)


@functools.lru_cache(maxsize=1_000)
def _condition(version_id: int, organization: str, timezone: str) -> Condition | Lost:
    """Compile the first conditional hold of a rule version that is switched on; versions never change."""
    stored = RuleVersion.across.values_list("definition", flat=True).get(pk=version_id)
    try:
        specs = Definition.model_validate(stored).actions
        spec = next((one for one in specs if one.key == KEY and not one.off), None)
        if spec is None:
            return Lost.WITHOUT
        settings = ConditionalHoldSettings.model_validate(spec.settings)
        key = f"{organization}:{version_id}:condition"
        if settings.condition.kind == "code":
            code = settings.condition.code
            return Condition(settings, None, None, code, key, mentioned([code], "order"))
        tree = decode(settings.condition.tree)
        holds = compile_tree(tree, ORDER, zoneinfo.ZoneInfo(timezone))
        return Condition(settings, tree, holds, "", key, frozenset())
    except (ValueError, LookupError):
        return Lost.UNREADABLE


def judge(organization: Organization, asked: Sequence[tuple[Condition, Record]], now: dt.datetime) -> list[Verdict]:
    """Ask conditions of orders, one call into V8 for each piece of code. Writes nothing."""
    coded = [(condition, record) for condition, record in asked if condition.holds is None]
    names = frozenset[str]().union(*(condition.related for condition, _ in coded))
    related = load_related(organization, "order", names, [record for _, record in coded]) if names else {}
    questions = [
        Question(condition.key, condition.code, "filter", record.document, related.get(record.id, {}))
        for condition, record in coded
    ]
    answers = iter(answerer(now)(questions) if questions else ())
    zone = zoneinfo.ZoneInfo(organization.timezone)
    return [
        _of_code(next(answers)) if condition.holds is None else _of_tree(condition, record.document, now, zone)
        for condition, record in asked
    ]


def _of_tree(condition: Condition, document: Json, now: dt.datetime, zone: dt.tzinfo) -> Verdict:
    assert condition.tree is not None
    assert condition.holds is not None
    if not condition.holds(document, now):
        return Verdict(False)
    return Verdict(True, seen={"kind": "simple", "why": why(condition.tree, ORDER, document, now, zone=zone)})


def _of_code(answer: Answer) -> Verdict:
    if answer.status == "ok":
        seen = {"kind": "code", "console": list(answer.console), "micros": answer.micros}
        return Verdict(answer.value is True, seen=seen, micros=answer.micros)
    error = f"{answer.error}{f' (line {answer.line})' if answer.line else ''}"
    return Verdict(False, error, micros=answer.micros)
