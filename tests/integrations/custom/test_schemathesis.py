"""What the OpenAPI document allows and forbids of shops and warehouses of one's own is asked by their own programs."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from pytest_django import Settings

from integrations.custom import keys
from integrations.models import Integration
from orders.models import Order
from tests.portal.api.test_schemathesis import one_transaction, schema  # noqa: F401 - a fixture

Made = tuple[Integration, keys.Secrets]
ours = schema.include(path_regex=r"/(store|warehouse)/")
quiet = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def secrets(store: Made, warehouse: Made, settings: Settings) -> dict[str, str]:
    return {"store": store[1].key, "warehouse": warehouse[1].key}


@ours.parametrize()  # type: ignore[untyped-decorator]
@quiet
def test_what_they_may_send_and_fetch(case: Any, secrets: dict[str, str]) -> None:
    key = secrets["store" if "/store/" in case.path else "warehouse"]
    response = case.call_and_validate(
        headers={"Authorization": f"Bearer {key}"}, excluded_checks=[schemathesis.checks.unsupported_method]
    )
    assert response.status_code < 500
    assert Order.across.count() < 1_000
