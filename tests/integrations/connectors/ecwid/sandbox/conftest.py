"""A sandbox of one's own for every test, with a clock that stands still until it is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox, serve

NOON = 1_789_300_800.0


class Clock:
    """UNIX seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Caller:
    """Calls the API of one store with one token."""

    root: str
    token: str

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        url = f"{self.root}/{path}"
        return requests.request(method, url, headers=headers, timeout=10, allow_redirects=False, **more)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.send("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str | None]:
        answer = self.send(method, path, **more)
        return answer.status_code, answer.json().get("errorCode")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with serve(clock=clock, webhook_pause=0.01) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Caller:
    return Caller(f"{sandbox.api_url}/1003", sandbox.private_token)
