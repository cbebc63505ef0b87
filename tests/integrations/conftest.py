"""A sandbox store for each test, and an integration that is connected to it."""

import copy
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db.models.functions import Now
from flask import Flask
from pytest_django import Settings
from werkzeug.serving import BaseWSGIServer

from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox import server
from integrations.connectors.ecwid.sandbox.app import create
from integrations.connectors.ecwid.sandbox.config import Config
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.connectors.ecwid.sandbox.world import World
from integrations.models import FlowState, Integration
from integrations.sync import pull
from integrations.sync.outcome import Outcome
from orders.models import Order
from portal.audit.actor import Actor
from portal.kit import claims
from portal.tenancy.models import Organization

TESTER = Actor.system("test")


@pytest.fixture(scope="session", autouse=True)
def _routes_made_once() -> Iterator[None]:
    """Let the many sandboxes share their routes and templates, which take longer to make than a test.

    Each has its world and its port to itself, and ends without a pause.
    """
    listen, first = server.listen, create(World(Config(), None))
    first.extensions["world"].close()

    def with_these_routes(world: World) -> Flask:
        app = copy.copy(first)
        app.extensions = {"world": world}
        return app

    def listen_closely(world: World, host: str, port: int) -> BaseWSGIServer:
        made = listen(world, host, port)
        patch.setattr(made, "serve_forever", partial(_serve, made.serve_forever))
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "create", with_these_routes)
        patch.setattr(server, "listen", listen_closely)
        yield


@pytest.fixture(autouse=True)
def _again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second try come without its pause; what stands between the two is the test's own matter."""
    monkeypatch.setattr("integrations.kit.client._AGAIN_AFTER", 0)


def _serve(forever: Callable[[float], None], poll_interval: float) -> None:
    forever(min(poll_interval, 0.005))


def point_at(settings: Settings, sandbox: Sandbox) -> None:
    settings.CONNECTOR_ENDPOINTS = {"ecwid": {"api": sandbox.api_url, "oauth": sandbox.oauth_url}}
    settings.CONNECTOR_APPS = {"ecwid": {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}}
    settings.ALLOWED_PRIVATE_HOSTS = [sandbox.url.removeprefix("http://")]


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve() as running:
        point_at(settings, running)
        yield running


@pytest.fixture
def integration(organization: Organization, sandbox: Sandbox) -> Integration:
    """An integration connected by its private token, with orders flowing."""
    added = lifecycle.add(organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=TESTER)
    connected = with_token(added, {"store_id": str(sandbox.store.store.id), "token": sandbox.private_token}, by=TESTER)
    assert connected.connection == "connected", connected.cause
    return connected


def run_flow(integration: Integration, flow: str = "orders") -> Outcome | None:
    """Run one flow now, however recently it ran."""
    FlowState.objects.filter(integration=integration, flow=flow).update(next_at=Now(), last_full_at=None)
    where, params = f"{pull.runnable()} AND t.integration_id = %s AND t.flow = %s", [integration.pk, flow]
    taken = claims.claim(FlowState, limit=1, lease=pull.LEASE, where=where, params=params)
    return pull.run(taken[0]) if taken else None


def state_of(integration: Integration, flow: str = "orders") -> FlowState:
    return FlowState.objects.get(integration=integration, flow=flow)


def order_numbers(integration: Integration) -> list[str]:
    return list(Order.across.filter(source=integration.source).order_by("pk").values_list("ext_order_id", flat=True))


def reread(integration: Integration) -> Integration:
    return Integration.across.get(pk=integration.pk)
