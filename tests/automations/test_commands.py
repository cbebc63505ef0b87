"""The commands that make organizations."""

import io
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from automations.management.commands.demo import GOES_AT_ONCE, WELCOME
from automations.models import Rule
from orders.models import Order
from portal.tenancy.models import Membership, Organization, User

pytestmark = pytest.mark.django_db


def said(command: str, *args: str, **options: object) -> str:
    out = io.StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue().strip()


def test_the_demo_organization_has_two_people_the_default_rules_and_no_orders() -> None:
    said("demo", if_empty=True)
    assert list(Membership.objects.order_by("pk").values_list("user__email", "role", "organization__name")) == [
        ("demo@example.com", "administrator", "Tea & Tins"),
        ("viewer@example.com", "viewer", "Tea & Tins"),
    ]
    running = Rule.across.filter(enabled=True).order_by("trigger", "is_default")
    assert list(running.values_list("trigger", "name")) == [
        ("EXCEPTION_SCHEDULED", "Resolve old exceptions"), ("NEW_ORDER", GOES_AT_ONCE.name),
        ("NEW_ORDER", "Default rule"),
    ]  # fmt: skip
    assert Order.across.count() == 0


def test_the_demo_says_how_to_sign_in_and_where_the_shop_is_each_time(settings: Settings) -> None:
    settings.SANDBOX_URL = "http://shop.example"
    words = WELCOME.format(
        email="demo@example.com",
        password="switchyard-demo",
        viewer="viewer@example.com",
        shop=" (http://shop.example)",
    )
    assert said("demo", if_empty=True) == words
    assert said("demo", if_empty=True) == words
    assert Organization.objects.count() == 1


def test_the_demo_says_no_password_that_has_been_changed() -> None:
    said("demo", if_empty=True)
    user = User.objects.get(email="demo@example.com")
    user.set_password("something of their own")
    user.save()
    assert said("demo", if_empty=True) == ""


def test_the_demo_leaves_a_database_in_use_alone(organization: Organization) -> None:
    assert said("demo", if_empty=True) == ""
    with pytest.raises(CommandError, match="There is an organization already"):
        said("demo")
    assert Organization.objects.count() == 1


def test_a_new_organization_has_an_administrator_and_the_default_rule() -> None:
    with patch("builtins.input", return_value="a long enough secret"):
        words = said("create_organization", "Coffee Co", email="cleo@example.com", password_from_stdin=True)
    assert words == "Made Coffee Co. cleo@example.com can sign in as its administrator."
    member = Membership.objects.get()
    assert (member.role, member.user.name, member.organization.name) == ("administrator", "cleo", "Coffee Co")
    assert member.user.check_password("a long enough secret")
    assert {rule.organization for rule in Rule.across.all()} == {member.organization}


def test_a_short_password_makes_nothing() -> None:
    with patch("builtins.input", return_value="short"), pytest.raises(CommandError, match="too short"):
        said("create_organization", "Coffee Co", email="cleo@example.com", password_from_stdin=True)
    assert not Organization.objects.exists()


def test_an_unknown_timezone_makes_nothing() -> None:
    with pytest.raises(CommandError, match="is not a timezone"):
        said("create_organization", "Coffee Co", email="cleo@example.com", timezone="Mars/Base")
    assert not Organization.objects.exists()
