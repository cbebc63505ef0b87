"""Messages of outside systems: genuine ones wake flows once, everything else does nothing."""

import datetime as dt
import hashlib
import json
import logging
import time
from dataclasses import replace
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.connectors.ecwid.sandbox.webhooks import signature
from integrations.hooks import address, inbox, registration
from integrations.kit import standard_webhooks
from integrations.kit.errors import OutsideFailed, react
from integrations.manifest import Client as OutsideClient
from integrations.manifest import Hooks, Manifest
from integrations.models import FlowState, Hook, HookMessage, Integration
from integrations.registry import connectors
from integrations.sync.flows import pulls
from orders.models import Order
from portal.kit.json import Json
from portal.kit.masking import mask
from portal.tenancy.models import Organization
from tests.crash.workers import until
from tests.integrations.conftest import TESTER, order_numbers, run_flow, state_of

pytestmark = pytest.mark.django_db
ECWID = "/hooks/ecwid"
AN_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def asleep(integration: Integration) -> Integration:
    """An integration whose flows all rest."""
    FlowState.objects.filter(integration=integration).update(next_at=Now() + AN_HOUR)
    return integration


def is_awake(integration: Integration, flow: str = "orders") -> bool:
    return state_of(integration, flow).woken_at is not None


def message(sandbox: Sandbox, **fields: Any) -> bytes:
    told = {
        "eventId": "80aece08-40e8-4145-8764-6c2f0d386000",
        "eventCreated": int(time.time()),
        "storeId": sandbox.store.store.id,
        "entityId": 1,
        "eventType": "order.created",
        "data": {"orderId": "ABCDE"},
    }
    return json.dumps(told | fields).encode()


def knock(sandbox: Sandbox, body: bytes, *, secret: str | None = None, path: str = ECWID, signed: str = "") -> int:
    """Send a message as the store does; return the status of the answer."""
    told = json.loads(body)
    key = sandbox.client_secret if secret is None else secret
    headers = {"X-Ecwid-Webhook-Signature": signed or signature(key, told["eventCreated"], told["eventId"])}
    answer = Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers=headers)
    assert answer.cookies == {}
    return answer.status_code


@pytest.mark.django_db(transaction=True)
def test_the_store_s_own_message_brings_the_order(
    integration: Integration, sandbox: Sandbox, live_server: LiveServer
) -> None:
    """Real HTTP both ways: the sandbox calls the portal, which then asks the sandbox."""
    run_flow(integration)
    FlowState.objects.filter(integration=integration).update(next_at=Now() + AN_HOUR, woken_at=None)
    sandbox.world.webhooks.url = f"{live_server.url}{ECWID}"
    placed = sandbox.place_order({"TIN-ROUND-S": 1})
    until(lambda: is_awake(integration), seconds=10, what="The message that wakes the flow")
    kept = HookMessage.objects.get()
    assert (kept.topic, json.loads(bytes(kept.body))["data"]["orderId"]) == ("order.created", placed["id"])
    log = sandbox.world.webhooks.log
    until(lambda: log()[0]["delivered"] is not None, seconds=10, what="The answer to the sandbox")
    assert sandbox.world.webhooks.log()[0]["status"] == "202"
    assert run_flow(integration) is not None
    assert order_numbers(integration) == [placed["id"]]
    assert not is_awake(integration)


def test_the_same_message_again_does_nothing(asleep: Integration, sandbox: Sandbox) -> None:
    body = message(sandbox)
    assert knock(sandbox, body) == 202
    assert is_awake(asleep)
    FlowState.objects.filter(integration=asleep).update(woken_at=None)
    assert (knock(sandbox, body), is_awake(asleep), HookMessage.objects.count()) == (200, False, 1)
    # The signature does not cover the body, so somebody may send another one under a name that was used.
    assert (knock(sandbox, message(sandbox, entityId=2)), is_awake(asleep)) == (409, False)


def test_what_is_not_theirs_is_refused_without_a_word_of_why(asleep: Integration, sandbox: Sandbox) -> None:
    now = int(time.time())
    forged = [
        knock(sandbox, message(sandbox), secret="another app's secret"),
        knock(sandbox, message(sandbox), signed="nonsense"),
        knock(sandbox, message(sandbox, eventCreated=now - 3 * 86_400)),
        knock(sandbox, message(sandbox, eventCreated=now + 3_600)),
        Client().post(ECWID, b"\xff{", content_type="application/json").status_code,
        Client().post(ECWID, b"{}", content_type="multipart/form-data; boundary=x").status_code,
    ]
    assert forged == [401] * 6
    assert Client().get(ECWID).status_code == 405
    assert (HookMessage.objects.exists(), is_awake(asleep)) == (False, False)
    # A day late is not too late: the store repeats for a day.
    assert knock(sandbox, message(sandbox, eventCreated=now - 86_000)) == 202


def test_without_the_app_s_secret_nothing_is_believed(
    asleep: Integration, sandbox: Sandbox, settings: Settings
) -> None:
    settings.CONNECTOR_APPS = {"ecwid": {"client_id": "", "client_secret": ""}}
    assert knock(sandbox, message(sandbox), secret="") == 401


@pytest.mark.parametrize("store", [999, True, None, {"a": 1}])
def test_another_store_s_message_wakes_nobody(asleep: Integration, sandbox: Sandbox, store: Any) -> None:
    assert knock(sandbox, message(sandbox, storeId=store)) == 200
    assert (HookMessage.objects.exists(), is_awake(asleep)) == (False, False)


def test_a_deleted_integration_hears_nothing(asleep: Integration, sandbox: Sandbox, as_owner: Client) -> None:
    assert knock(sandbox, message(sandbox)) == 202
    token = own_path(asleep)
    as_owner.post(reverse("integrations:delete", args=[asleep.public_id]), {"name": asleep.name})
    assert knock(sandbox, message(sandbox, eventId="after")) == 200
    assert knock(sandbox, message(sandbox, eventId="after"), path=token) == 404
    assert HookMessage.objects.filter(message_id="after").count() == 0


def own_path(integration: Integration) -> str:
    """Return the address that belongs to this integration alone."""
    address.ensure(integration)
    token = integration.credentials.get(field=address.TOKEN).open()
    return reverse("hooks:topic", args=[integration.connector, token, "order.updated"])


def test_each_topic_wakes_its_flows(asleep: Integration, sandbox: Sandbox) -> None:
    for topic, orders, locations in (("profile.updated", False, True), ("order.deleted", True, False), ("x", 0, 0)):
        FlowState.objects.filter(integration=asleep).update(woken_at=None)
        assert knock(sandbox, message(sandbox, eventType=topic, eventId=topic)) == 202
        assert (is_awake(asleep), is_awake(asleep, "locations")) == (orders, locations), topic


def test_a_flow_that_runs_looks_once_more(
    integration: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulling, knocked = pulls.get("orders"), []

    def and_a_message(*args: Any) -> Any:
        outcome = pulling(*args)
        knocked.append(knock(sandbox, message(sandbox)))
        return outcome

    monkeypatch.setitem(pulls._entries, "orders", and_a_message)
    run_flow(integration)
    assert knocked == [202]
    assert FlowState.objects.filter(integration=integration, flow="orders", next_at__lte=Now()).exists()


def test_too_large_and_too_many(asleep: Integration, sandbox: Sandbox) -> None:
    large = message(sandbox, data={"x": "y" * 1024 * 1024})
    assert knock(sandbox, large) == 413
    assert knock(sandbox, message(sandbox)) == 202
    Hook.objects.update(tokens=0, paced_at=Now() + AN_HOUR)
    assert knock(sandbox, message(sandbox, eventId="one too many")) == 429
    assert HookMessage.objects.count() == 1


# A connector whose accounts have an address and a secret each.


class Warehouse:
    """What the other side was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.ended: list[Json] = []
        self.down = False

    def register(self, client: OutsideClient, url: str, secret: str) -> Json:
        if self.down:
            raise OutsideFailed(react(503), status=503)
        self.told.append((url, secret))
        return {"id": len(self.told)}

    def unregister(self, client: OutsideClient, registration: Json) -> None:
        self.ended.append(registration)


@pytest.fixture
def warehouse(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Warehouse:
    """Let the connector of these tests call like one of a warehouse."""
    made, ecwid = Warehouse(), connectors.get("ecwid")
    hooks = Hooks(
        standard_webhooks.verify, lambda told, topic: ("orders",), register=made.register, unregister=made.unregister
    )
    monkeypatch.setitem(connectors._entries, "ecwid", replace(ecwid, hooks=hooks))
    settings.PUBLIC_URL = "https://hub.example/"
    return made


def send(path: str, secret: str, body: bytes = b"{}", **changes: Any) -> Any:
    headers = standard_webhooks.sign(secret, id=changes.pop("id", "msg_1"), body=body, **changes)
    return Client().post(path, body, content_type="application/json", headers=headers)


def test_the_other_side_is_told_where_to_call_and_when_to_stop(
    asleep: Integration, warehouse: Warehouse, as_owner: Client
) -> None:
    warehouse.down = True
    registration.look()
    assert registration.register_due() == 1
    hook = Hook.objects.get()
    assert (hook.address, "fault" in hook.last_error, registration.register_due()) == ("", True, 0)
    warehouse.down = False
    Hook.objects.update(next_at=Now())
    assert (registration.register_due(), registration.register_due()) == (1, 0)
    ((url, secret),) = warehouse.told
    assert url.startswith("https://hub.example/hooks/ecwid/")
    path = url.removeprefix("https://hub.example") + "/order.shipped"
    assert send(path, secret).status_code == 202
    assert Hook.objects.get().last_topic == "order.shipped"
    assert send(path, standard_webhooks.new_secret(), id="forged").status_code == 401
    assert Hook.objects.get().refused_at is not None
    assert send(path, secret, id="old", at=time.time() - 301).status_code == 401
    assert send(path, secret, b"[]", id="odd").status_code == 400
    assert send(path[:-20] + "x/y", secret, id="guess").status_code == 404
    assert send("/hooks/nothing/x/y", secret).content == send("/hooks/ecwid/x/y", secret).content
    newer = address.rotate(asleep)
    assert [send(path, one, id=one).status_code for one in (secret, newer)] == [202, 202]
    warehouse.down = True  # it is told the new one as soon as it can be, and the old one ends after that
    assert registration.register_due() == 1
    assert (len(warehouse.told), warehouse.ended) == (1, [])
    warehouse.down = False
    Hook.objects.update(next_at=Now())
    assert (registration.register_due(), registration.register_due()) == (1, 0)
    assert warehouse.told[1] == (url, newer)
    assert (warehouse.ended, Hook.objects.get().registration) == ([{"id": 1}], {"id": 2})
    renewed = as_owner.post(reverse("integrations:renew_hook", args=[asleep.public_id]), follow=True)
    assert "is told of it now" in renewed.content.decode()
    assert registration.register_due() == 1
    as_owner.post(reverse("integrations:delete", args=[asleep.public_id]), {"name": asleep.name})
    assert warehouse.ended == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert send(path, newer, id="late").status_code == 404


def test_one_integration_s_signature_does_not_open_another_s_address(
    asleep: Integration, warehouse: Warehouse, organization: Organization
) -> None:
    other = lifecycle.add(organization, "ecwid", name="Other", by=TESTER)
    paths = [own_path(one) for one in (asleep, other)]
    secrets = [one.credentials.get(field=address.SECRET).open() for one in (asleep, other)]
    assert [[send(path, one, id=path + one).status_code for one in secrets] for path in paths] == [
        [202, 401],
        [401, 202],
    ]


def test_what_a_message_carries_is_taken_with_it_or_not_at_all(
    asleep: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Json] = []

    def take(integration: Integration, topic: str, told: Json) -> tuple[int, Json]:
        Order.across.filter(source=integration.source).count()
        taken.append(told)
        return (422, {"errors": [{"path": "/sku"}]}) if "bad" in told else (202, {"rows": 1})

    manifest: Manifest = connectors.get("ecwid")
    hooks = Hooks(standard_webhooks.verify, lambda told, topic: (), take=take)
    monkeypatch.setitem(connectors._entries, "ecwid", replace(manifest, hooks=hooks))
    path = own_path(asleep)
    secret = asleep.credentials.get(field=address.SECRET).open()
    refused = send(path, secret, b'{"bad": 1}')
    assert (refused.status_code, refused.json()) == (422, {"errors": [{"path": "/sku"}]})
    assert not HookMessage.objects.exists()
    assert send(path, secret, b'{"good": 1}').json() == {"rows": 1}
    assert (send(path, secret, b'{"good": 1}').status_code, len(taken)) == (200, 2)


def test_nothing_is_registered_where_nobody_outside_reaches_us(
    asleep: Integration, warehouse: Warehouse, settings: Settings
) -> None:
    settings.PUBLIC_URL = ""
    registration.look()
    assert (registration.register_due(), warehouse.told) == (0, [])


def test_old_messages_are_forgotten_and_addresses_stay_out_of_the_log(
    asleep: Integration, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    knock(sandbox, message(sandbox))
    assert inbox.clear_old() == 0
    HookMessage.objects.update(received_at=Now() - AN_HOUR * 24 * 8)
    assert inbox.clear_old() == 1
    path = own_path(asleep)
    token = path.split("/")[3]
    assert token not in mask(f"Not Found: {path}")
    assert address.hashed(token) == hashlib.sha256(token.encode()).hexdigest()
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert Hook.objects.filter(integration=asleep).exists()
