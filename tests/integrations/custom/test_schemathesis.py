"""What the OpenAPI document allows and forbids of shops and warehouses of one's own is asked by their own programs."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from integrations.custom import keys
from integrations.models import Integration
from portal.api.urls import api
from portal.kit import json
from tests.portal.api.test_schemathesis import CHANCE, one_transaction  # noqa: F401 - a fixture

Made = tuple[Integration, keys.Secrets]
# The large messages have hundreds of edges, each of which would be tried; chance has to do.
document = json.loads(json.dumps(api.get_openapi_schema()))
schema: Any = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CHANCE))
schema.app = get_wsgi_application()
ours = schema.include(path_regex=r"/(store|warehouse)/")
quiet = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def secrets(store: Made, warehouse: Made) -> dict[str, str]:
    return {"store": store[1].key, "warehouse": warehouse[1].key}


@ours.parametrize()  # type: ignore[untyped-decorator]
@quiet
def test_what_they_may_send_and_fetch(case: Any, secrets: dict[str, str]) -> None:
    key = secrets["store" if "/store/" in case.path else "warehouse"]
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
