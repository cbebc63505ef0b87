"""Call a webhook, against a real server on loopback with every fault there is."""

import base64
import datetime as dt
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from automations.actions.call_webhook import WebhookSettings, check
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Send
from automations.engine.triggers import triggers
from automations.messages import webhook
from automations.messages.sending import request_sends
from orders.documents.catalogue import ORDER
from orders.models import OrderException
from portal.deliveries import signing
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.kit import http, json
from portal.kit.clock import now
from portal.kit.json import Json
from portal.tenancy.models import Organization

NOW = dt.datetime(2026, 7, 5, 10, 0, tzinfo=dt.UTC)
DOCUMENT: Json = {
    "orderId": "5a1c5a1c5a1c5a1c",
    "extOrderId": "#1042",
    "totalPrice": Decimal("48.20"),
    "currency": "USD",
}


class Hook(ThreadingHTTPServer):
    """A receiver that keeps what it hears and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status, self.body, self.answer_headers = 200, b'{"ok": true}', dict[str, str]()
        self.act: Callable[[BaseHTTPRequestHandler], bool] | None = None
        self.done = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/hook/very-secret-part?token=tokentoken"


class Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        if self.server.act and self.server.act(self):
            return
        self.send_response(self.server.status)
        for name, value in self.server.answer_headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook(settings: Settings) -> Iterator[Hook]:
    server = Hook()
    settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.done.set()
    server.shutdown()
    server.server_close()


def planned(url: str, document: Json = DOCUMENT, **settings: Any) -> list[Send]:
    action = actions.get("call_webhook")
    context = Context(document, NOW, False, "Big orders", dt.UTC, ORDER, "NEW_ORDER")
    return [one for one in action.plan(action.settings(url=url, **settings), context) if isinstance(one, Send)]


def deliver(organization: Organization, url: str, **settings: Any) -> Delivery:
    request_sends(organization, [("aaaa", planned(url, **settings))])
    return attempt()


def attempt() -> Delivery:
    Delivery.across.update(next_at=Now(), lease_until=Now() - dt.timedelta(seconds=1))
    send_due()
    return Delivery.across.get()


# What is sent


@pytest.mark.django_db
def test_a_call_is_signed_and_bears_the_key_of_its_delivery(organization: Organization, hook: Hook) -> None:
    secret = signing.rotate(organization)
    row = deliver(organization, hook.url)
    ((headers, body),) = hook.heard
    assert (row.state, row.key, row.answer["status"], row.answer["answer"]) == (
        "done",
        "run:aaaa:0",
        200,
        '{"ok": true}',
    )
    assert (headers["Idempotency-Key"], headers["Content-Type"]) == ("run:aaaa:0", "application/json")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 60


@pytest.mark.django_db
def test_without_a_template_the_whole_record_is_sent_in_its_envelope(organization: Organization, hook: Hook) -> None:
    deliver(organization, hook.url)
    assert json.loads(hook.heard[0][1]) == {
        "type": "NEW_ORDER",
        "createdAt": "2026-07-05T10:00:00.000Z",
        "rule": "Big orders",
        "run": "aaaa",
        "entity": "order",
        "record": DOCUMENT,
    }


def test_what_a_record_was_before_is_sent_beside_it() -> None:
    (send,) = planned("https://example.com/", DOCUMENT | {"$before": {"extOrderId": "#1"}})
    told = json.loads(send.payload["body"])
    assert (told["before"], told["record"]) == ({"extOrderId": "#1"}, DOCUMENT)


@pytest.mark.django_db
def test_a_template_says_what_is_sent(organization: Organization, hook: Hook) -> None:
    body = '{"id": {{ extOrderId }}, "text": "Total {{ totalPrice }}", "run": "{{ run.id }}"}'
    deliver(organization, hook.url, body=body)
    assert json.loads(hook.heard[0][1]) == {"id": "#1042", "text": "Total 48.20 USD", "run": "aaaa"}


def test_a_call_names_the_host_alone_where_people_read_of_it() -> None:
    (send,) = planned("https://example.com/secret?token=tokentoken")
    assert (send.kind, send.summary) == ("webhook", "Call of the webhook at example.com.")
    assert send.payload["about"]["title"] == "The webhook at example.com could not be called"
    action = actions.get("call_webhook")
    assert action.words(action.settings(url="https://example.com/secret")) == "call the webhook at example.com"
    assert action.words(action.settings()) == "call a webhook"


def test_a_body_that_would_be_endless_refuses_the_action() -> None:
    with pytest.raises(Refusal, match="longer than 262,144"):
        planned("https://example.com/", DOCUMENT | {"orderNote": "x" * 3000}, body='"' + "{{ orderNote }}" * 100 + '"')


# Answers and faults


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "state", "uncertain", "told"),
    [
        (204, "done", False, ""),
        (301, "parked", False, "which is not followed"),
        (400, "parked", False, "127.0.0.1 answered 400: no such field"),
        (401, "parked", False, "127.0.0.1 answered 401"),
        (410, "parked", False, "nobody listens there any more"),
        (429, "pending", False, "127.0.0.1 answered 429"),
        (503, "pending", False, "127.0.0.1 answered 503"),
        (500, "pending", True, "127.0.0.1 answered 500: no such field"),
        (502, "pending", True, "127.0.0.1 answered 502"),
    ],
)
def test_the_status_of_the_answer_says_what_comes_next(
    organization: Organization, hook: Hook, status: int, state: str, uncertain: bool, told: str
) -> None:
    hook.status, hook.body = status, b"" if status == 204 else b"no such field"
    hook.answer_headers = {"Location": "http://169.254.169.254/"}
    row = deliver(organization, hook.url)
    assert (row.state, row.uncertain, len(hook.heard)) == (state, uncertain, 1)
    assert told in row.last_error
    assert OrderException.across.count() == (1 if state == "parked" else 0)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_receiver_is_left_alone_as_long_as_it_asks(organization: Organization, hook: Hook, form: str) -> None:
    hook.status = 429
    later = format_datetime(now() + dt.timedelta(seconds=600), usegmt=True)
    hook.answer_headers = {"Retry-After": "600" if form == "seconds" else later}
    row = deliver(organization, hook.url)
    wait = (row.next_at - row.created_at).total_seconds()
    assert 590 <= wait <= 620


@pytest.mark.django_db
def test_a_slow_receiver_is_asked_again_with_the_same_key(
    organization: Organization, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "LIMITS", http.Limits(connect=1, read=0.2, total=0.4, cut=True))
    hook.act = lambda handler: hook.done.wait(10)
    row = deliver(organization, hook.url)
    assert (row.state, row.uncertain, row.last_error) == ("pending", True, "127.0.0.1 took too long to answer.")
    hook.done.set()
    hook.act = None
    assert attempt().state == "done"
    assert {headers["Idempotency-Key"] for headers, _ in hook.heard} == {"run:aaaa:0"}
    assert len({body for _, body in hook.heard}) == 1


@pytest.mark.django_db
def test_a_connection_that_breaks_is_tried_again(organization: Organization, hook: Hook) -> None:
    def reset(handler: BaseHTTPRequestHandler) -> bool:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        handler.connection.close()
        return True

    hook.act = reset
    row = deliver(organization, hook.url)
    assert (row.state, row.uncertain) == ("pending", True)
    hook.act = None
    assert attempt().state == "done"


@pytest.mark.django_db
def test_nobody_listening_is_tried_again_and_nothing_may_have_arrived(
    organization: Organization, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
    row = deliver(organization, f"http://127.0.0.1:{port}/")
    assert (row.state, row.uncertain) == ("pending", False)
    assert row.last_error == "127.0.0.1 does not accept connections."


@pytest.mark.django_db
def test_a_huge_answer_is_cut_and_the_call_has_arrived(organization: Organization, hook: Hook) -> None:
    hook.body = b"x" * (8 * 1024 * 1024)
    row = deliver(organization, hook.url)
    assert (row.state, len(row.answer["answer"])) == ("done", 2_000)


@pytest.mark.django_db
def test_an_answer_that_says_secrets_back_is_kept_without_them(organization: Organization, hook: Hook) -> None:
    secret = signing.rotate(organization)

    def echo(handler: BaseHTTPRequestHandler) -> bool:
        headers = dict(handler.headers)
        hook.body = f"{secret} {headers['webhook-signature']} {handler.path} \0 sy_{'a' * 16}_{'b' * 64}".encode()
        return False

    hook.act = echo
    row = deliver(organization, hook.url)
    said = row.answer["answer"]
    signature = hook.heard[0][0]["webhook-signature"]
    for hidden in (secret, secret[6:], signature, signature[3:], "very-secret-part", "tokentoken", "b" * 64):
        assert hidden not in said
    assert "••••" in said


@pytest.mark.django_db
def test_a_call_that_never_comes_through_is_given_up_after_two_days(organization: Organization, hook: Hook) -> None:
    hook.status = 503
    request_sends(organization, [("aaaa", planned(hook.url))])
    waits = []
    for _ in range(10):
        before = now()
        row = attempt()
        waits.append((row.next_at - before).total_seconds())
    assert (row.state, len(hook.heard)) == ("parked", 10)
    assert 40 * 3600 < sum(waits[:9]) < 60 * 3600
    told = OrderException.across.get()
    assert (told.type, told.title) == ("delivery_parked", "The webhook at 127.0.0.1 could not be called")


# Addresses inside


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "Enter the address to call"),
        ("example.com", "not a web address"),
        ("http://93.184.216.34/", "Only https addresses"),
        ("https://127.0.0.1/", "inside a private network"),
        ("https://10.1.2.3/x", "inside a private network"),
        ("https://169.254.169.254/latest/meta-data", "inside a private network"),
        ("https://[::1]/", "inside a private network"),
        ("https://[::ffff:10.0.0.1]/", "inside a private network"),
        ("https://user:pass@93.184.216.34/", "must not hold a user name"),
        ("ftp://93.184.216.34/", "not a web address"),
        ("https://93.184.216.34/\nHost: x", "a character that no web address has"),
        ("https://nowhere.invalid/", "could not be found"),
        ("https://93.184.216.34/" + "x" * 2_000, "longer than 2,000"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_when_the_rule_is_saved(url: str, told: str) -> None:
    settings = WebhookSettings.model_construct(url=url, body="")
    ((place, message),) = check(settings, triggers.get("NEW_ORDER"), None)
    assert place == "url"
    assert told in message


def test_an_address_that_the_operator_has_allowed_may_be_private(hook: Hook) -> None:
    assert list(check(WebhookSettings(url=hook.url), triggers.get("NEW_ORDER"), None)) == []


def test_a_body_that_is_not_json_is_refused_when_the_rule_is_saved(hook: Hook) -> None:
    told = list(check(WebhookSettings(url=hook.url, body='{"a": {{ totl }}}'), triggers.get("NEW_ORDER"), None))
    assert [place for place, _ in told] == ["body"]
    assert "There is no field “totl”" in told[0][1]


@pytest.mark.django_db
def test_a_name_that_leads_inside_later_is_refused_when_it_is_called(
    organization: Organization, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inside(host: str, port: int, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        found = ["93.184.216.34", "127.0.0.1"] if host == "partner.example" else [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    row = deliver(organization, f"https://partner.example:{hook.server_port}/")
    assert (row.state, row.uncertain, hook.heard) == ("parked", False, [])
    assert "inside a private network" in row.last_error


@pytest.mark.django_db
def test_a_redirect_to_the_inside_is_not_followed(organization: Organization, hook: Hook) -> None:
    inner = Hook()
    threading.Thread(target=inner.serve_forever, args=(0.01,), daemon=True).start()
    hook.status, hook.answer_headers = 307, {"Location": inner.url}
    row = deliver(organization, hook.url)
    inner.shutdown()
    inner.server_close()
    assert (row.state, inner.heard, len(hook.heard)) == ("parked", [], 1)
