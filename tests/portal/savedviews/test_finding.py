"""A view by its name: one's own first, then the shared ones, then those of the list."""

import pytest

from portal.savedviews import services
from portal.savedviews.services import UnknownView, find
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def views(owner: Membership, stranger: Membership) -> None:
    for name, query, shared in (("Late", "q=mine", False), ("Ready", "q=ready", True)):
        services.keep(owner.organization, by=owner.user, list_key="orders", name=name, query=query, shared=shared)
    other = make_member(owner.organization, Role.USER, name="Uma")
    services.keep(other.organization, by=other.user, list_key="orders", name="Late", query="q=hers", shared=True)
    services.keep(other.organization, by=other.user, list_key="orders", name="Secret", query="q=secret")
    services.keep(stranger.organization, by=stranger.user, list_key="orders", name="Theirs", query="q=x", shared=True)


@pytest.mark.parametrize(
    ("name", "mine", "found"),
    [
        ("Late", True, ("Late", "q=mine", "own")),
        (" lÄTE", False, ("Late", "q=hers", "shared")),
        ("ready", True, ("Ready", "q=ready", "own")),
        ("ready", False, ("Ready", "q=ready", "shared")),
        ("on hold", True, ("On hold", "f=status~is_one_of~onHold", "built-in")),
        ("ON-HOLD", False, ("On hold", "f=status~is_one_of~onHold", "built-in")),
        ("all", False, ("All", "", "built-in")),
    ],
)
def test_a_view_is_found_by_its_name(
    organization: Organization, owner: Membership, name: str, mine: bool, found: tuple[str, str, str]
) -> None:
    one = find(organization, owner.user if mine else None, "orders", name)
    assert (one.name, one.query, one.kind) == found
    assert find(organization, owner.user, "orders", one.key).key == one.key


@pytest.mark.parametrize("name", ["Secret", "Theirs", "Reddy", "", "nothing at all"])
def test_a_view_that_one_does_not_see_is_unknown(organization: Organization, owner: Membership, name: str) -> None:
    with pytest.raises(UnknownView) as error:
        find(organization, owner.user, "orders", name)
    said = str(error.value)
    assert f"There is no view “{name}” of the list “orders”." in said
    assert "Secret" not in said.replace("“Secret” of", "")
    assert "Theirs" not in said.replace("“Theirs” of", "")


def test_an_unknown_name_is_told_with_those_like_it(organization: Organization, owner: Membership) -> None:
    with pytest.raises(UnknownView, match=r"Did you mean “Ready”\?"):
        find(organization, owner.user, "orders", "Reddy")
    with pytest.raises(UnknownView, match=r"There are “Late”, “Ready”, .* and"):
        find(organization, owner.user, "orders", "xyz")


def test_finding_costs_one_query(organization: Organization, owner: Membership, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        find(organization, owner.user, "orders", "late")
