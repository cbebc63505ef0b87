"""A sandbox warehouse for each test, at which the settings point."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations.connectors.shipbob.sandbox.server import Sandbox, serve

FIRST = 8
"""The first location that the sandbox tells of."""


def point_at(settings: Settings, sandbox: Sandbox) -> None:
    settings.CONNECTOR_ENDPOINTS = {"shipbob": {"api": sandbox.api_url}}
    settings.ALLOWED_PRIVATE_HOSTS = [sandbox.url.removeprefix("http://")]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve(rate_limit=100_000) as running:
        point_at(settings, running)
        yield running
