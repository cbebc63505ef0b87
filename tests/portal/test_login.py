"""Signing in and out: what is counted, what is told, and how long a session lasts."""

import datetime as dt
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from portal.tenancy import throttle
from portal.tenancy.models import Membership, Organization, User

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "the right words", "not the right words"
EMAIL = "olive@example.com"
REFUSED = "This e-mail and password do not belong together."


@pytest.fixture
def person(owner: Membership) -> User:
    owner.user.email = EMAIL
    owner.user.set_password(RIGHT)
    owner.user.save()
    return owner.user


def sign_in(client: Client, email: str = EMAIL, password: str = RIGHT, path: str = "/login", **extra: Any) -> Any:
    return client.post(path, {"username": email, "password": password}, **extra)


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def fail(times: int, email: str = EMAIL, **extra: Any) -> list[int]:
    return [sign_in(Client(), email, WRONG, **extra).status_code for _ in range(times)]


def let_pass(minutes: int) -> None:
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(
            attempt_time=attempt.attempt_time - dt.timedelta(minutes=minutes)
        )


def test_the_right_password_opens_and_a_wrong_one_does_not(person: User) -> None:
    client = Client()
    answer = sign_in(client, password=WRONG)
    assert (answer.status_code, is_signed_in(client)) == (200, False)
    assert REFUSED in answer.content.decode()
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"], is_signed_in(client)) == (302, "/", True)


def test_the_fifth_failure_locks_the_account_even_for_the_right_password(person: User) -> None:
    assert fail(5) == [200, 200, 200, 200, 429]
    client = Client()
    answer = sign_in(client)
    assert (answer.status_code, answer["Retry-After"], is_signed_in(client)) == (429, "900", False)
    text = answer.content.decode()
    assert "no more tries are taken for 15 minutes" in text
    assert "Wait, then try again." in text
    assert "no-store" in answer["Cache-Control"]


def test_a_locked_try_hashes_no_password(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(5)
    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def noting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(real(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", noting)
    sign_in(Client())
    assert hashed == []
    let_pass(16)
    sign_in(Client())
    assert hashed == [RIGHT]


def test_the_lock_ends_after_fifteen_minutes_and_tries_meanwhile_do_not_prolong_it(person: User) -> None:
    fail(5)
    let_pass(14)
    assert fail(3) == [429, 429, 429]
    let_pass(2)
    client = Client()
    assert sign_in(client).status_code == 302


def test_four_failures_and_a_success_begin_the_count_afresh(person: User) -> None:
    assert fail(4) == [200] * 4
    assert sign_in(Client()).status_code == 302
    assert fail(5) == [200, 200, 200, 200, 429]


def test_writing_the_e_mail_in_another_case_gives_no_more_tries(person: User) -> None:
    spellings = [
        "olive@example.com",
        "Olive@example.com",
        " OLIVE@EXAMPLE.COM",
        "oLive@Example.com",
        "olivE@example.com",
    ]
    assert [sign_in(Client(), email, WRONG).status_code for email in spellings] == [200, 200, 200, 200, 429]


def test_another_browser_or_another_address_gives_no_more_tries(person: User) -> None:
    codes = [
        sign_in(Client(), EMAIL, WRONG, headers={"User-Agent": f"b{n}"}, REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(5)
    ]
    assert codes == [200, 200, 200, 200, 429]


def test_twenty_failures_from_one_address_lock_it_for_every_account_and_only_it(person: User) -> None:
    codes = [code for n in range(5) for code in fail(4, f"nobody{n}@example.com", REMOTE_ADDR="192.0.2.7")]
    assert codes == [200] * 19 + [429]
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 429
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.8").status_code == 302


def test_nineteen_failures_from_an_address_still_let_people_in(person: User) -> None:
    for n in range(19):
        fail(1, f"nobody{n}@example.com", REMOTE_ADDR="192.0.2.7")
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert sign_in(Client(), "other@example.com", WRONG, REMOTE_ADDR="192.0.2.7").status_code == 429


def test_the_addresses_of_one_ipv6_network_count_as_one(person: User) -> None:
    for n in range(19):
        fail(1, f"nobody{n}@example.com", REMOTE_ADDR=f"2001:db8:1:2::{n + 1:x}")
    assert fail(1, "nobody19@example.com", REMOTE_ADDR="2001:db8:1:2:ffff::1") == [429]
    assert fail(1, "nobody20@example.com", REMOTE_ADDR="2001:db8:1:3::1") == [200]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_are_believed_about_the_address(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert throttle.client_address(request) == expected


def test_a_socket_file_has_no_address() -> None:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": ""}
    assert throttle.client_address(request) is None


def test_an_account_that_is_not_there_is_answered_like_one_that_is(person: User, organization: Organization) -> None:
    User.objects.create_user("off@example.com", RIGHT, name="Off", is_active=False)

    def told(answer: HttpResponse, email: str) -> tuple[int, str]:
        text = answer.content.decode().replace(email, "E-MAIL")
        return answer.status_code, "\n".join(line for line in text.splitlines() if "csrf" not in line.lower())

    existing = [told(sign_in(Client(), EMAIL, WRONG), EMAIL) for _ in range(6)]
    for email in ("nobody@example.com", "off@example.com"):
        password = RIGHT if email.startswith("off") else WRONG
        assert _without_ids([told(sign_in(Client(), email, password), email) for _ in range(6)]) == _without_ids(
            existing
        )


def _without_ids(told: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(code, "\n".join(line for line in text.splitlines() if "request ID" not in line)) for code, text in told]


def test_two_addresses_that_only_one_folding_takes_for_the_same_stay_two_people(person: User) -> None:
    person.email = "ian@example.com"
    person.save()
    User.objects.create_user("ıan@example.com", "other words here", name="Not Ian")
    assert sign_in(Client(), "IAN@example.com").status_code == 302
    assert User.objects.with_email("ıan@example.com").get().name == "Not Ian"


def test_signing_in_gives_the_session_a_new_key(person: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = session.session_key or ""
    planted = session.session_key
    sign_in(client)
    assert client.cookies["session"].value != planted
    thief = Client()
    thief.cookies["session"] = planted or ""
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "https://testserver@evil.example/",
    ],
)
def test_signing_in_leads_to_no_other_site(person: User, elsewhere: str) -> None:
    answer = Client().post("/login", {"username": EMAIL, "password": RIGHT, "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert sign_in(Client(), path=f"/login?next={elsewhere}")["Location"] == "/"


def test_signing_in_leads_back_to_where_one_wanted_to_go(person: User) -> None:
    client = Client()
    wanted = client.get("/orders?q=1")
    assert wanted["Location"] == "/login?next=/orders%3Fq%3D1"
    assert sign_in(client, path=wanted["Location"])["Location"] == "/orders?q=1"


def test_signing_out_takes_a_post_and_ends_the_session_on_the_server(person: User) -> None:
    client = Client()
    sign_in(client)
    kept = client.cookies["session"].value
    assert client.get("/logout").status_code == 405
    assert is_signed_in(client)
    assert client.post("/logout")["Location"] == "/login"
    thief = Client()
    thief.cookies["session"] = kept
    assert not is_signed_in(thief)


def age(client: Client, **moments: int) -> None:
    session = client.session
    for name, seconds in moments.items():
        session[name] -= seconds
    session.save()


def test_a_session_ends_after_two_hours_without_a_person(person: User) -> None:
    client = Client()
    sign_in(client)
    age(client, seen=2 * 3600 - 5)
    assert is_signed_in(client)
    age(client, seen=2 * 3600 + 5)
    answer = client.get("/orders")
    assert (answer.status_code, answer["Location"]) == (302, "/login?next=/orders")


def test_a_page_that_reads_itself_afresh_is_no_sign_of_a_person(person: User) -> None:
    client = Client()
    sign_in(client)
    age(client, seen=3600)
    before = client.session["seen"]
    client.get("/", headers={"HX-Request": "true", "X-Refresh": "1"})
    assert client.session["seen"] == before
    client.get("/", headers={"HX-Request": "true"})
    assert client.session["seen"] >= before + 3590


def test_a_session_ends_after_twelve_hours_however_busy_it_is(person: User) -> None:
    client = Client()
    sign_in(client)
    age(client, began=12 * 3600 - 5)
    assert is_signed_in(client)
    age(client, began=10)
    assert not is_signed_in(client)


def test_a_session_that_does_not_say_when_it_began_is_over(person: User) -> None:
    client = Client()
    sign_in(client)
    session = client.session
    del session["began"]
    session.save()
    assert not is_signed_in(client)


def test_changing_the_password_ends_every_other_session(person: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    new = "some other words"
    answer = here.post("/settings/password", {"old_password": RIGHT, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)


def test_the_administration_takes_no_more_tries_either(person: User) -> None:
    person.is_staff = person.is_superuser = True
    person.save()
    codes = [sign_in(Client(), EMAIL, WRONG, "/admin/login/").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 200, 429]
    assert sign_in(Client(), path="/admin/login/").status_code == 429


def test_no_password_is_kept_in_the_record_of_a_failed_try(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login")
    token = client.cookies["csrftoken"].value
    client.post("/login", {"username": EMAIL, "password": "planted-Pass-99", "csrfmiddlewaretoken": token})
    (attempt,) = AccessAttempt.objects.values()
    assert "planted-Pass-99" not in str(attempt)
    assert token not in str(attempt)
    assert attempt["username"] == EMAIL
