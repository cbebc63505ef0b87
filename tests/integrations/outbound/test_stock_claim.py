"""Claiming numbers of stock asks what all of them share once, however many they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import lifecycle
from integrations.models import Integration
from integrations.outbound import channels
from integrations.outbound.stock import Teller
from tests.integrations.conftest import TESTER
from tests.integrations.outbound.stock import channel, publish

pytestmark = pytest.mark.django_db


def test_whether_orders_are_still_to_be_noted_is_asked_once(integration: Integration) -> None:
    publish(integration, "POT-STONE-06", "1")
    lifecycle.save_flows(integration, {"inventory": "push"}, by=TESTER)
    channels.begin(integration)
    with CaptureQueriesContext(connection) as queries:
        Teller(channel()).run()
    claim = next(one["sql"] for one in queries if "WITH due" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {claim}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "InitPlan" in plan, plan
    assert "SubPlan" not in plan, plan
