"""The settings: the organization, its members, one's own account."""

import pytest
from django.test import Client

from portal.tenancy import members
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_the_owner_renames_the_organization(as_owner: Client, organization: Organization) -> None:
    response = as_owner.post("/settings", {"name": "Tea Ltd", "timezone": "Asia/Tokyo"})
    assert response["Location"] == "/settings"
    organization.refresh_from_db()
    assert (organization.name, organization.timezone) == ("Tea Ltd", "Asia/Tokyo")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"timezone": "Mars/Base"}, {"name": "x" * 121}])
def test_a_wrong_name_or_timezone_changes_nothing(
    as_owner: Client, organization: Organization, wrong: dict[str, str]
) -> None:
    assert as_owner.post("/settings", {"name": "Tea Ltd", "timezone": "UTC"} | wrong).status_code == 422
    organization.refresh_from_db()
    assert (organization.name, organization.timezone) == ("Tea & Tins Ltd", "Europe/London")


def test_the_colleague_sees_the_organization_and_changes_nothing(
    as_colleague: Client, organization: Organization
) -> None:
    assert "Tea &amp; Tins Ltd" in as_colleague.get("/settings").content.decode()
    assert as_colleague.post("/settings", {"name": "Mine", "timezone": "UTC"}).status_code == 403
    organization.refresh_from_db()
    assert organization.name == "Tea & Tins Ltd"


def test_a_new_member_gets_a_first_password_that_is_shown_once(as_owner: Client, organization: Organization) -> None:
    form = {"name": "Nia New", "email": "nia@example.com", "role": "user"}
    response = as_owner.post("/settings/members/add", form)
    assert "no-store" in response["Cache-Control"]
    password = response.context["added"].password
    assert password in response.content.decode()
    made = Membership.objects.get(user__email="nia@example.com")
    assert (made.organization, made.role, made.user.check_password(password)) == (organization, "user", True)
    assert password not in as_owner.get("/settings/members").content.decode()


def test_somebody_who_is_here_already_keeps_the_password(
    as_owner: Client, organization: Organization, stranger: Membership
) -> None:
    stranger.user.set_password("their own secret")
    stranger.user.save()
    form = {"name": "Somebody", "email": stranger.user.email.upper(), "role": "viewer"}
    assert as_owner.post("/settings/members/add", form).context["added"].password == ""
    user = User.objects.get(pk=stranger.user.pk)
    assert (user.check_password("their own secret"), user.name) == (True, "Sam Stranger")
    assert set(user.memberships.values_list("organization__name", flat=True)) == {"Elsewhere Inc", "Tea & Tins Ltd"}


def test_a_member_is_not_added_twice(as_owner: Client, colleague: Membership) -> None:
    form = {"name": "Again", "email": colleague.user.email, "role": "administrator"}
    response = as_owner.post("/settings/members/add", form)
    assert response.status_code == 422
    assert "is a member already" in response.content.decode()
    colleague.refresh_from_db()
    assert colleague.role == "viewer"


def test_the_owner_changes_a_role_and_removes_a_member(as_owner: Client, colleague: Membership) -> None:
    as_owner.post(f"/settings/members/{colleague.pk}", {"role": "developer"})
    colleague.refresh_from_db()
    assert colleague.role == "developer"
    as_owner.post(f"/settings/members/{colleague.pk}")
    assert not Membership.objects.filter(pk=colleague.pk).exists()
    assert User.objects.filter(pk=colleague.user.pk).exists()


@pytest.mark.parametrize("form", [{"role": "user"}, {}])
def test_an_administrator_always_remains(as_owner: Client, owner: Membership, form: dict[str, str]) -> None:
    response = as_owner.post(f"/settings/members/{owner.pk}", form)
    assert response.status_code == 422
    assert "An organization needs an administrator." in response.content.decode()
    owner.refresh_from_db()
    assert owner.role == "administrator"


def test_one_of_two_administrators_may_go(organization: Organization, owner: Membership) -> None:
    second = make_member(organization, Role.ADMINISTRATOR, name="Second")
    members.remove_member(owner)
    assert list(Membership.objects.filter(organization=organization)) == [second]


def test_an_unknown_role_is_not_found(as_owner: Client, colleague: Membership) -> None:
    assert as_owner.post(f"/settings/members/{colleague.pk}", {"role": "emperor"}).status_code == 404


def test_others_change_no_member(as_colleague: Client, as_stranger: Client, colleague: Membership) -> None:
    form = {"name": "Spy", "email": "spy@example.com", "role": "administrator"}
    assert as_colleague.post("/settings/members/add", form).status_code == 403
    assert as_colleague.post(f"/settings/members/{colleague.pk}", {"role": "administrator"}).status_code == 403
    assert as_stranger.post(f"/settings/members/{colleague.pk}", {"role": "administrator"}).status_code == 404
    colleague.refresh_from_db()
    assert colleague.role == "viewer"
    assert not User.objects.filter(email="spy@example.com").exists()


def test_everybody_chooses_name_timezone_and_theme(as_colleague: Client, colleague: Membership) -> None:
    as_colleague.post("/settings/account", {"name": "Colin C", "timezone": "America/Lima", "theme": "dark"})
    user = User.objects.get(pk=colleague.user.pk)
    assert (user.name, user.timezone, user.theme) == ("Colin C", "America/Lima", "dark")
    assert 'data-bs-theme="dark"' in as_colleague.get("/settings/account").content.decode()


def test_a_wrong_timezone_is_told_beside_its_field(as_colleague: Client, colleague: Membership) -> None:
    form = {"name": "Colin", "timezone": "Nowhere", "theme": "dark"}
    assert as_colleague.post("/settings/account", form).status_code == 422
    assert User.objects.get(pk=colleague.user.pk).timezone == "UTC"


def test_the_password_is_changed_and_one_stays_signed_in(as_colleague: Client, colleague: Membership) -> None:
    colleague.user.set_password("the old secret")
    colleague.user.save()
    as_colleague.force_login(colleague.user, backend="django.contrib.auth.backends.ModelBackend")
    form = {"old_password": "the old secret", "new_password1": "a brand new one", "new_password2": "a brand new one"}
    assert as_colleague.post("/settings/password", form)["Location"] == "/settings/account"
    assert User.objects.get(pk=colleague.user.pk).check_password("a brand new one")
    assert as_colleague.get("/settings/account").status_code == 200


def test_a_wrong_old_password_changes_nothing(as_colleague: Client, colleague: Membership) -> None:
    form = {"old_password": "a guess", "new_password1": "a brand new one", "new_password2": "a brand new one"}
    response = as_colleague.post("/settings/password", form)
    assert response.status_code == 422
    assert "Your old password was entered incorrectly." in response.content.decode()
    assert not User.objects.get(pk=colleague.user.pk).check_password("a brand new one")
