"""Builders of orders that wait for a condition."""

import datetime as dt
from typing import Any

from django.db.models import F

from automations import services
from automations.actions.conditional_hold import KEY
from automations.definition import ActionSpec, Definition
from automations.models import Rule
from automations.waiting.listen import LOOK_EVERY
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit.json import Json
from tests.factories import ingest, make_order, make_record

ANN = Actor("user", "1", "Ann")
LATER = dt.timedelta(minutes=30)


def simple(field: str, operator: str, value: Any) -> Json:
    items = [{"field": field, "operator": operator, "value": value}]
    return {"kind": "simple", "tree": {"version": 1, "root": {"match": "all", "items": items}}}


PAID = simple("tags", "contains_any", ["paid"])


def code(text: str) -> Json:
    return {"kind": "code", "code": text}


def definition(condition: Json, *, name: str = "Wait for payment", **settings: Any) -> Definition:
    spec = ActionSpec(key=KEY, settings={"condition": condition, **settings})
    return Definition(name=name, actions=(spec,))


def wait_for(source: Source, condition: Json, **settings: Any) -> Rule:
    """Switch a rule on that holds every new order until a condition is met."""
    made = services.create_rule(source.organization, "NEW_ORDER", definition(condition, **settings), by=ANN)
    return services.set_enabled(made, True, by=ANN)


def edit(rule: Rule, changed: Definition) -> None:
    services.save_rule(Rule.across.get(pk=rule.pk), changed, by=ANN)


def held(source: Source, number: int = 1001, **fields: Any) -> Order:
    """Take an order in and have the rules and the first look done."""
    order = make_order(source, number, **fields)
    settle_down()
    order.refresh_from_db()
    return order


def settle_down() -> None:
    while drain("automations") + drain("waiting"):
        pass


def change(source: Source, number: int = 1001, **fields: Any) -> None:
    """Have the store report an order anew."""
    at = dt.datetime(2026, 1, 6, tzinfo=dt.UTC) + dt.timedelta(seconds=History.across.count())
    ingest(source, make_record(number, extOrderUpdatedAt=at, **fields))
    settle_down()


def let_time_pass() -> None:
    """Make the last looks old enough for the next."""
    Hold.across.filter(checked_at__isnull=False).update(checked_at=F("checked_at") - LOOK_EVERY)
