"""Who gets in: keys in a header, with their pace, their end and their scopes; never a session's cookie."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from orders.models import Source
from portal.kit.clock import now
from portal.kit.masking import MaskFilter, mask
from portal.tenancy import keyring
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization
from tests.factories import make_order
from tests.portal.api.conftest import Program, make_key

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def test_a_key_opens_in_either_header(organization: Organization) -> None:
    secret = make_key(organization).secret
    for headers in ({"Authorization": f"Bearer {secret}"}, {"authorization": f"bearer {secret} "}):
        assert Client().get("/api/v1/orders", headers=headers).status_code == 200
    assert Client().get("/api/v1/orders", headers={"X-Switchyard-Key": secret}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nothing"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer sy_0000000000000000_" + "0" * 64},
        {"Authorization": "Bearer é\udcff"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"X-Switchyard-Key": "sy_"},
    ],
)
def test_what_is_no_key_gets_401_and_the_way_to_one(organization: Organization, headers: dict[str, str]) -> None:
    answer: Any = Program().get("/orders", **headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
    assert answer["WWW-Authenticate"] == 'Bearer realm="Switchyard"'
    assert "Settings, API keys" in answer.data["detail"]
    assert answer.data["requestId"] == answer["X-Request-Id"]


def test_one_wrong_sign_of_the_secret_is_enough_to_be_refused(organization: Organization) -> None:
    secret = make_key(organization).secret
    wrong = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    assert keyring.find(secret) is not None
    assert keyring.find(wrong) is None
    assert keyring.find(secret + " ") is None


def test_the_cookie_of_a_session_opens_nothing(as_owner: Client, source: Source) -> None:
    make_order(source, 1)
    assert as_owner.get("/orders").status_code == 200
    answer = as_owner.get("/api/v1/orders")
    assert (answer.status_code, b"#1" in answer.content) == (401, False)
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = as_owner.cookies
    assert checked.post("/api/v1/filters/check", {}, "application/json").status_code == 401


def test_a_revoked_key_and_an_expired_one_open_nothing(organization: Organization) -> None:
    made = make_key(organization)
    program = Program(made.secret)
    assert program.get("/orders").status_code == 200
    ApiKey.across.filter(pk=made.key.pk).update(expires_at=now() - dt.timedelta(seconds=1))
    assert program.get("/orders").status_code == 401
    ApiKey.across.filter(pk=made.key.pk).update(expires_at=now() + dt.timedelta(hours=1))
    assert program.get("/orders").status_code == 200
    assert keyring.revoke(made.key) is True
    assert keyring.revoke(made.key) is False
    assert program.get("/orders").status_code == 401


def test_the_database_knows_the_hash_alone(organization: Organization) -> None:
    made = make_key(organization)
    row = str(ApiKey.across.values().get())
    assert made.secret not in row
    assert made.secret.rpartition("_")[2] not in row
    assert made.key.last_four == made.secret[-4:]


def test_a_key_that_is_too_fast_waits_and_another_does_not(organization: Organization, settings: Settings) -> None:
    settings.API_BURST, settings.API_REQUESTS_PER_MINUTE = 3, 6  # one each ten seconds, three at once
    program, other = Program(make_key(organization).secret), Program(make_key(organization, name="Other").secret)
    assert [program.get("/orders").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused: Any = program.get("/orders")
    assert (refused["Content-Type"], refused.data["type"]) == (PROBLEM, "urn:switchyard:problem:too-fast")
    assert 1 <= int(refused["Retry-After"]) <= 10
    assert other.get("/orders").status_code == 200


def test_after_a_rest_a_key_may_go_on(organization: Organization, settings: Settings) -> None:
    settings.API_BURST, settings.API_REQUESTS_PER_MINUTE = 1, 1
    made = make_key(organization)
    assert [keyring.take_turn(made.key), keyring.take_turn(made.key)] == [0, 60]
    ApiKey.across.filter(pk=made.key.pk).update(paced_until=now() - dt.timedelta(days=1))
    assert [keyring.take_turn(made.key), keyring.take_turn(made.key)] == [0, 60]


def test_when_a_key_was_used_is_written_once_a_minute(organization: Organization) -> None:
    made = make_key(organization)
    keyring.take_turn(made.key)
    first = ApiKey.across.get().last_used_at
    keyring.take_turn(made.key)
    assert ApiKey.across.get().last_used_at == first
    old = now() - dt.timedelta(seconds=61)
    ApiKey.across.update(last_used_at=old)
    keyring.take_turn(made.key)
    used = ApiKey.across.get().last_used_at
    assert used is not None
    assert used > old


def test_what_a_key_needs_is_refused_with_the_cure(organization: Organization) -> None:
    make_key(organization, "orders:read", name="One")
    for name, allowed, refusal in (
        ("  ", ["orders:read"], keyring.KeyNameMissing),
        ("One", ["orders:read"], keyring.KeyNameTaken),
        ("Two", ["orders:write"], keyring.ScopeMissing),
    ):
        with pytest.raises(refusal) as caught:
            keyring.make(organization, name=name, allowed=allowed, by=None)
        assert str(caught.value) == refusal.__doc__


def test_the_name_of_a_revoked_key_is_free(organization: Organization) -> None:
    keyring.revoke(make_key(organization).key)
    assert make_key(organization).key.name == "Program"


def test_an_organization_has_at_most_100_keys_in_use(organization: Organization) -> None:
    ApiKey.across.bulk_create(ApiKey(organization=organization, name=f"{n}", secret_hash="") for n in range(100))
    with pytest.raises(keyring.TooManyKeys):
        make_key(organization)


def test_a_key_never_stands_in_a_log(organization: Organization, capsys: pytest.CaptureFixture[str]) -> None:
    secret = make_key(organization).secret
    shown = f"sy_{secret[3:19]}_••••"
    assert mask(f"a {secret} b {secret}") == f"a {shown} b {shown}"
    handler = logging.StreamHandler()
    handler.addFilter(MaskFilter())
    log = logging.getLogger("tests.masking")
    log.addHandler(handler)
    log.propagate = False  # what others have hung on the root may have lost its stream, and tells of that unmasked
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("Refused %s", secret)
    finally:
        log.removeHandler(handler)
    told = capsys.readouterr().err
    assert (secret in told, f"Refused {shown}" in told, f"ValueError: {shown}" in told) == (False, True, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("get", "/api/v1/nothing", 404, "not-found"),
        ("get", "/api/v1/", 404, "not-found"),
        ("post", "/api/v1/nothing/at/all", 404, "not-found"),
        ("delete", "/api/v1/orders", 405, "no-such-method"),
        ("post", "/api/v1/orders", 405, "no-such-method"),
        ("get", "/api/v1/filters/check", 405, "no-such-method"),
        ("get", "/api/v1/orders?q=%00", 400, "not-json"),
        ("get", "/api/v1/fields/planet", 404, "not-found"),
        ("get", "/api/v1/views/planets", 404, "not-found"),
        ("get", "/api/v1/schemas/filter/planet.json", 404, "not-found"),
    ],
)
def test_every_error_is_a_problem_that_programs_read(
    organization: Organization, method: str, path: str, status: int, kind: str
) -> None:
    headers = {"Authorization": f"Bearer {make_key(organization).secret}"}
    answer: Any = getattr(Client(raise_request_exception=False), method)(path, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["type"] == f"urn:switchyard:problem:{kind}"
    assert answer.json()["status"] == status
    assert "no-store" in answer["Cache-Control"]


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted detail")

    monkeypatch.setattr("orders.lists.orders.ORDERS.count", broken)
    client = Client(raise_request_exception=False)
    answer: Any = client.get("/api/v1/orders", headers={"X-Switchyard-Key": make_key(organization).secret})
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert "planted detail" not in answer.content.decode()
    assert answer.json()["requestId"] == answer["X-Request-Id"]


def test_answers_are_for_one_key_and_never_kept_for_others(program: Program, as_owner: Client) -> None:
    answer: Any = program.get("/orders")
    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "X-Switchyard-Key"} <= {name.strip() for name in answer["Vary"].split(",")}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_key_of_one_organization_is_none_of_another(program: Program, stranger: Membership) -> None:
    key = ApiKey.across.get()
    assert ApiKey.objects.within(stranger.organization).filter(pk=key.pk).exists() is False
