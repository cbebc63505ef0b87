"""What was read a moment ago is read again, in case something came late; what has not changed is no news."""

from typing import Any

import requests

from integrations.capabilities import Reports
from integrations.connectors.shipbob.client import ShipBobClient
from integrations.connectors.shipbob.sandbox.config import WRITING
from integrations.connectors.shipbob.sandbox.server import Sandbox, serve
from integrations.manifest import Access
from portal.kit.http import Answer
from portal.kit.json import Json
from tests.crash.workers import until
from tests.integrations.connectors.shipbob.test_sandbox import call, place


def _client(sandbox: Sandbox) -> ShipBobClient:
    def caller(method: str, url: str, *, body: Any = None, quiet: bool = False, **more: Any) -> Answer:
        answer = requests.request(method, url, json=body, timeout=10, **more)
        answer.raise_for_status()
        return Answer(answer.status_code, answer.reason, answer.headers, answer.content, 0)

    access = Access({"api": sandbox.api_url}, {"channel_id": WRITING}, {"token": sandbox.token}, {})
    return ShipBobClient(caller, access)


def _run(client: ShipBobClient, cursor: Json) -> tuple[int, list[str], Json]:
    """Return how many parcels a run reports, which of them may be marked, and where it ends."""
    pages: list[Reports] = list(client.parcels(cursor))
    return sum(len(one.parcels) for one in pages), [name for one in pages for name in one.taken], pages[-1].cursor


def test_an_order_is_told_until_it_is_marked_and_then_only_when_it_changes() -> None:
    with serve(automatic=0.0, rate_limit=100_000) as sandbox:
        place(sandbox)
        asked = {"HasTracking": "true"}
        until(lambda: bool(call(sandbox, "GET", "/order", params=asked).json()), seconds=10, what="The parcel")
        client = _client(sandbox)
        count, taken, cursor = _run(client, {})
        assert (count, len(taken)) == (1, 1)
        count, again, cursor = _run(client, cursor)
        assert (count, again) == (1, taken), "the run before may have died before it marked it"
        client.parcels_taken(taken)
        *_rest, cursor = _run(client, cursor)
        assert _run(client, cursor)[:2] == (0, [])
        assert _run(client, {k: v for k, v in cursor.items() if k != "known"})[0] == 1
