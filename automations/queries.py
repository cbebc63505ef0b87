"""What the automation pages read."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDay

from automations import words
from automations.definition import Definition
from automations.engine.entities import Entity, entities
from automations.engine.rules import why_paused
from automations.engine.triggers import Trigger, triggers
from automations.lists import runs
from automations.models import Rule, RuleCounter, RuleSet
from automations.shown.bars import Bar, bars, days_until
from orders.models import Source
from portal.kit.clock import now
from portal.tenancy.models import Organization

MANY = 8
"""From so many rules on, the page offers to search them by name."""


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule as its card shows it."""

    rule: Rule
    place: int
    condition: str
    effect: str
    where: str
    did: "Did"
    once: str = ""
    paused: str = ""
    """Why it cannot be judged in this version of the product; it then does nothing, and an exception says so."""

    @property
    def watched(self) -> bool:
        """Say whether it only watches: it is judged, and does nothing."""
        return self.rule.mode == Rule.Mode.WATCH

    @property
    def always_on(self) -> bool:
        """Say whether it cannot be switched off."""
        default = triggers.get(self.rule.trigger).default
        return self.rule.is_default and (default is None or default.always_on)

    @property
    def runs_url(self) -> str:
        """Return the address of everything it did."""
        return runs.address(ruleId=self.rule.public_id)

    @property
    def failed_url(self) -> str:
        """Return the address of what went wrong with it."""
        return runs.address(ruleId=self.rule.public_id, status="failed")


@dataclass(slots=True)
class Did:
    """What a rule did in 30 days, and when it fired last."""

    matches: int = 0
    errors: int = 0
    last_matched_at: dt.datetime | None = None
    bars: tuple[Bar, ...] = ()
    days: dict[dt.date, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TriggerLink:
    """A trigger in the navigation: how many rules it has, and how many of them are on."""

    trigger: Trigger
    rules: int
    on: int


@dataclass(frozen=True, slots=True)
class TriggerGroup:
    """The triggers of one kind of record."""

    entity: Entity
    links: tuple[TriggerLink, ...]


def sources(organization: Organization) -> QuerySet[Source]:
    """Return the sources that rules may be limited to."""
    rows: QuerySet[Source] = Source.objects.within(organization).exclude(state="deleted").order_by("name")
    return rows


def names_of_sources(organization: Organization) -> dict[str, str]:
    """Return what every source is called, also those that are gone, by public ID."""
    return dict(Source.objects.within(organization).values_list("public_id", "name"))


def zone_of(organization: Organization) -> dt.tzinfo:
    """Return the timezone in which rules count days and times, whoever looks at them: the organization's."""
    return zoneinfo.ZoneInfo(organization.timezone)


def cards(organization: Organization, trigger: Trigger) -> list[RuleCard]:
    """Return the rules of a trigger in their order, the default last, with what they did in 30 days."""
    rules = Rule.objects.within(organization).filter(trigger=trigger.key, deleted_at=None).select_related("current")
    return _cards(organization, list(rules.order_by("is_default", "position", "pk")))


def found(organization: Organization, text: str) -> list[tuple[Trigger, list[RuleCard]]]:
    """Return the rules of all triggers whose name has these words, by trigger."""
    rules = Rule.objects.within(organization).filter(deleted_at=None).select_related("current")
    for word in text.split():
        rules = rules.filter(name__icontains=word)
    made = _cards(organization, list(rules.order_by("is_default", "position", "pk")))
    groups = [(one, [card for card in made if card.rule.trigger == one.key]) for one in in_order()]
    return [(trigger, some) for trigger, some in groups if some]


def _cards(organization: Organization, rules: Sequence[Rule]) -> list[RuleCard]:
    zone, names, did = zone_of(organization), names_of_sources(organization), _did(organization, rules)
    places: dict[str, int] = {}
    made = []
    for rule in rules:
        if rule.trigger not in triggers:  # of a version of the product that knew more
            continue
        trigger = triggers.get(rule.trigger)
        definition, paused = _readable(rule, trigger, zone)
        places[rule.trigger] = place = places.get(rule.trigger, 0) + 1
        made.append(
            RuleCard(
                rule,
                place,
                words.condition(definition, trigger, zone, names, is_default=rule.is_default),
                words.effect(definition),
                words.where(definition, names),
                did.get(rule.pk, Did()),
                words.once(definition, trigger),
                paused,
            )
        )
    return made


def _readable(rule: Rule, trigger: Trigger, zone: dt.tzinfo) -> tuple[Definition, str]:
    """Return what a rule says and why it is paused; of one that says nothing any more, its name."""
    assert rule.current is not None
    stored = rule.current.definition
    paused = why_paused(stored, trigger, zone)
    try:
        return Definition.model_validate(stored), paused
    except ValueError:
        return Definition(name=rule.name), paused


def _did(organization: Organization, rules: Sequence[Rule]) -> dict[int, Did]:
    """Return what rules did in the days of the chart, which are the organization's, and when each fired last."""
    zone = zone_of(organization)
    today = now().astimezone(zone).date()
    since = dt.datetime.combine(days_until(today)[0], dt.time(), zone)
    rows = RuleCounter.objects.within(organization).filter(rule__in=rules)
    told: dict[int, Did] = {}
    for rule_id, last in rows.values_list("rule_id").annotate(Max("last_matched_at")):
        told[rule_id] = Did(last_matched_at=last)
    days = rows.filter(hour__gte=since).annotate(day=TruncDay("hour", tzinfo=zone)).values_list("rule_id", "day")
    for rule_id, day, matches, errors in days.annotate(Sum("matches"), Sum("errors")):
        one = told[rule_id]
        one.matches, one.errors = one.matches + matches, one.errors + errors
        one.days[day.date()] = matches, errors
    for one in told.values():
        one.bars = bars(one.days, today)
    return told


def in_order() -> list[Trigger]:
    """Return the triggers as they are listed: by kind of record, then by their place in it."""
    kinds = {trigger.entity for trigger in triggers.all()}
    first = {kind: min(one.position for one in triggers.all() if one.entity == kind) for kind in kinds}
    order = sorted(kinds, key=lambda kind: (kind != "order", first[kind], kind))
    return sorted(triggers.all(), key=lambda one: (order.index(one.entity), one.position, one.key))


def groups(organization: Organization) -> list[TriggerGroup]:
    """Return the triggers by kind of record, with the number of their rules; kinds without triggers are left out."""
    rows = Rule.objects.within(organization).filter(deleted_at=None).order_by().values_list("trigger")
    counted = rows.annotate(rules=Count("pk"), on=Count("pk", filter=Q(enabled=True)))
    counts = {key: (rules, on) for key, rules, on in counted}
    made: dict[str, list[TriggerLink]] = {}
    for trigger in in_order():
        made.setdefault(trigger.entity, []).append(TriggerLink(trigger, *counts.get(trigger.key, (0, 0))))
    return [TriggerGroup(entities.get(key), tuple(links)) for key, links in made.items()]


def list_version(organization: Organization, trigger: Trigger) -> int:
    """Return the number of the published list, by which an outdated page is told."""
    row = RuleSet.objects.within(organization).filter(trigger=trigger.key).select_related("published").first()
    return row.published.number if row and row.published else 0
