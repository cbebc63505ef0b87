"""Headers and cookies of every answer, and templates without anything that the policy would stop."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as options
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from portal.tenancy.models import Membership
from tests.conftest import _client
from tests.house.answers import faults_of, is_private
from tests.house.test_access import ADDRESSES, PUBLIC, URLS, ask, path_of, world
from tools.steps import ROOT

__all__ = ["world"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_has_the_headers_and_no_page_a_script_a_style_or_a_handler(
    world: dict[str, Any], owner: Membership, method: str
) -> None:
    """What others are answered is looked at where the addresses are walked as them (`test_access.ask`)."""
    client, pages = _client(owner.user), 0
    signed_in = client.cookies.output()
    for name, address in ADDRESSES.items():
        response = ask(client, method, path_of(address, world))
        if URLS[name] != PUBLIC and response.status_code not in (405, 302):
            assert is_private(response), f"{method} {name}: {response.get('Cache-Control')}"
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            assert inline_in(response.content.decode()) == [], name
            pages += response.status_code == 200
        client.cookies.load(signed_in)  # what signing out took away; its row is back already
    assert pages > 20 or method == "post"


@pytest.mark.django_db
def test_errors_have_the_headers_and_are_not_kept(as_owner: Client) -> None:
    as_owner.raise_request_exception = False
    checked = Client(enforce_csrf_checks=True)
    answers = {
        404: as_owner.get("/no/such/page"),
        400: as_owner.get("/orders", {"q": "a\x00b"}),
        403: checked.post("/login", {"username": "a", "password": "b"}),
    }
    for status, answer in answers.items():
        assert (answer.status_code, faults_of(answer), is_private(answer)) == (status, [], True)
    bad_host = as_owner.get("/", headers={"Host": "evil.example"})
    assert (bad_host.status_code, faults_of(bad_host), is_private(bad_host)) == (400, [], True)


@pytest.mark.django_db
def test_a_fault_of_our_own_has_the_headers_and_tells_nothing(
    as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted detail")

    as_owner.raise_request_exception = False
    monkeypatch.setattr("orders.lists.orders.ORDERS.answer", broken)
    answer = as_owner.get("/orders")
    assert (answer.status_code, faults_of(answer), is_private(answer)) == (500, [], True)
    assert "planted detail" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.django_db
def test_the_administration_has_the_headers(owner: Membership) -> None:
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    for client in (Client(), _client(owner.user)):
        for path in ("/admin/", "/admin/login/"):
            assert faults_of(client.get(path)) == []


@pytest.mark.django_db
def test_the_watchman_is_told_no_more_than_he_needs_and_never_from_a_cache() -> None:
    answer = Client().get("/health")
    assert set(json.loads(answer.content)) == {"status", "heartbeatAge"}
    assert faults_of(answer) == []
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_cookies_cannot_be_read_by_scripts_or_sent_from_elsewhere(owner: Membership) -> None:
    owner.user.set_password("the right words")
    owner.user.save()
    client = Client()
    client.get("/login")
    client.post("/login", {"username": owner.user.email, "password": "the right words"})
    client.get("/settings/account")
    assert set(client.cookies) == {"session", "csrftoken"}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")


WITH_TLS = """
import json
from django.conf import settings as s
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_DOMAIN",
         "SESSION_COOKIE_PATH")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def test_over_tls_cookies_are_bound_to_the_host_and_http_is_left_for_good() -> None:
    environment = os.environ | {"SWITCHYARD_HTTPS": "yes", "SWITCHYARD_PROXIES": "1"}
    told = subprocess.run(
        [sys.executable, "-c", WITH_TLS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": "/",
    }


@pytest.mark.django_db
def test_over_tls_answers_say_so_and_plain_ones_lead_there(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    plain = Client().get("/login")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/login")
    client = Client(headers={"X-Forwarded-Proto": "https"})
    assert client.get("/login")["Strict-Transport-Security"] == "max-age=31536000"
    assert client.cookies["csrftoken"]["secure"] is True


def test_the_policy_in_force_is_the_only_one() -> None:
    assert set(options.CONTENT_SECURITY_POLICY) == {"EXCLUDE_URL_PREFIXES", "DIRECTIVES"}
    assert options.CONTENT_SECURITY_POLICY["EXCLUDE_URL_PREFIXES"] == ()
    assert not hasattr(options, "CONTENT_SECURITY_POLICY_REPORT_ONLY")


class Inline(HTMLParser):
    """Notes whatever the policy would stop."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not names.get("src") and "json" not in (names.get("type") or "")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or re.fullmatch(r"on[a-z]+|hx-on.*|hx-vars", name):
                self.found.append(f"{tag} {name}")
            if re.match(r"\s*(javascript|vbscript|data:text/html)", value or "", re.IGNORECASE):
                self.found.append(f"{tag} {name}={value}")
            if (value or "").lstrip().startswith("js:"):
                self.found.append(f"{tag} {name}={value}")


def inline_in(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def own_templates() -> Iterator[Path]:
    for folder in ("templates", "portal", "orders", "automations", "integrations"):
        yield from sorted((ROOT / folder).rglob("*.html"))


def test_no_template_holds_a_script_a_style_or_a_handler() -> None:
    pages = [path for path in own_templates() if "mail" not in path.parts]  # a mail can bring no style sheet
    found = {str(path.relative_to(ROOT)): inline_in(_without_tags(path.read_text())) for path in pages}
    assert len(found) > 70
    assert {name: faults for name, faults in found.items() if faults} == {}


def _without_tags(template: str) -> str:
    """Return the HTML of a template: what its tags bring is seen on the pages below."""
    return re.sub(r"{#.*?#}|{%.*?%}", " ", template, flags=re.DOTALL)


@pytest.mark.parametrize(
    "html",
    [
        "<p style='color:red'>",
        "<script>alert(1)</script>",
        "<a href=' javascript:alert(1)'>",
        "<b onclick=x()>",
        "<div hx-on:click=x()>",
        "<style>a{}</style>",
        "<i hx-headers='js:{}'>",
    ],
)
def test_the_search_for_what_the_policy_stops_finds_it(html: str) -> None:
    assert inline_in(html) != []


def test_no_view_is_excused_from_the_policy_or_the_token() -> None:
    excused = [
        str(pattern.callback)
        for pattern in _patterns(get_resolver())
        if getattr(pattern.callback, "csrf_exempt", False) or getattr(pattern.callback, "_csp_exempt", False)
    ]
    assert excused == []


def _patterns(resolver: Any) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        # The API and messages of other systems come with no cookie, and so need no token.
        if getattr(entry, "namespace", "") not in ("v1", "hooks"):
            yield from _patterns(entry) if hasattr(entry, "url_patterns") else (entry,)
