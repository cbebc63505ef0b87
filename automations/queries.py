"""What the automation pages read."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet, Sum

from automations import words
from automations.definition import Definition
from automations.engine.rules import why_paused
from automations.engine.triggers import Trigger
from automations.models import Rule, RuleCounter, RuleSet
from orders.models import Order, Source
from portal.kit.clock import now
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule as its card shows it."""

    rule: Rule
    place: int
    condition: str
    effect: str
    where: str
    matches: int
    errors: int
    last_matched_at: dt.datetime | None
    paused: str = ""
    """Why it cannot be judged in this version of the product; it then does nothing, and an exception says so."""


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
    zone = zone_of(organization)
    rules = Rule.objects.within(organization).filter(trigger=trigger.key, deleted_at=None).select_related("current")
    counts = _counts(organization)
    names = names_of_sources(organization)
    made = []
    for place, rule in enumerate(rules.order_by("is_default", "position", "pk"), start=1):
        definition, paused = _readable(rule, trigger, zone)
        told = counts.get(rule.pk, {})
        made.append(
            RuleCard(
                rule,
                place,
                words.condition(definition, trigger, zone, names, is_default=rule.is_default),
                words.effect(definition),
                words.where(definition, names),
                told.get("matches", 0),
                told.get("errors", 0),
                told.get("last"),
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


def _counts(organization: Organization) -> dict[int, dict[str, Any]]:
    since = now() - dt.timedelta(days=30)
    rows = RuleCounter.objects.within(organization).filter(hour__gte=since).values("rule_id")
    totals = rows.annotate(matches=Sum("matches"), errors=Sum("errors"), last=Max("last_matched_at"))
    return {row.pop("rule_id"): row for row in totals}


def list_version(organization: Organization, trigger: Trigger) -> int:
    """Return the number of the published list, by which an outdated page is told."""
    row = RuleSet.objects.within(organization).filter(trigger=trigger.key).select_related("published").first()
    return row.published.number if row and row.published else 0


def recent_orders(organization: Organization, count: int = 10) -> list[Order]:
    """Return the last real orders, to try a rule on."""
    rows = Order.objects.within(organization).filter(deleted_at=None).order_by("-placed_at", "-id")
    return list(rows.only("public_id", "ext_order_id", "customer_name", "total", "currency", "placed_at")[:count])
