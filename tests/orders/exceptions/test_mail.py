"""E-mails about exceptions: at once and gathered, or once a day; each goes out once."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.test import Client

from orders.engines import setting
from orders.exceptions import acts
from orders.exceptions.mail import GATHER, next_time
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import ExceptionMail, ExceptionMailWaiting, OrderException, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.kit.clock import now
from portal.kit.jobs import watchers
from portal.tenancy.models import Membership, Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def raised(source: Source, *keys: str, kind: str = "record_refused") -> None:
    raise_exceptions([Problem(kind, source.organization_id, key, f"Case {key}", "Line 3") for key in keys])
    drain("exceptions.mail")


def look() -> object:
    """Ask for what is due, as the watch does, and send it."""
    count = watchers.get("e-mails about exceptions").job()
    send_due()
    return count


def wants(organization: Organization, mode: str, **values: object) -> ExceptionMail:
    told = {"category": "ingestion", "addresses": ["ops@example.com"]} | values
    return ExceptionMail.across.create(organization=organization, mode=mode, **told)


def test_a_category_is_told_at_once_and_what_follows_is_gathered(source: Source, owner: Membership) -> None:
    row = wants(source.organization, "now", members=[owner.user_id, 999_999])
    raised(source, "a")
    raised(source, "b", kind="rule_failed")  # another category, which is off
    assert (look(), look()) == (2, 0)
    assert sorted(one.to[0] for one in mail.outbox) == sorted([owner.user.email, "ops@example.com"])
    first = mail.outbox[0]
    assert first.subject == f"[{source.organization.name}] Taking orders in: 1 new exception"
    assert "Case a" in first.body
    assert "/exceptions?f=state~is_one_of~active&f=category~is_one_of~ingestion&f=snoozedUntil~is_empty" in first.body
    assert isinstance(first, mail.EmailMultiAlternatives)
    assert [kind for _body, kind in first.alternatives] == ["text/html"]
    raised(source, "c", "d", "e")
    acts.act_on("dismiss", [OrderException.across.get(cause_key="e").pk], {}, by=ANN)
    assert (look(), len(mail.outbox)) == (0, 2)  # within ten minutes of the last one
    ExceptionMail.across.filter(pk=row.pk).update(next_at=Now(), sent_at=Now() - GATHER)
    assert look() == 2
    assert "2 new exceptions" in mail.outbox[-1].subject
    assert "Case e" not in mail.outbox[-1].body  # dealt with meanwhile
    drain("exceptions.mail")  # that one was dismissed: no news
    assert (ExceptionMailWaiting.across.count(), Handoff.across.filter(consumer="exceptions.mail").count()) == (0, 0)


def test_new_exceptions_of_one_cause_are_told_once_and_those_of_another_beside_them(source: Source) -> None:
    wants(source.organization, "now", category="automation")
    told: Any = {"title": "Rule “A” could not do its work", "message": "It is <broken>", "entity_type": "order"}
    for number in range(1001, 1008):
        label = f"#{number}"
        raise_exceptions([Problem("rule_failed", source.organization_id, label, **told, entity_label=label)])
    raise_exceptions([Problem("rule_disabled", source.organization_id, "x", "Rule “B” is off", "M" * 500)])
    drain("exceptions.mail")
    assert look() == 1
    (first,) = mail.outbox
    assert first.body.startswith("Rules: 8 new exceptions\n\n7 × Rule “A” could not do its work. It is <broken>\n")
    assert "\n#1001, #1002, #1003, #1004, #1005 …\nWhat helps: Open the run to see" in first.body
    one = OrderException.across.get(type="rule_disabled")
    assert f"\nRule “B” is off\n{'M' * 399}…\n" in first.body
    assert f"/exceptions/{one.public_id}\n" in first.body
    assert isinstance(first, mail.EmailMultiAlternatives)
    html = str(first.alternatives[0][0])
    assert html.count("could not do its work") == 1
    assert "It is &lt;broken&gt;" in html
    assert "/exceptions/cause?type=rule_failed&amp;cause=Rule" in html
    assert "/settings/notifications" in html


def test_nobody_is_written_to_about_a_mail_of_this_kind_that_failed(source: Source) -> None:
    wants(source.organization, "now", category="delivery")
    raise_exceptions([Problem("delivery_parked", source.organization_id, "email:exceptions-1-1-ab", "T", "M")])
    drain("exceptions.mail")
    assert (look(), ExceptionMailWaiting.across.count()) == (0, 0)


def test_the_digest_tells_of_all_its_categories_in_one_mail_and_is_next_due_tomorrow(source: Source) -> None:
    organization = source.organization
    Organization.objects.filter(pk=organization.pk).update(timezone="Asia/Tokyo")
    for category in ("ingestion", "automation", "routing"):
        wants(organization, "daily", category=category, next_at=now())
    raised(source, "a", "b")
    raised(source, "c", kind="rule_failed")
    assert (look(), look()) == (1, 0)
    (told,) = mail.outbox
    assert told.subject == f"[{organization.name}] 3 exceptions are open"
    assert "Taking orders in: 2" in told.body
    assert "2 × Line …" in told.body
    assert "Routing" not in told.body  # nothing is open there
    due = set(ExceptionMail.across.values_list("next_at", flat=True))
    organization.refresh_from_db()
    assert due == {next_time(dt.time(8, 0), organization, now())}
    assert next_time(dt.time(8, 0), organization, now()).astimezone(organization.zone).hour == 8


def test_a_digest_without_anything_open_is_not_sent(source: Source) -> None:
    row = wants(source.organization, "daily", next_at=now())
    assert (look(), mail.outbox) == (0, [])
    row.refresh_from_db()
    assert row.next_at is not None
    assert row.next_at > now()


def test_while_the_engine_is_off_nobody_is_written_to(source: Source) -> None:
    wants(source.organization, "now")
    wants(source.organization, "daily", category="automation", next_at=now())
    setting.switch(source.organization, setting.EXCEPTIONS, on=False, by=ANN)
    raised(source, "a")
    raised(source, "b", kind="rule_failed")
    assert (look(), Delivery.across.count()) == (0, 0)


def test_people_say_who_is_written_to(as_owner: Client, as_colleague: Client, owner: Membership) -> None:
    page = "/settings/notifications/out_of_stock"
    assert as_colleague.get(page).status_code == 403
    asked = {"mode": "now", "members": [], "addresses": "no address"}
    assert "is no e-mail address" in as_owner.post(page, asked).content.decode()
    assert "Choose at least one member" in as_owner.post(page, {"mode": "now"}).content.decode()
    told = {"mode": "daily", "at": "07:30", "members": [owner.user_id], "addresses": "a@example.com\nA@example.com"}
    assert as_owner.post(page, told)["Location"] == "/settings/notifications"
    row = ExceptionMail.across.get()
    assert (row.mode, row.at, row.addresses) == ("daily", dt.time(7, 30), ["a@example.com"])
    assert row.next_at == next_time(row.at, row.organization, now())
    assert "Daily at 07:30" in as_owner.get("/settings/notifications").content.decode()
