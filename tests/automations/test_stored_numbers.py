"""A rule keeps its numbers as they were typed, to the last digit."""

import datetime as dt
from decimal import Decimal

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.loading import published
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

BY = Actor.system("Test")


@pytest.mark.django_db
def test_a_rule_with_a_broken_amount_is_stored_exactly_and_runs(organization: Organization) -> None:
    condition = {"field": "totalPrice", "operator": "gt", "value": Decimal("12.50")}
    tree = {"version": 1, "root": {"match": "all", "items": [condition]}}
    definition = Definition(name="Over", filter=FilterSpec(tree=tree), actions=(ActionSpec(key="hold"),))
    rule = services.create_rule(organization, "NEW_ORDER", definition, by=BY)
    services.set_enabled(rule, True, by=BY)
    assert rule.current is not None
    rule.current.refresh_from_db()
    assert rule.current.definition["filter"]["tree"]["root"]["items"][0]["value"] == Decimal("12.50")
    ready = published(organization, "NEW_ORDER")
    assert ready is not None
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    totals = [{"totalPrice": Decimal(total)} for total in ("12.50", "12.51")]
    assert [ready.filters.matches(document, now) for document in totals] == [[False], [True]]
