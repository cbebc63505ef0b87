"""Trying a rule on one order: the same evaluator, with nowhere for its plan to go."""

import zoneinfo
from dataclasses import dataclass

from django.db.models import Q

from automations.definition import Definition
from automations.engine.code import answerer
from automations.engine.evaluate import Outcome, Subject, evaluate
from automations.engine.rules import make_ready, rule_list
from automations.engine.trace import of_tree
from automations.engine.triggers import Trigger
from orders.documents.order import document
from orders.lifecycle.order import OrderStatus
from orders.models import Order
from portal.audit.at import as_of
from portal.kit.clock import database_now
from portal.kit.json import Json
from portal.tenancy.models import Organization


class NoSuchOrder(LookupError):
    """No order of this organization has that ID."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done to an order as it came in."""

    order: Order
    document: Json
    matched: bool
    refused: bool
    """The filter matches, and an action is not allowed."""
    source_fits: bool
    trace: Json
    error: str
    came_in_as: str
    """The words of the status it came in with, where rules do not look at such an order; else empty."""


def find(organization: Organization, wanted: str) -> Order:
    """Find an order by any of its IDs or its number. Raises NoSuchOrder."""
    wanted = wanted.strip()
    rows = Order.objects.within(organization).select_related("source", "organization")
    any_id = Q(public_id=wanted) | Q(ext_order_id=wanted) | Q(ext_order_id=f"#{wanted}") | Q(ext_order_api_id=wanted)
    order: Order | None = rows.filter(any_id).order_by("-placed_at").first()
    if order is None:
        raise NoSuchOrder(f"There is no order “{wanted}” here. Give its number or one of its IDs.")
    return order


def try_rule(definition: Definition, trigger: Trigger, order: Order) -> Trial:
    """Judge an order, as it was when it came in, by one rule that need not be saved. Writes nothing.

    One that came in with a status that the trigger does not look at (a draft) is judged as if it were new.
    """
    told = document(order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id)
    told = as_of("order", {order.pk: 1}, {order.pk: (order.version, told)})[order.pk]
    told, came_in_as = _as_if_new(trigger, told)
    rule = make_ready(
        definition, trigger, rule_id=0, version_id=0, public_id="", number=0,
        organization=order.organization.public_id,
    )  # fmt: skip
    now, zone = database_now(), zoneinfo.ZoneInfo(order.organization.timezone)
    subject = Subject(order.pk, 0, order.source.public_id, told)
    (outcome,) = evaluate(rule_list(0, trigger, [rule], zone), [subject], now, answerer(now))
    fits = not rule.sources or subject.source in rule.sources
    seen = {} if rule.tree is None else of_tree(rule.tree, trigger.catalogue, told, now, zone)
    return _trial(order, outcome, fits, seen, came_in_as)


def _as_if_new(trigger: Trigger, told: Json) -> tuple[Json, str]:
    if trigger.holds(told):
        return told, ""
    return told | {"status": OrderStatus.NEW.value}, OrderStatus(told["status"]).label


def _trial(order: Order, outcome: Outcome, fits: bool, seen: Json, came_in_as: str) -> Trial:
    matched, refused, error, told = False, False, "", outcome.subject.document
    if outcome.firings:
        firing = outcome.firings[0]
        matched, refused = firing.status != "failed", firing.status == "refused"
        seen, error = firing.trace, firing.error
    elif seen:
        seen["filter"]["outcome"] = seen["filter"]["why"]["outcome"]
    return Trial(order, told, matched, refused, fits, seen, error, came_in_as)
