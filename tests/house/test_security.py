"""What nobody may do: act without a token, reach another organization's records, or change what is written."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_member, make_order
from tests.house.test_access import ADDRESSES, path_of, world
from tools.steps import ROOT

__all__ = ["world"]
BY = Actor.system()
MARKS = {"HX-Request": "true", "X-CSRFToken": "x" * 32, "Content-Type": "application/json"}
"""What a view might take instead of a token. They come together: a view that took one of them would be seen."""
RULE = {"name": "Ours", "kind": "simple", "f.match": "all", "a.0.key": "archive"}


# Tokens


@pytest.mark.django_db
def test_no_post_is_taken_without_its_token(world: dict[str, Any], owner: Membership) -> None:
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner.user, backend="django.contrib.auth.backends.ModelBackend")
    before = History.across.count()
    # Messages of other systems come with no cookie: their signature is what counts (tests/integrations/hooks).
    paths = [path_of(address, world) for name, address in ADDRESSES.items() if not name.startswith("hooks:")]
    for path in [*paths, "/admin/login/", "/admin/logout/", "/admin/password_change/"]:
        for extra in ({}, MARKS):
            answer = client.post(path, {"sure": "1", "name": "x"}, headers=extra)
            assert answer.status_code == 403, f"{path} {extra} answered {answer.status_code}"
    assert History.across.count() == before


@pytest.mark.django_db
def test_a_token_of_somebody_else_is_none(owner: Membership) -> None:
    client, other = Client(enforce_csrf_checks=True), Client()
    client.force_login(owner.user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/settings/account")
    other.get("/login")
    answer = client.post("/theme", {"theme": "dark", "csrfmiddlewaretoken": other.cookies["csrftoken"].value})
    assert answer.status_code == 403


# Other organizations


@pytest.fixture
def theirs(stranger: Membership) -> Order:
    shop = Source.across.create(organization=stranger.organization, name="Their shop", connector="ecwid")
    return make_order(shop, 9001, extOrderId="#their-order", email="theirs@example.com")


def state_of(order: Order) -> tuple[str, int]:
    fresh = Order.across.get(pk=order.pk)
    return fresh.status, fresh.version


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["archive", "cancel", "ready", "release"])
def test_acting_on_many_leaves_the_orders_of_others_alone(
    as_owner: Client, source: Source, theirs: Order, key: str
) -> None:
    ours = make_order(source, 1)
    path, before = reverse(f"orders:bulk_{key}"), state_of(theirs)
    preview = as_owner.post(path, {"row": [ours.public_id, theirs.public_id]})
    assert preview.context["preview"].count == 1
    as_owner.post(path, {"row": [ours.public_id, theirs.public_id], "sure": "1"})
    as_owner.post(path, {"all": "1", "query": "q=their-order", "sure": "1"})
    as_owner.post(path, {"all": "1", "query": "", "sure": "1"})
    assert state_of(theirs) == before
    assert "their-order" not in preview.content.decode()


@pytest.mark.django_db
def test_a_rule_cannot_be_tried_on_an_order_of_others(as_owner: Client, theirs: Order) -> None:
    path = reverse("automations:test", args=["NEW_ORDER"])
    for wanted in (theirs.public_id, "#their-order", "their-order", "9001", str(theirs.pk)):
        for name in ("record_id", "record"):
            text = as_owner.post(path, RULE | {name: wanted}).content.decode()
            assert "There is no order" in text, f"{name}={wanted}"
            assert "theirs@example.com" not in text


@pytest.mark.django_db
def test_a_rule_may_not_name_the_source_of_others(as_owner: Client, source: Source, theirs: Order) -> None:
    foreign = theirs.source.public_id
    answer = as_owner.post(reverse("automations:new", args=["NEW_ORDER"]), RULE | {"sources": [foreign]})
    assert answer.status_code == 422
    assert "Their shop" not in answer.content.decode()
    assert not Rule.across.exists()
    made = Definition(name="Ours", sources=(source.public_id,), actions=(ActionSpec(key="archive"),))
    rule = services.create_rule(source.organization, "NEW_ORDER", made, by=BY)
    with pytest.raises(services.RuleInvalid, match="sources"):
        services.save_rule(rule, made.model_copy(update={"sources": (source.public_id, foreign)}), by=BY)


@pytest.mark.django_db
def test_rules_of_others_cannot_be_ordered_into_ours(as_owner: Client, source: Source, stranger: Membership) -> None:
    def rule(organization: Organization) -> Rule:
        made = Definition(name="One", filter=FilterSpec(), actions=(ActionSpec(key="archive"),))
        return services.create_rule(organization, "NEW_ORDER", made, by=BY)

    ours, foreign = rule(source.organization), rule(stranger.organization)
    path = reverse("automations:reorder", args=["NEW_ORDER"])
    answer = as_owner.post(f"{path}?seen=1", {"order": [foreign.public_id, ours.public_id]})
    assert answer.status_code == 409
    assert Rule.across.get(pk=foreign.pk).position == foreign.position


@pytest.mark.django_db
def test_the_saved_view_of_others_is_neither_shown_nor_changed(as_owner: Client, stranger: Membership) -> None:
    view = SavedView.across.create(
        organization=stranger.organization, owner=stranger.user, list_key="orders", name="Their view", query="q=x",
        shared=True,
    )  # fmt: skip
    page = as_owner.get("/orders", {"view": view.public_id})
    assert (page.status_code, "Their view" in page.content.decode()) == (200, False)
    for data in ({"act": "delete"}, {"query": "q=y"}):
        assert as_owner.post(reverse("ui:view", args=[view.public_id]), data).status_code == 404
    assert SavedView.across.get(pk=view.pk).query == "q=x"


@pytest.mark.django_db
def test_a_colleague_changes_no_shared_view_of_mine(
    as_owner: Client, as_colleague: Client, organization: Organization
) -> None:
    as_owner.post(reverse("ui:views"), {"list": "orders", "name": "Mine", "query": "q=x", "shared": "1"})
    view = SavedView.across.get()
    assert as_colleague.post(reverse("ui:view", args=[view.public_id]), {"act": "delete"}).status_code == 404
    as_colleague.post(reverse("ui:views"), {"list": "orders", "name": "Viewer's", "query": "", "shared": "1"})
    assert SavedView.across.get(name="Viewer's").shared is False


@pytest.mark.django_db
def test_the_members_of_others_are_out_of_reach(as_owner: Client, stranger: Membership) -> None:
    path = reverse("portal:member", args=[stranger.pk])
    for data in ({"role": "viewer"}, {}):
        assert as_owner.post(path, data).status_code == 404
    assert Membership.objects.get(pk=stranger.pk).role == "administrator"


@pytest.mark.django_db
def test_nobody_enters_an_organization_they_do_not_belong_to(as_owner: Client, stranger: Membership) -> None:
    foreign = stranger.organization.public_id
    assert as_owner.post("/organization", {"organization": foreign}).status_code == 404
    session = as_owner.session
    session["organization"] = foreign
    session.save()
    page = as_owner.get("/settings")
    assert page.context["request"].organization != stranger.organization
    assert "Elsewhere Inc" not in page.content.decode()


@pytest.mark.django_db
def test_a_membership_that_has_ended_opens_nothing_from_the_next_request_on(
    organization: Organization, stranger: Membership
) -> None:
    guest = Membership.objects.create(user=stranger.user, organization=organization, role="user")
    client = _client(stranger.user)
    assert client.post("/organization", {"organization": organization.public_id}).status_code == 302
    assert "Tea &amp; Tins Ltd" in client.get("/settings").content.decode()
    guest.delete()
    assert "Tea &amp; Tins Ltd" not in client.get("/settings").content.decode()


@pytest.mark.django_db
def test_a_role_is_of_one_organization(organization: Organization, stranger: Membership) -> None:
    """The administrator of another organization who is a viewer here may only look here."""
    Membership.objects.create(user=stranger.user, organization=organization, role="viewer")
    client = _client(stranger.user)
    client.post("/organization", {"organization": organization.public_id})
    data = {"name": "Mine now", "timezone": "UTC"}
    assert client.post("/settings", data).status_code == 403
    assert client.post(reverse("portal:add_member"), {"name": "x", "email": "x@example.com"}).status_code == 403


# `across`: what asks without saying of which organization

SCOPED_OTHERWISE = {
    "portal/savedviews/defaults.py": "writes a choice in the organization it is given",
    "portal/savedviews/services.py": "locks again a view found within the organization, by its number",
    "portal/audit/at.py": "reads by the IDs of records that the caller has found within the organization",
    "orders/shown/suggest.py": "walks along the index of SKUs, and keeps the lines of the organization it is given",
    "integrations/queries.py": "names the organization of the integration, which was found within it",
    "integrations/views/acts.py": "counts by the source of an integration found within the organization",
    "integrations/views/detail.py": "reads by the source of an integration found within the organization",
    "automations/views/rules.py": "reads a rule found within the organization again, with what belongs to it",
}
PAGES = ("views", "pages", "ui", "api", "savedviews", "shown", "lists", "trials")
PAGE_MODULES = ("queries.py", "api.py", "forms.py", "panels.py", "search.py", "at.py")


def page_modules() -> Iterator[Path]:
    for house in ("portal", "orders", "integrations", "automations"):
        for path in sorted((ROOT / house).rglob("*.py")):
            if path.name in PAGE_MODULES or set(path.relative_to(ROOT).parts) & set(PAGES):
                yield path


def uses_across(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "across" for node in ast.walk(ast.parse(path.read_text()))
    )


def test_pages_ask_through_the_organization_except_where_a_reason_stands() -> None:
    found = {str(path.relative_to(ROOT)) for path in page_modules() if uses_across(path)}
    assert found == set(SCOPED_OTHERWISE)


def test_pages_write_no_sql_of_their_own_except_where_the_organization_is_named() -> None:
    """`connection.cursor()` passes by every manager."""
    found = {str(path.relative_to(ROOT)) for path in page_modules() if "cursor.execute" in path.read_text()}
    allowed = {
        "orders/queries.py",  # arrivals per hour: WHERE organization_id = %s
        "orders/search.py",  # each part: WHERE organization_id = %s
        "portal/pages/health.py",  # SELECT 1
        "portal/ui/counting.py",  # the planner's estimate of a queryset that is scoped already
    }
    assert found <= allowed


# History


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE portal_history SET summary = 'forged'", "DELETE FROM portal_history", "UPDATE portal_history SET id = id"],
)
def test_the_database_refuses_to_change_or_delete_history(source: Source, statement: str) -> None:
    make_order(source, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert History.across.get().summary == "Ingested from Tea shop as “New”."


@pytest.mark.django_db
def test_history_goes_only_with_its_whole_organization_and_on_purpose(source: Source, theirs: Order) -> None:
    make_order(source, 1)
    ours = source.organization
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('switchyard.erase_organization', %s, true)", [str(ours.pk)])
        cursor.execute("DELETE FROM portal_history WHERE organization_id = %s", [ours.pk])
        assert History.across.filter(organization=ours).count() == 0
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM portal_history")
    assert History.across.filter(organization=theirs.organization).count() == 1


@pytest.mark.django_db
def test_who_changes_whose_rights_is_written_down(as_owner: Client, organization: Organization) -> None:
    as_owner.post("/settings", {"name": "Tea Ltd", "timezone": "Europe/London"})
    as_owner.post(reverse("portal:add_member"), {"name": "Nia", "email": "nia@example.com", "role": "viewer"})
    member = reverse("portal:member", args=[Membership.objects.get(user__email="nia@example.com").pk])
    as_owner.post(member, {"role": "administrator"})
    as_owner.post(member, {"role": "administrator"})
    as_owner.post(member, {})
    rows = History.across.filter(organization=organization).order_by("id")
    assert [(row.entity_type, row.verb, row.summary, row.actor_name) for row in rows] == [
        ("organization", "edited", "Changed the organization.", "Olive Owner"),
        ("membership", "added", "Added Nia as Viewer.", "Olive Owner"),
        ("membership", "role_changed", "Made Nia Administrator.", "Olive Owner"),
        ("membership", "removed", "Removed Nia.", "Olive Owner"),
    ]
    assert rows[0].changes == [{"op": "replace", "path": "/name", "old": "Tea & Tins Ltd", "value": "Tea Ltd"}]
    assert rows[2].changes == [{"op": "replace", "path": "/role", "old": "viewer", "value": "administrator"}]


@pytest.mark.django_db
def test_a_new_password_is_written_down_without_it(as_owner: Client, owner: Membership) -> None:
    owner.user.set_password("the old words")
    owner.user.save()
    client, new = _client(owner.user), "planted new words"
    data = {"old_password": "the old words", "new_password1": new, "new_password2": new}
    assert client.post("/settings/password", data).status_code == 302
    (row,) = History.across.values()
    assert (row["verb"], row["actor_name"], new in str(row)) == ("password_changed", "Olive Owner", False)


# Administration


def test_the_administration_shows_no_credential_no_session_and_no_queue() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert shown & {"integrations.Credential", "integrations.OAuthAttempt"} == set()
    assert {label for label in shown if label.partition(".")[0] in ("axes", "sessions", "django_q")} == set()


@pytest.fixture
def root(owner: Membership) -> User:
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    return owner.user


@pytest.mark.django_db
def test_the_administration_changes_people_and_organizations_alone(root: User, rf: RequestFactory) -> None:
    request = rf.get("/admin/")
    request.user = root
    may = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.has_add_permission(request)
        or page.has_change_permission(request)
        or page.has_delete_permission(request)
    }
    # Support gives an organization its Order Hold Engine here, and changes nothing of one that is there.
    assert may == {"portal.User", "portal.Organization", "auth.Group", "automations.HoldEngine"}
    for model in (User, Organization):
        page = admin.site._registry[model]
        assert (page.has_add_permission(request), page.has_delete_permission(request)) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["change", "delete"])
def test_the_administration_leaves_history_as_it_is(root: User, source: Source, act: str) -> None:
    make_order(source, 1)
    row = History.across.get()
    answer = _client(root).post(reverse(f"admin:portal_history_{act}", args=[row.pk]), {"summary": "x", "post": "yes"})
    assert answer.status_code == 403
    assert History.across.get().summary == row.summary


@pytest.mark.django_db
def test_staff_cannot_make_themselves_everything(owner: Membership) -> None:
    person = owner.user
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="portal"))
    data = {"email": person.email, "name": "Changed", "timezone": "UTC", "is_active": "on", "is_superuser": "on"}
    answer = _client(person).post(reverse("admin:portal_user_change", args=[person.pk]), data)
    person.refresh_from_db()
    assert (answer.status_code, person.name, person.is_staff, person.is_superuser) == (302, "Changed", True, False)


@pytest.mark.django_db
def test_a_member_who_is_no_staff_is_shown_the_sign_in_of_the_administration(organization: Organization) -> None:
    client = _client(make_member(organization, Role.ADMINISTRATOR, name="Adam").user)
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert "not authorized to access this page" in answer.content.decode()
