"""Trying a rule on one record: the same evaluator, with nowhere for its plan to go."""

import zoneinfo
from dataclasses import dataclass

from automations.definition import Definition
from automations.engine.code import answerer
from automations.engine.entities import Record, entities
from automations.engine.evaluate import Outcome, Subject, evaluate
from automations.engine.plan import Send
from automations.engine.related import load_related
from automations.engine.rules import make_ready, rule_list
from automations.engine.snapshot import former
from automations.engine.trace import of_tree
from automations.engine.triggers import Trigger
from orders.lifecycle.order import OrderStatus
from portal.filters.fields import BEFORE
from portal.filters.normal import to_millisecond
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do to a record."""

    record: Record
    document: Json
    """The document that was judged, and what came of it (`after`)."""
    before: Json | None
    after: Json
    matched: bool
    refused: bool
    """The filter matches, and an action is not allowed."""
    source_fits: bool
    trace: Json
    error: str
    came_in_as: str
    """The words of the status it came in with, where rules do not look at such an order; else empty."""
    sends: tuple[Send, ...]
    micros: int


def try_rule(
    definition: Definition,
    trigger: Trigger,
    organization: Organization,
    record: Record,
    *,
    document: Json | None = None,
    before: Json | None = None,
) -> Trial:
    """Judge a record by one rule that need not be saved. Writes and sends nothing.

    `document` and `before` replace what the record has (a person may edit them). Otherwise a new
    order is judged as it came in, and any other record as it is now, with its last version as what it
    was before. One that came in with a status that the trigger does not look at is judged as if new.
    """
    told, was = document or _to_judge(trigger, record), before
    told, came_in_as = _as_if_new(trigger, told)
    if was is None and trigger.catalogue.changes:
        was = _last_version(trigger, record, told)
    rule = make_ready(
        definition, trigger, rule_id=0, version_id=0, public_id="", number=0, organization=organization.public_id
    )
    now, zone = to_millisecond(database_now()), zoneinfo.ZoneInfo(organization.timezone)
    rules = rule_list(0, trigger, [rule], zone)
    related = load_related(organization, trigger.entity, rules.related, [record])[record.id] if rules.related else {}
    judged = told if was is None else told | {BEFORE: was}
    subject = Subject(record.id, None, record.source, judged, related, record.pinned)
    (outcome,) = evaluate(rules, [subject], now, answerer(now))
    seen = {} if rule.tree is None else of_tree(rule.tree, trigger.catalogue, judged, now, zone)
    fits = not rule.sources or record.source in rule.sources
    return _trial(record, told, was, outcome, fits, seen, came_in_as)


def pasted(trigger: Trigger, document: Json) -> Record:
    """Return a record that exists only as pasted JSON. Raises ValueError with the cure where it cannot be judged."""
    state = "status" if trigger.entity == "order" else "state"
    if not isinstance(document.get(state), str):
        raise ValueError(f"The JSON needs “{state}”, as “View JSON” shows it.")
    source = document.get("integration")
    return Record(0, "", "the pasted JSON", 1, source if isinstance(source, str) else "", document)


def _to_judge(trigger: Trigger, record: Record) -> Json:
    """Return the record as it came in for a trigger that fires once for it, else as it is now."""
    if trigger.may_run_once or record.row is None:
        return record.document
    return entities.get(trigger.entity).former({record.id: record}, {record.id: 1})[record.id]


def _last_version(trigger: Trigger, record: Record, told: Json) -> Json:
    entity = entities.get(trigger.entity)
    if record.row is None or record.version <= 1:
        return told
    beside = {record.id: entity.beside(record)}
    return former(entity, {record.id: record}, {record.id: record.version - 1}, beside)[record.id]


def _as_if_new(trigger: Trigger, told: Json) -> tuple[Json, str]:
    if trigger.may_run_once or trigger.holds(told):
        return told, ""
    return told | {"status": OrderStatus.NEW.value}, OrderStatus(told["status"]).label


def _trial(
    record: Record, told: Json, was: Json | None, outcome: Outcome, fits: bool, seen: Json, came_in_as: str
) -> Trial:
    matched, refused, error, sends, micros = False, False, "", tuple[Send, ...](), 0
    if outcome.firings:
        firing = outcome.firings[0]
        matched, refused = firing.status != "failed", firing.status == "refused"
        seen, error, micros = firing.trace, firing.error, firing.micros
        sends = tuple(one for one in firing.writes if isinstance(one, Send))
    elif seen:
        seen["filter"]["outcome"] = seen["filter"]["why"]["outcome"]
    after = {key: value for key, value in outcome.document.items() if key != BEFORE}
    return Trial(record, told, was, after, matched, refused, fits, seen, error, came_in_as, sends, micros)
