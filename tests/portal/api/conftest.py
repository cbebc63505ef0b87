"""A program with a key, and how it asks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.kit import json
from portal.savedviews import services
from portal.tenancy import keyring
from portal.tenancy.models import Membership, Organization
from portal.tenancy.scopes import scopes


def make_key(organization: Organization, *allowed: str, name: str = "Program") -> keyring.Made:
    return keyring.make(organization, name=name, allowed=allowed or scopes.keys(), by=None)


def keep_view(owner: Membership, name: str, query: str, *, shared: bool = True) -> None:
    services.keep(owner.organization, by=owner.user, list_key="orders", name=name, query=query, shared=shared)


class Program:
    """Asks as another program would: without cookies, with a key."""

    def __init__(self, secret: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self._read(self.client.get(f"/api/v1{path}", query, headers={**self.headers, **headers}))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._read(
            self.client.post(f"/api/v1{path}", data, "application/json", headers={**self.headers, **headers})
        )

    def _read(self, response: Any) -> Any:
        kind = response.get("Content-Type", "")
        response.data = json.loads(response.content) if "json" in kind else None
        return response


@pytest.fixture
def program(organization: Organization) -> Program:
    """A program that may read everything."""
    return Program(make_key(organization).secret)


@pytest.fixture
def foreign_program(stranger: Membership) -> Program:
    """A program of another organization, that may read everything there."""
    return Program(make_key(stranger.organization).secret)


Make = Callable[..., Program]


@pytest.fixture
def program_with(organization: Organization) -> Make:
    """Return a program whose key has these scopes."""
    return lambda *allowed: Program(make_key(organization, *allowed, name=" ".join(allowed)).secret)
