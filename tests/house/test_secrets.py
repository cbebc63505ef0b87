"""Secrets with a name that can be searched for, put through everything that can happen, and found nowhere after."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import pytest
import requests
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_q.models import OrmQ, Success, Task
from pytest_django import Settings

from automations.models import Rule, Run
from automations.services import ensure_defaults
from integrations import lifecycle
from integrations.connect import with_token
from integrations.connectors.ecwid.sandbox.server import Sandbox, serve
from integrations.kit.calls import Mask
from integrations.manifest import Access, Ask, Granted
from integrations.models import Call, Credential, Integration, Pace
from orders.models import Order, OrderException
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.kit import secrets
from portal.tenancy.models import Membership
from tests.conftest import _client
from tests.house.test_access import ADDRESSES, ask
from tests.integrations.conftest import point_at, run_flow

BY = Actor.system()
CLIENT_SECRET = "planted-client-secret-4711+/="
WRONG = "secret_planted/wrong+token=4711"
CODE = "planted-code-4711-abcdef"
Execute = Callable[..., Any]
pytestmark = pytest.mark.django_db


class Echo(BaseHTTPRequestHandler):
    """The worst other side: whatever secret it is sent, it says aloud in every place of its answer."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(length).decode())
        told = [self.headers.get("Authorization", "").removeprefix("Bearer "), *(v[0] for v in form.values())]
        loud = " ".join(one for one in told if one)
        status: int = self.server.status  # type: ignore[attr-defined]
        body = json.dumps({"errorCode": loud, "errorMessage": f"{loud} is wrong", "error": loud, "items": loud})
        self.server.heard.append(loud)  # type: ignore[attr-defined]
        self.send_response(status, f"Said {loud}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", f"/again?token={loud}")
        self.send_header("X-Echo", loud)
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = _answer  # noqa: N815 - the names that the server calls

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def echo() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.status, server.heard = 401, []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with serve(client_secret=CLIENT_SECRET) as running:
        point_at(settings, running)
        yield running


@pytest.fixture
def token(sandbox: Sandbox) -> str:
    return sandbox.private_token


def connect(integration: Integration, sandbox: Sandbox, token: str) -> Integration:
    Pace.objects.all().delete()  # the pause that a 429 has asked for is not waited for here
    return with_token(integration, {"store_id": str(sandbox.store.store.id), "token": token}, by=BY)


def point_at_echo(settings: Settings, echo: Any) -> None:
    host = f"127.0.0.1:{echo.server_port}"
    settings.CONNECTOR_ENDPOINTS = {"ecwid": {"api": f"http://{host}", "oauth": f"http://{host}"}}
    settings.ALLOWED_PRIVATE_HOSTS = [host]


def live_through_everything(
    owner: Membership, sandbox: Sandbox, echo: Any, settings: Settings, token: str
) -> tuple[Integration, list[bytes]]:
    """Connect rightly and wrongly, pull, fail in every way, sign in by OAuth. Returns what pages said meanwhile."""
    client, said = _client(owner.user), []
    ensure_defaults(owner.organization)
    added = lifecycle.add(owner.organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=BY)
    path = reverse("integrations:token", args=[added.public_id])
    store_id = str(sandbox.store.store.id)
    said += [client.post(path, {"store_id": store_id, "token": typed}).content for typed in (WRONG, token)]
    sandbox.place_orders(2)
    sandbox.spoil("negative_quantity")
    run_flow(added)
    drain("automations")
    for status in (400, 401, 403, 404, 422, 429, 500, 503, 302, 200):
        echo.status = status
        point_at_echo(settings, echo)
        run_flow(added)
        said.append(client.post(path, {"store_id": "1003", "token": WRONG}).content)
        said.append(client.get(f"{_authorized(client, added, settings)}&code={CODE}").content)
        point_at(settings, sandbox)
        assert connect(added, sandbox, token).status == "connected"
    for fault in ("revoked", "server_error", "cut", "rate_limited", "suspended", "token_refused"):
        sandbox.set_fault(fault)
        run_flow(added)
        said.append(client.get(_approved(client, added)).content)
        sandbox.clear_faults()
        assert connect(added, sandbox, token).status == "connected"
    back = client.get(_approved(client, added))
    assert back.get("Location") == reverse("integrations:returned", args=[added.public_id])
    return added, said


def _leave(client: Client, integration: Integration) -> str:
    return str(client.get(reverse("integrations:authorize", args=[integration.public_id]))["Location"])


def _authorized(client: Client, integration: Integration, settings: Settings) -> str:
    """Press Connect, and return the way back without having been to the store."""
    back = parse_qs(urlsplit(_leave(client, integration)).query)["redirect_uri"][0]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def _approved(client: Client, integration: Integration) -> str:
    address = _leave(client, integration)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(
        address.partition("?")[0], data=asked | {"decision": "approve"}, allow_redirects=False, timeout=5
    )
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def every_page(client: Client, integration: Integration) -> Iterator[tuple[str, bytes]]:
    """Yield every page, JSON and file there is, of every record there is."""
    records = {
        "orders:exception": [one.public_id for one in OrderException.across.all()],
        "automations:run": [one.public_id for one in Run.across.all()],
        "orders:": [one.public_id for one in Order.across.all()],
        "automations:": [one.public_id for one in Rule.across.all()],
        "integrations:": [integration.public_id],
    }
    fixed = {"connector": "ecwid", "trigger": "NEW_ORDER", "key": "cancel", "member": 1}
    for name, address in ADDRESSES.items():
        prefix = max((prefix for prefix in records if name.startswith(prefix)), key=len, default="")
        for public_id in records.get(prefix, [""]) if "public_id" in address.takes else [""]:
            values = {one: fixed.get(one, public_id) for one in address.takes}
            try:
                path = reverse(name, kwargs=values)
            except NoReverseMatch:
                continue
            answer = ask(client, "get", path)
            yield path, b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            yield f"headers of {path}", str(dict(answer.items())).encode()


def administration(client: Client) -> Iterator[tuple[str, bytes]]:
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield base, client.get(reverse(f"{base}_changelist")).content
        for row in model._default_manager.all()[:20]:
            yield f"{base} {row.pk}", client.get(reverse(f"{base}_change", args=[row.pk])).content


def every_row() -> Iterator[tuple[str, str]]:
    """Yield each row of each table as text; sealed credentials as they lie there."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row


def unpacked() -> Iterator[tuple[str, str]]:
    """Yield what rows hold in wrapped form: sessions, queued tasks, results of tasks."""
    for session in Session.objects.all():
        yield "session", str(session.get_decoded())
    for queued in OrmQ.objects.all():
        yield "queue", str(queued.task)
    for task in (*Task.objects.all(), *Success.objects.all()):
        yield "task", f"{task.args} {task.kwargs} {task.result}"


def spellings(secret: str) -> set[str]:
    """Return how a secret may be written: as it is, in an address, in HTML, in JSON, as bytes of a column."""
    from html import escape

    plain = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        escape(secret),
        json.dumps(secret)[1:-1],
    }
    return plain | {secret.encode().hex()}


def test_no_planted_secret_is_seen_anywhere(
    owner: Membership, colleague: Membership, sandbox: Sandbox, token: str, echo: Any, settings: Settings,
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Execute, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("integrations.kit.client._AGAIN_AFTER", 0)  # a second try comes, without its pause
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        integration, said = live_through_everything(owner, sandbox, echo, settings, token)
    oauth_token = Credential.objects.get(field="token").open()
    planted = {"token": token, "token by OAuth": oauth_token, "wrong": WRONG, "client": CLIENT_SECRET, "code": CODE}
    assert len(set(planted.values())) == 5
    assert {token, WRONG} <= set(" ".join(echo.heard).split())  # the other side did say them
    assert CLIENT_SECRET in " ".join(echo.heard)
    assert Order.across.count() == 2
    assert OrmQ.objects.count() > 0
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    places: list[tuple[str, str]] = [("meanwhile", body.decode()) for body in said]
    for who in (owner, colleague):
        places += [(f"{path} as {who}", body.decode("utf-8", "replace")) for path, body in
                   every_page(_client(who.user), integration)]  # fmt: skip
    places += [(path, body.decode()) for path, body in administration(_client(owner.user))]
    places += [*every_row(), *unpacked(), ("log", caplog.text), *(("log", str(one.__dict__)) for one in caplog.records)]
    assert len(places) > 300
    found = {
        (name, place)
        for name, secret in planted.items()
        for spelling in spellings(secret)
        for place, text in places
        if spelling in text
    }
    assert found == set()


def test_what_failed_is_told_with_dots_where_the_secret_stood(
    owner: Membership, sandbox: Sandbox, token: str, echo: Any, settings: Settings
) -> None:
    added = lifecycle.add(owner.organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=BY)
    connect(added, sandbox, token)
    point_at_echo(settings, echo)
    run_flow(added)
    assert Call.objects.latest("id").error == "•••• is wrong"
    assert "(•••• is wrong)" in Integration.across.get().cause


@pytest.mark.parametrize("spelled", [WRONG, quote(WRONG), quote(WRONG, safe=""), quote_plus(f"{WRONG} x")])
def test_a_secret_is_hidden_also_as_an_address_spells_it(spelled: str) -> None:
    hidden = Mask([WRONG, f"{WRONG} x"])(f"https://shop.example/a?token={spelled}&b=1")
    assert hidden == "https://shop.example/a?token=••••&b=1"


def test_of_a_stored_token_only_the_end_is_shown(owner: Membership, sandbox: Sandbox, token: str) -> None:
    added = lifecycle.add(owner.organization, "ecwid", name="Tea shop", by=BY)
    connect(added, sandbox, token)
    page = _client(owner.user).get(reverse("integrations:detail", args=[added.public_id])).content.decode()
    assert f"••••{token[-4:]}" in page
    assert token[-5:] not in page


def test_what_is_sealed_opens_in_its_own_row_alone(owner: Membership, sandbox: Sandbox, token: str) -> None:
    one = lifecycle.add(owner.organization, "ecwid", name="One", by=BY)
    two = lifecycle.add(owner.organization, "ecwid", name="Two", by=BY)
    connect(one, sandbox, token)
    kept = Credential.objects.get()
    stolen = Credential.objects.create(integration=two, field="token", sealed=bytes(kept.sealed))
    assert kept.open() == token
    with pytest.raises(secrets.CannotOpen):
        stolen.open()


def test_what_carries_a_secret_does_not_print_it() -> None:
    carriers = (
        Access({}, {}, {"token": "planted"}),
        Granted({}, {"token": "planted"}),
        Ask("id", "planted", "uri", "planted", "planted", ()),
    )
    for carrier in carriers:
        assert "planted" not in repr(carrier)
