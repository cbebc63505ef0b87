"""Settings, API keys: made once, shown once, revoked for good; each by whom it may be."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from portal.audit.models import History
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_member

pytestmark = pytest.mark.django_db
DATA = {"name": "Warehouse", "scopes": ["orders:read", "runs:read"], "days": "90"}
SECRET = re.compile(r"sy_[0-9a-f]{16}_[0-9a-f]{64}")


def make(client: Client, **data: object) -> str:
    answer = client.post("/settings/api-keys/make", {**DATA, **data})
    assert answer.status_code == 200
    found = SECRET.search(answer.content.decode())
    assert found is not None
    return found[0]


def test_a_key_is_shown_once_and_opens_the_api(as_owner: Client) -> None:
    answer = as_owner.post("/settings/api-keys/make", DATA)
    secret = next(iter(SECRET.findall(answer.content.decode())))
    assert "no-store" in answer["Cache-Control"]
    page = as_owner.get("/settings/api-keys").content.decode()
    assert secret not in page
    assert "Warehouse" in page
    assert "Reads Orders, Runs" in page
    assert secret[-4:] in page
    opened = Client().get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"})
    assert opened.status_code == 200
    assert Client().get("/api/v1/exceptions", headers={"Authorization": f"Bearer {secret}"}).status_code == 403


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "   "}, "This field is required."),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["orders:write"]}, "is not one of the available choices"),
        ({"days": "7"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(
    as_owner: Client, data: dict[str, object], words: str
) -> None:
    answer = as_owner.post("/settings/api-keys/make", {**DATA, **data})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert ApiKey.across.count() == 0


def test_a_name_that_is_taken_is_refused(as_owner: Client) -> None:
    make(as_owner)
    answer = as_owner.post("/settings/api-keys/make", DATA)
    assert answer.status_code == 422
    assert "There is a key of this name" in answer.content.decode()


def test_a_key_that_shall_never_end_does_not(as_owner: Client) -> None:
    make(as_owner, days="never")
    assert ApiKey.across.get().expires_at is None


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(as_owner: Client) -> None:
    secret = make(as_owner)
    key = ApiKey.across.get()
    address = reverse("portal:revoke_api_key", args=[key.public_id])
    assert as_owner.post(address).status_code == 302
    assert Client().get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    page = as_owner.get("/settings/api-keys").content.decode()
    assert "Revoked" in page
    assert address not in page


def test_who_made_and_revoked_a_key_is_written_down_without_it(as_owner: Client) -> None:
    secret = make(as_owner)
    address = reverse("portal:revoke_api_key", args=[ApiKey.across.get().public_id])
    as_owner.post(address)
    as_owner.post(address)
    rows = list(History.across.order_by("id").values_list("verb", "summary", "actor_name", "entity_type"))
    assert rows == [
        ("made", "Made the API key “Warehouse” with orders:read, runs:read.", "Olive Owner", "api_key"),
        ("revoked", "Revoked the API key “Warehouse”.", "Olive Owner", "api_key"),
    ]
    assert secret not in str(list(History.across.values()))


def test_only_who_may_manage_access_sees_the_keys(organization: Organization, as_colleague: Client) -> None:
    assert "API keys" not in as_colleague.get("/settings").content.decode()
    for role, status in ((Role.ADMINISTRATOR, 200), (Role.DEVELOPER, 200), (Role.USER, 403), (Role.VIEWER, 403)):
        client = _client(make_member(organization, role, name=str(role.label)).user)
        assert client.get("/settings/api-keys").status_code == status
        made = client.post("/settings/api-keys/make", {**DATA, "name": str(role.label)})
        assert made.status_code == status
    assert ApiKey.across.count() == 2


def test_the_keys_of_another_organization_are_out_of_reach(as_owner: Client, as_stranger: Client) -> None:
    make(as_owner)
    key = ApiKey.across.get()
    assert as_stranger.post(reverse("portal:revoke_api_key", args=[key.public_id])).status_code == 404
    assert "Warehouse" not in as_stranger.get("/settings/api-keys").content.decode()
    key.refresh_from_db()
    assert key.revoked_at is None


def test_a_name_full_of_signs_is_shown_as_it_is(as_owner: Client) -> None:
    make(as_owner, name='<img src=x onerror="x"> {{7*7}} \u202e')
    page = as_owner.get("/settings/api-keys").content.decode()
    assert "&lt;img src=x onerror=&quot;x&quot;&gt; {{7*7}}" in page
    assert "<img src=x" not in page


def test_the_page_of_the_api_names_every_operation(as_colleague: Client) -> None:
    page = as_colleague.get("/api/docs").content.decode()
    operations = as_colleague.get("/api/v1/openapi.json").json()["paths"]
    assert len(operations) >= 12
    for path in operations:
        assert path in page
    assert "/settings/api-keys" not in page


def test_the_page_of_the_api_leads_to_the_keys_of_who_may_see_them(as_owner: Client) -> None:
    assert 'href="/settings/api-keys"' in as_owner.get("/api/docs").content.decode()


def test_keys_in_use_stand_first(as_owner: Client, owner: Membership) -> None:
    for name in ("First", "Second", "Third"):
        make(as_owner, name=name)
    as_owner.post(reverse("portal:revoke_api_key", args=[ApiKey.across.get(name="Third").public_id]))
    page = as_owner.get("/settings/api-keys").content.decode()
    assert sorted(("First", "Second", "Third"), key=page.index) == ["Second", "First", "Third"]
