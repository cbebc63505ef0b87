"""Exceptions that were there before they became records get what new ones are raised with."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from orders.exceptions import settle
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import OrderException, Source
from portal.audit.actor import Actor
from tests.factories import make_order

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("orders.migrations.0012_exceptions_as_records")


def test_old_exceptions_are_filled_with_what_new_ones_have(source: Source) -> None:
    order = make_order(source)
    rule = "0123456789abcdef"
    told = (
        ("rule_failed", f"{rule}:{order.public_id}", "order", order.pk, "#1001", ""),
        ("record_refused", f"{source.public_id}:7", "source", source.pk, source.name, ""),
        ("rule_paused", f"{rule}:3", "rule", 5, "Hold", rule),
        ("delivery_parked", "email:1", "", None, "", ""),
    )
    raise_exceptions(
        [
            Problem(
                kind, source.organization_id, key, "It failed", "Line 3",
                entity_type=entity, entity_id=pk, entity_label=label, entity_public_id=public_id,
            )
            for kind, key, entity, pk, label, public_id in told
        ]
    )  # fmt: skip
    settle.settle(OrderException.across.get(type="rule_paused"), "dismissed", by=Actor("user", "1", "Ann"))
    wanted = list(OrderException.across.order_by("pk").values("facets", "entity_public_id", "source_id"))
    OrderException.across.update(facets={}, entity_public_id=None, source=None)
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.LOOK_UP)
    MIGRATION.fill(apps, None)
    assert list(OrderException.across.order_by("pk").values("facets", "entity_public_id", "source_id")) == wanted
    paused = OrderException.across.get(type="rule_paused")
    assert paused.updated_at == paused.closed_at
