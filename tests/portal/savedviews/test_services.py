"""What is done with saved views: whose they are, how they are called, two people at once, and what History keeps."""

import datetime as dt
from typing import Any

import pytest

from portal.audit.models import History
from portal.kit.clock import now
from portal.savedviews import defaults, services
from portal.savedviews.models import SavedView, ViewArrangement
from portal.savedviews.shelf import shelf
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def keep(member: Membership, name: str = "Waits", **fields: Any) -> SavedView:
    values = {"list_key": "orders", "query": "f=status~equals~onHold"} | fields
    return services.keep(member.organization, by=member.user, name=name, **values)


def told() -> list[tuple[str, str, int]]:
    rows = History.across.filter(entity_type="saved_view").order_by("pk")
    return [(row.verb, row.actor_name, row.version) for row in rows]


@pytest.fixture
def operator(organization: Organization) -> Membership:
    return make_member(organization, Role.USER, name="Uma User")


def test_a_name_is_there_once_for_a_person_and_once_among_the_shared(owner: Membership, operator: Membership) -> None:
    keep(owner)
    keep(operator, "WAITS ")
    with pytest.raises(services.NameTaken):
        keep(owner, "  wáits ")
    keep(owner, list_key="exceptions")
    shared = keep(owner, "Ours", shared=True)
    with pytest.raises(services.SharedNameTaken):
        keep(operator, "ours", shared=True)
    mine = keep(operator, "ours")
    with pytest.raises(services.SharedNameTaken):
        services.share(mine, by=operator.user)
    services.unshare(shared, by=owner.user)
    services.share(mine, by=operator.user)
    assert SavedView.across.filter(shared=True).get() == mine


def test_a_view_needs_a_name_and_there_are_fifty_at_most(owner: Membership) -> None:
    with pytest.raises(services.NameMissing):
        keep(owner, " \x00 ")
    for number in range(services.MOST):
        keep(owner, f"View {number}")
    with pytest.raises(services.TooMany, match="There are 50 views"):
        keep(owner, "One more")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(owner: Membership, operator: Membership) -> None:
    view = keep(operator, shared=True)
    services.update(view, by=owner.user, query="q=tea", seen=1)
    with pytest.raises(services.ChangedMeanwhile, match="Olive Owner has changed the view “Waits”") as error:
        services.update(view, by=operator.user, query="q=tins", seen=1)
    assert (error.value.by, error.value.name) == ("Olive Owner", "Waits")
    assert now() - error.value.at < dt.timedelta(minutes=1)
    kept = SavedView.across.get()
    assert (kept.query, kept.version, kept.changed_by) == ("q=tea", 2, "Olive Owner")
    for act in (services.share, services.unshare, services.delete):
        with pytest.raises(services.ChangedMeanwhile):
            act(view, by=operator.user, seen=1)
    services.update(view, by=operator.user, query="q=tins", seen=2)
    assert SavedView.across.get().query == "q=tins"


def test_every_change_of_a_shared_view_stands_in_history_and_none_of_a_private_one(owner: Membership) -> None:
    view = keep(owner)
    services.update(view, by=owner.user, query="q=tea")
    assert told() == []
    services.share(view, by=owner.user)
    services.rename(view, by=owner.user, name="Stuck")
    services.update(view, by=owner.user, query="q=tins")
    services.delete(view, by=owner.user)
    services.restore(view, by=owner.user)
    services.unshare(view, by=owner.user)
    verbs = ["shared", "renamed", "updated", "deleted", "restored", "unshared"]
    assert told() == [(verb, "Olive Owner", number) for number, verb in enumerate(verbs, start=3)]
    renamed = History.across.get(verb="renamed")
    assert renamed.summary == "Renamed the view “Waits” to “Stuck”"
    assert renamed.changes == [{"op": "replace", "path": "/name", "old": "Waits", "value": "Stuck"}]


def test_a_deleted_view_frees_its_name_and_comes_back_for_a_day(owner: Membership) -> None:
    view = keep(owner)
    services.delete(view, by=owner.user)
    other = keep(owner)
    with pytest.raises(services.NameTaken):
        services.restore(view, by=owner.user)
    services.rename(other, by=owner.user, name="Other")
    services.restore(view, by=owner.user)
    assert [one.name for one in shelf(owner.organization, owner.user, owner.role, "orders").views] == ["Waits", "Other"]
    services.delete(view, by=owner.user)
    SavedView.across.filter(pk=view.pk).update(deleted_at=now() - dt.timedelta(days=2))
    services.delete(other, by=owner.user)
    assert not SavedView.across.filter(pk=view.pk).exists()


@pytest.mark.parametrize(
    ("role", "shared", "own", "may"),
    [
        (Role.VIEWER, False, True, True),
        (Role.VIEWER, True, True, False),
        (Role.USER, True, True, True),
        (Role.USER, True, False, False),
        (Role.DEVELOPER, True, False, False),
        (Role.ADMINISTRATOR, True, False, True),
        (Role.ADMINISTRATOR, False, False, False),
    ],
)
def test_who_may_change_a_view(
    organization: Organization, owner: Membership, role: Role, shared: bool, own: bool, may: bool
) -> None:
    member = make_member(organization, role, name="Robin")
    view = keep(member if own else owner, shared=shared)
    assert services.may_change(member, view) is may
    assert (services.changeable(member, view.public_id) is not None) is may


def test_a_view_of_another_organization_is_nobodys(owner: Membership, stranger: Membership) -> None:
    view = keep(stranger, shared=True)
    assert services.changeable(owner, view.public_id) is None
    assert shelf(owner.organization, owner.user, owner.role, "orders").views == ()


def test_a_list_opens_with_ones_own_choice_before_that_of_the_role(
    organization: Organization, owner: Membership, operator: Membership
) -> None:
    shared = keep(owner, shared=True)

    def opens(known: set[str]) -> str:
        return shelf(organization, operator.user, operator.role, "orders").default(known)

    known = {shared.public_id, "on-hold"}
    assert opens(known) == ""
    defaults.choose_for_role(organization, Role.USER, "orders", shared.public_id, by=owner.user)
    assert opens(known) == shared.public_id
    assert shelf(organization, owner.user, owner.role, "orders").default(known) == ""
    defaults.choose(organization, operator.user, "orders", "on-hold")
    assert opens(known) == "on-hold"
    assert opens({shared.public_id}) == shared.public_id, "a wish for a view that is gone is none"
    defaults.choose(organization, operator.user, "orders", "all")
    assert opens(known) == "all"
    row = History.across.get(entity_type="view_arrangement")
    assert row.summary == "Changed what the list “orders” opens with for the role “User”"


def test_a_view_that_is_no_longer_shared_is_no_roles_default(owner: Membership, organization: Organization) -> None:
    shared = keep(owner, shared=True)
    defaults.choose_for_role(organization, Role.USER, "orders", shared.public_id, by=owner.user)
    services.unshare(shared, by=owner.user)
    assert defaults.role_defaults(organization, "orders") == {}
    assert History.across.filter(entity_type="view_arrangement").count() == 2


def test_the_order_is_ones_own_and_new_views_come_last(organization: Organization, owner: Membership) -> None:
    keys = [keep(owner, name).public_id for name in ("One", "Two", "Three")]
    defaults.arrange(organization, owner.user, "orders", [keys[2], "on-hold", keys[0], keys[2], "a,b", ""])
    found = shelf(organization, owner.user, owner.role, "orders")
    assert found.order == (keys[2], "on-hold", keys[0])
    assert found.in_order([*keys, "new", "on-hold"]) == [keys[2], "on-hold", keys[0], keys[1], "new"]
    assert ViewArrangement.across.count() == 1


def test_the_shelf_is_read_with_one_query(
    organization: Organization, owner: Membership, django_assert_num_queries: Any
) -> None:
    keep(owner, "One")
    keep(owner, "Two", shared=True)
    defaults.choose(organization, owner.user, "orders", "on-hold")
    defaults.choose_for_role(organization, Role.ADMINISTRATOR, "orders", "ready", by=owner.user)
    with django_assert_num_queries(1):
        found = shelf(organization, owner.user, owner.role, "orders")
    assert [(one.name, one.shared, one.owner, one.version) for one in found.views] == [
        ("One", False, "Olive Owner", 1),
        ("Two", True, "Olive Owner", 1),
    ]
    assert (found.own_default, found.role_default) == ("on-hold", "ready")
