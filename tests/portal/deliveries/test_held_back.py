"""What is sent too often waits for a person's word, and what is not clear is said to be so."""

import datetime as dt

import pytest
from django.core import mail
from django.db.models.functions import Now
from pytest_django import Settings

from orders.exceptions.clear import close_gone
from orders.models import OrderException, Source
from portal.deliveries import pace
from portal.deliveries.models import Delivery, DeliveryPace
from portal.deliveries.send import request, request_many, send_due, send_held_back, try_again
from portal.deliveries.senders import Intent, Refused, Sender, Unclear, senders
from portal.kit.json import Json
from portal.kit.registry import Unknown
from portal.tenancy.models import Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def _mails(organization: Organization, count: int) -> None:
    told = [("email", f"run:r:{n}", {"to": f"p{n}@example.com", "subject": "s", "text": "t", "limit": "rules"})
            for n in range(count)]  # fmt: skip
    assert request_many(organization, told) == count


def test_what_rules_send_beyond_the_limit_of_an_hour_waits_and_people_are_told_once(
    organization: Organization, settings: Settings
) -> None:
    settings.RULE_EMAILS_PER_HOUR = 2
    _mails(organization, 5)
    send_due()
    assert [message.to for message in mail.outbox] == [["p0@example.com"], ["p1@example.com"]]
    rows = Delivery.across.order_by("pk").values_list("state", "held_for", "uncertain", flat=False)
    assert list(rows) == [("done", "", False)] * 2 + [("parked", "rules", False)] * 3
    told = OrderException.across.get()
    assert (told.type, told.times, told.title) == (
        "messages_held_back",
        3,
        "More messages than rules may send in an hour",
    )


def test_what_was_held_back_is_sent_when_a_person_says_so_and_the_exception_closes(
    organization: Organization, stranger: object, settings: Settings
) -> None:
    settings.RULE_EMAILS_PER_HOUR = 1
    _mails(organization, 3)
    send_due()
    other = Organization.objects.exclude(pk=organization.pk).first()
    assert other is not None
    assert send_held_back(other, "email", "rules") == 0
    assert close_gone() == 0
    assert send_held_back(organization, "email", "rules") == 2
    send_due()
    assert len(mail.outbox) == 3
    close_gone()
    assert OrderException.across.get().state == "resolved"


def test_other_messages_do_not_count_against_the_limit_of_rules(organization: Organization, settings: Settings) -> None:
    settings.RULE_EMAILS_PER_HOUR = 0
    request(organization, "email", "member-1-added", {"to": "nia@example.com", "subject": "s", "text": "t"})
    send_due()
    assert len(mail.outbox) == 1


def test_each_organization_and_each_hour_has_its_own_count(organization: Organization, stranger: object) -> None:
    other = Organization.objects.exclude(pk=organization.pk).get()
    assert [pace.take(organization.pk, "email", per_hour=2) for _ in range(3)] == [True, True, False]
    assert pace.take(other.pk, "email", per_hour=2) is True
    DeliveryPace.across.update(hour=Now() - dt.timedelta(hours=1))
    assert pace.take(organization.pk, "email", per_hour=2) is True
    assert pace.take(organization.pk, "other", per_hour=0) is False


def test_many_are_asked_for_at_once_and_a_known_key_is_not_asked_for_again(organization: Organization) -> None:
    told = {"to": "a@example.com", "subject": "s", "text": "t"}
    assert request_many(organization, [("email", "a", told), ("email", "b", told)]) == 2
    assert request_many(organization, [("email", "b", told), ("email", "c", told)]) == 1
    assert request_many(organization, []) == 0
    with pytest.raises(Unknown, match="pigeon"):
        request_many(organization, [("email", "d", told), ("pigeon", "e", told)])
    assert sorted(Delivery.across.values_list("key", flat=True)) == ["a", "b", "c"]


class Other:
    """An other side that does as it is told, and a sender with pauses of its own."""

    raises: Exception | None = None

    def send(self, intent: Intent) -> Json:
        if self.raises:
            raise self.raises
        return {"attempt": intent.attempt, "approved": intent.approved}


@pytest.fixture
def other() -> "object":
    made = Other()
    senders.register(
        "other", Sender("other", made.send, repeats_are_safe=True, settle=dt.timedelta(0), pauses=(5, 7200))
    )
    yield made
    senders._entries.pop("other")


def _attempt() -> Delivery:
    Delivery.across.update(next_at=Now(), lease_until=Now() - dt.timedelta(seconds=1))
    send_due()
    return Delivery.across.get()


def test_a_sender_may_have_pauses_of_its_own_and_gives_up_after_them(organization: Organization, other: Other) -> None:
    other.raises = Unclear("shop.example took too long to answer.")
    request(organization, "other", "a", {})
    row = _attempt()
    assert (row.state, row.uncertain, row.last_error) == ("pending", True, "shop.example took too long to answer.")
    assert row.next_at < row.created_at + dt.timedelta(minutes=1)
    row = _attempt()
    assert row.next_at > row.created_at + dt.timedelta(minutes=90)
    row = _attempt()
    assert (row.state, row.uncertain, row.attempts) == ("parked", True, 3)
    other.raises = None
    try_again(row)
    assert _attempt().answer == {"attempt": 1, "approved": False}


def test_a_delivery_that_says_which_order_it_is_about_raises_its_exception_there(
    organization: Organization, source: Source, other: Other
) -> None:
    order = make_order(source, 1)
    other.raises = Refused("400")
    about = {"type": "order", "id": order.public_id, "title": "The webhook at shop.example could not be called"}
    request(organization, "other", "a", {"about": about})
    _attempt()
    told = OrderException.across.get()
    assert (told.title, told.entity_type, told.entity_id, told.entity_label, told.message) == (
        "The webhook at shop.example could not be called",
        "order",
        order.pk,
        "#1",
        "400",
    )


def test_the_order_of_another_organization_is_not_told(
    organization: Organization, stranger: object, other: Other
) -> None:
    elsewhere = Organization.objects.exclude(pk=organization.pk).get()
    shop = Source.across.create(organization=elsewhere, name="Their shop", connector="ecwid")
    theirs = make_order(shop, 1)
    other.raises = Refused("400")
    request(organization, "other", "a", {"about": {"type": "order", "id": theirs.public_id}})
    _attempt()
    told = OrderException.across.get()
    assert (told.entity_type, told.entity_id, told.title) == ("", None, "A delivery (other) needs a person")
