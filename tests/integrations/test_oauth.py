"""To the store's sign-in page and back, with real HTTP in between."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.kit import oauth
from integrations.models import Credential, Integration, OAuthAttempt
from orders.models import OrderException
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def added(organization: Organization, sandbox: Sandbox) -> Integration:
    return lifecycle.add(organization, "ecwid", name="Tea shop", flows={"orders": "pull"}, by=TESTER)


def leave(client: Client, integration: Integration) -> str:
    """Press Connect; return the address of the store's sign-in page."""
    answer = client.get(reverse("integrations:authorize", args=[integration.public_id]))
    assert answer.status_code == 302
    return answer["Location"]


def decide(address: str, decision: str = "approve") -> str:
    """Decide on the store's page as its owner would; return the path that leads back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(
        address.partition("?")[0], data=asked | {"decision": decision}, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def test_approving_connects_and_the_code_leaves_the_address(added: Integration, as_owner: Client) -> None:
    address = leave(as_owner, added)
    assert reread(added).status == "connecting"
    answer = as_owner.get(decide(address))
    assert answer["Location"] == reverse("integrations:returned", args=[added.public_id])
    connected = reread(added)
    assert (connected.status, connected.account_name, connected.account_key) == ("connected", "Tea & Tins", "1003")
    assert "You can close this tab" in as_owner.get(answer["Location"]).content.decode()


def test_the_first_tab_notices_by_itself(added: Integration, as_owner: Client) -> None:
    page = reverse("integrations:connect", args=[added.public_id])
    address = leave(as_owner, added)
    waiting = as_owner.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "Waiting for you to approve" in waiting
    assert 'data-refresh="2"' in waiting
    as_owner.get(decide(address))
    assert as_owner.get(page, headers={"HX-Request": "true"})["HX-Redirect"] == page
    noticed = as_owner.get(page).content.decode()
    assert "Tea &amp; Tins is connected." in noticed
    assert "data-refresh" not in noticed


def test_refusing_is_an_error_with_its_cure(added: Integration, as_owner: Client) -> None:
    as_owner.get(decide(leave(as_owner, added), "refuse"))
    refused = reread(added)
    assert refused.status == "error"
    assert refused.cause == "The access was refused on the page of Ecwid."
    assert refused.cure == "Press Connect again and choose to approve."
    assert OrderException.across.filter(type="integration_failed", state="active").count() == 1


def test_connecting_after_a_refusal_heals(added: Integration, as_owner: Client) -> None:
    as_owner.get(decide(leave(as_owner, added), "refuse"))
    as_owner.get(decide(leave(as_owner, added)))
    assert (reread(added).status, reread(added).cause) == ("connected", "")
    assert OrderException.across.filter(state="active").count() == 0


def test_a_code_the_store_does_not_accept_is_an_error_and_not_tried_again(
    added: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    sandbox.set_fault("token_refused")
    as_owner.get(decide(leave(as_owner, added)))
    assert reread(added).status == "error"
    assert reread(added).cure == "Press Connect and approve the access again."
    assert [call["path"] for call in sandbox.ledger() if "token" in call["path"]].count("/api/oauth/token") <= 1


def test_fewer_rights_than_needed_are_an_error(added: Integration, sandbox: Sandbox, as_owner: Client) -> None:
    sandbox.set_fault("fewer_scopes")
    as_owner.get(decide(leave(as_owner, added)))
    assert reread(added).status == "error"
    assert "read_orders" in reread(added).cause


def test_a_store_that_does_not_return_the_state_works_by_the_address(
    added: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    sandbox.set_fault("state_dropped")
    as_owner.get(decide(leave(as_owner, added)))
    assert reread(added).status == "connected"


def test_an_answer_works_once(added: Integration, as_owner: Client) -> None:
    back = decide(leave(as_owner, added))
    as_owner.get(back)
    sealed = bytes(Credential.objects.get().sealed)
    assert as_owner.get(back).status_code == 400
    assert bytes(Credential.objects.get().sealed) == sealed
    assert reread(added).status == "connected"


def test_an_answer_is_for_the_person_who_asked(added: Integration, as_owner: Client, as_stranger: Client) -> None:
    back = decide(leave(as_owner, added))
    assert as_stranger.get(back).status_code == 400
    assert reread(added).status == "connecting"


def test_another_session_of_the_same_person_is_refused(added: Integration, as_owner: Client) -> None:
    back = decide(leave(as_owner, added))
    other = Client()
    other.force_login(OAuthAttempt.objects.get().user, backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(back).status_code == 400


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000])
def test_a_made_up_state_is_refused(state: str, added: Integration, as_owner: Client) -> None:
    leave(as_owner, added)
    url = reverse("integrations:callback", args=["ecwid"])
    assert as_owner.get(url, {"code": "abc", "state": state, "attempt": state}).status_code == 400


def test_an_answer_after_ten_minutes_is_refused_and_the_wait_is_given_up(added: Integration, as_owner: Client) -> None:
    back = decide(leave(as_owner, added))
    late = Now() - dt.timedelta(minutes=11)
    OAuthAttempt.objects.update(created_at=late)
    Integration.across.update(connection_since=late)
    assert as_owner.get(back).status_code == 400
    assert oauth.give_up_stale() == 1
    assert reread(added).status == "error"
    assert "within 10 minutes" in reread(added).cause


def test_connecting_again_to_another_store_is_refused(added: Integration, sandbox: Sandbox, as_owner: Client) -> None:
    as_owner.get(decide(leave(as_owner, added)))
    sandbox.add_store(2002, "Second shop")
    answer = as_owner.get(decide(leave(as_owner, added) + "&store_id=2002"))
    assert answer.status_code == 400
    assert "belongs to Tea &amp; Tins, but Second shop answered" in answer.content.decode()
    assert (reread(added).status, reread(added).account_key) == ("connected", "1003")


def test_an_installation_without_an_app_says_so(added: Integration, as_owner: Client, settings: Settings) -> None:
    settings.CONNECTOR_APPS = {"ecwid": {"client_id": "", "client_secret": ""}}
    answer = as_owner.get(reverse("integrations:authorize", args=[added.public_id]))
    assert answer.status_code == 400
    assert "Connect with a secret token instead" in answer.content.decode()


def test_the_state_has_256_bits_and_is_not_stored(added: Integration, as_owner: Client) -> None:
    query = parse_qs(urlsplit(leave(as_owner, added)).query)
    state = query["state"][0]
    assert len(state) == 43
    assert OAuthAttempt.objects.get().state_hash != state
    assert f"attempt={state}" in query["redirect_uri"][0]


def test_the_challenge_is_the_one_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
