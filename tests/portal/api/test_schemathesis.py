"""Everything that the OpenAPI document allows and forbids is asked, by three programs; no answer may break a rule.

The checks are all that schemathesis has: no fault of ours, answers as they are described, wrong
requests refused, unknown methods refused, keys not ignored.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from pytest_django import Settings
from schemathesis.config import SchemathesisConfig

from orders.models import Source
from portal.api.urls import api
from portal.kit import json
from portal.tenancy.models import Membership
from tests.factories import make_orders
from tests.portal.api.conftest import make_key

CONFIG = {
    # Texts that fit their type may still be no filter, view or ID of anything, or hold a NUL.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 401, 403, 404, 409, 422]}},
}
CHANCE = CONFIG | {"phases": {"coverage": {"enabled": False}}}
"""The edges of every parameter are tried by the program that may read everything: that is enough, and takes long."""


def described(config: dict[str, Any]) -> Any:
    """Return what the document says, but for what only keys of custom integrations open: see their own tests."""
    document = json.loads(json.dumps(api.get_openapi_schema()))
    schema: Any = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    schema.app = get_wsgi_application()
    return schema.exclude(path_regex=r"/(store|warehouse)/")


reading, by_chance = described(CONFIG), described(CHANCE)
quiet = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def one_transaction(db: None, settings: Settings) -> Iterator[None]:
    """Requests stay in the test's transaction, as those of the test client do, and are as fast as they like."""
    settings.API_REQUESTS_PER_MINUTE = settings.API_BURST = 100_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ours(source: Source) -> str:
    """The secret of a key that may read everything, where there is something to read."""
    make_orders(source, range(1, 4))
    return make_key(source.organization).secret


@reading.parametrize()  # type: ignore[untyped-decorator]
@quiet
def test_a_program_that_may_read_everything(case: Any, ours: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {ours}"})


@pytest.fixture
def narrow(source: Source) -> str:
    """The secret of a key that may read exceptions alone."""
    make_orders(source, range(1, 3))
    return make_key(source.organization, "exceptions:read").secret


@by_chance.parametrize()  # type: ignore[untyped-decorator]
@quiet
def test_a_program_that_may_read_one_thing_only(case: Any, narrow: str) -> None:
    response = case.call_and_validate(headers={"X-Switchyard-Key": narrow})
    if case.path.startswith(("/api/v1/orders", "/api/v1/runs")):
        assert response.status_code >= 400


@pytest.fixture
def foreign(source: Source, stranger: Membership) -> tuple[str, list[str]]:
    """The secret of another organization's key, and what of ours it must never see."""
    (order, *_) = make_orders(source, range(1, 3))
    return make_key(stranger.organization).secret, [order.public_id, source.public_id, source.organization.public_id]


@by_chance.parametrize()  # type: ignore[untyped-decorator]
@quiet
def test_a_program_of_another_organization(case: Any, foreign: tuple[str, list[str]]) -> None:
    secret, ours = foreign
    response = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})
    assert [one for one in ours if one in response.text] == []
