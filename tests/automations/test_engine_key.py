"""The Automation Engine key: there for every organization, made again when it is revoked, good for nothing outside."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from automations import engine_key
from automations.engine_key import engine_key_of, ensure_engine_keys, said
from automations.services import ensure_defaults
from portal.audit.models import History
from portal.kit.jobs import watchers
from portal.tenancy import keyring
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization

pytestmark = pytest.mark.django_db
KEYS = "/settings/api-keys"


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    engine_key._known.clear()


def test_an_organization_has_one_key_for_its_rules(organization: Organization, stranger: Membership) -> None:
    ours = engine_key_of(organization)
    assert [engine_key_of(organization) for _ in range(3)] == [ours] * 3
    assert engine_key_of(stranger.organization) != ours
    key = ApiKey.across.get(public_id=ours)
    assert (key.name, key.system, key.scopes, key.last_four) == ("Automation Engine", True, [], ours[-4:])
    told = History.across.get(organization=organization)
    assert (told.actor_name, told.verb, told.entity_id) == ("Switchyard", "made", key.pk)


def test_a_known_key_costs_no_query(organization: Organization, django_assert_num_queries: object) -> None:
    engine_key_of(organization)
    engine_key_of(organization)
    with django_assert_num_queries(0):  # type: ignore[operator]
        engine_key_of(organization)


def test_a_new_organization_has_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct-horse-battery")
    call_command("create_organization", "New Ltd", "--email", "new@example.com")
    assert ApiKey.across.get(organization__name="New Ltd").name == "Automation Engine"


def test_a_revoked_key_is_made_again_by_the_watch(organization: Organization) -> None:
    first = engine_key_of(organization)
    keyring.revoke(ApiKey.across.get(public_id=first))
    assert watchers.get("automation engine keys").every == 60
    assert (ensure_engine_keys(), ensure_engine_keys()) == (1, 0)
    engine_key._known.clear()
    second = engine_key_of(organization)
    assert second != first
    assert set(ApiKey.across.filter(revoked_at=None).values_list("public_id", flat=True)) == {second}


def test_a_rule_that_acts_before_the_watch_makes_it_itself(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_key, "SECONDS", 0.0)
    first = engine_key_of(organization)
    keyring.revoke(ApiKey.across.get(public_id=first))
    assert engine_key_of(organization) != first


def test_the_key_opens_nothing_whatever_one_knows_of_it(organization: Organization) -> None:
    key = ApiKey.across.get(public_id=engine_key_of(organization))
    for secret in (f"sy_{key.public_id}_{'0' * 64}", f"sy_{key.public_id}_-", f"sy_{key.public_id}_", key.secret_hash):
        assert keyring.find(secret) is None
        answer = Client().get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
    forged = "0" * 64
    ApiKey.across.filter(pk=key.pk).update(secret_hash=keyring._hash(f"sy_{key.public_id}_{forged}"))
    assert keyring.find(f"sy_{key.public_id}_{forged}") is None


def test_people_may_not_take_its_name(as_owner: Client, organization: Organization) -> None:
    data = {"name": " automation  engine ", "scopes": ["orders:read"], "days": "90"}
    answer = as_owner.post("/settings/api-keys/make", data)
    assert answer.status_code == 422
    assert "The portal&#x27;s own engine has a key of this name" in answer.content.decode()


def test_where_somebody_has_the_name_already_the_engine_takes_another(organization: Organization) -> None:
    ApiKey.across.create(organization=organization, name="Automation Engine", last_four="0000")
    key = ApiKey.across.get(public_id=engine_key_of(organization))
    assert (key.name, key.system) == ("Automation Engine (Switchyard)", True)
    assert ensure_engine_keys() == 0


def test_it_is_not_counted_among_the_keys_there_may_be(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_key_of(organization)
    monkeypatch.setattr(keyring, "MOST", 1)
    assert keyring.make(organization, name="One", allowed=["orders:read"], by=None).key.name == "One"
    with pytest.raises(keyring.TooManyKeys):
        keyring.make(organization, name="Two", allowed=["orders:read"], by=None)


def test_the_page_says_what_it_is_and_warns_before_it_is_revoked(as_owner: Client, organization: Organization) -> None:
    ensure_defaults(organization)
    ours = engine_key_of(organization)
    page = as_owner.get(KEYS).content.decode()
    assert "Made by Switchyard" in page
    assert "Stands for your rules in the history of records" in page
    assert f"sy_{ours[:4]}…{ours[-4:]}" in page
    assert "Your rules go on all the same" in page
    assert "Never used" not in page
    answer = as_owner.post(reverse("portal:revoke_api_key", args=[ours]), follow=True)
    assert "Revoked. A new key is made within five minutes" in answer.content.decode()
    assert ApiKey.across.get(public_id=ours).revoked_at is not None


def test_it_stands_above_the_keys_of_people(as_owner: Client, organization: Organization) -> None:
    engine_key_of(organization)
    keyring.make(organization, name="Warehouse", allowed=["orders:read"], by=None)
    assert [key.name for key in keyring.keys_of(organization)] == ["Automation Engine", "Warehouse"]


def test_history_names_the_end_of_the_key() -> None:
    assert said("5a1c5a1c5a1cbeef") == "with the Automation Engine key …beef"
    assert said("") == ""


# The webhook secret, on the same page


SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def test_the_webhook_secret_is_shown_once_and_written_down_without_it(as_owner: Client) -> None:
    assert "There is none yet." in as_owner.get(KEYS).content.decode()
    made = as_owner.post("/settings/webhook-secret")
    secret = SECRET.findall(made.content.decode())[0]
    assert "no-store" in made["Cache-Control"]
    page = as_owner.get(KEYS).content.decode()
    assert not SECRET.search(page)
    assert f"whsec_…{secret[-4:]}" in page
    again = as_owner.post("/settings/webhook-secret").content.decode()
    assert SECRET.findall(again)[0] != secret
    assert "The one before it signs as well until it ends" in again
    told = list(History.across.order_by("pk").values_list("verb", "summary"))
    assert told == [
        ("webhook_secret", "Made the webhook secret."),
        ("webhook_secret", "Made a new webhook secret; the old one signs for a day."),
    ]
    assert "whsec_" not in str(list(History.across.values()))


def test_only_who_may_manage_access_makes_a_webhook_secret(as_colleague: Client) -> None:
    assert as_colleague.post("/settings/webhook-secret").status_code == 403
