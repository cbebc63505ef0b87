"""Notify by e-mail: what is sent to whom, what is refused on save, and that nothing gets into a header."""

import datetime as dt
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from automations.actions.notify_email import MAX_RECIPIENTS, NotifySettings, check, one_line
from automations.engine.actions import Context, Refusal, actions
from automations.engine.plan import Send
from automations.engine.triggers import triggers
from automations.messages.sending import request_sends
from automations.messages.template import RUN
from orders.documents.catalogue import ORDER
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.kit.json import Json
from portal.tenancy.models import Organization

NOW = dt.datetime(2026, 7, 5, 10, 0, tzinfo=dt.UTC)
DOCUMENT: Json = {
    "orderId": "5a1c5a1c5a1c5a1c", "extOrderId": "#1042", "status": "new", "currency": "USD",
    "totalPrice": Decimal("48.2"), "createdAt": "2026-07-05T09:59:10.250Z",
}  # fmt: skip
TOLD = {"recipients": ["ops@example.com"], "subject": "Order {{ extOrderId }}", "body": "{{ totalPrice }} {{ now }}"}


def planned(document: Json = DOCUMENT, **settings: Any) -> list[Send]:
    action = actions.get("notify_email")
    london = zoneinfo.ZoneInfo("Europe/London")
    context = Context(document, NOW, False, "Big orders", london, ORDER, "NEW_ORDER")
    return [one for one in action.plan(action.settings(**(TOLD | settings)), context) if isinstance(one, Send)]


def faults(**settings: Any) -> list[tuple[str, str]]:
    return list(check(NotifySettings(**(TOLD | settings)), triggers.get("NEW_ORDER"), None))


def test_each_recipient_gets_a_message_of_their_own() -> None:
    first, second = planned(recipients=["a@example.com", "b@example.com", "a@example.com"])
    assert (first.kind, first.summary) == ("email", "E-mail to a@example.com: “Order #1042”.")
    assert first.payload == {
        "to": "a@example.com",
        "subject": "Order #1042",
        "text": "48.20 USD 5 Jul 2026, 11:00 BST",
        "limit": "rules",
        "about": {
            "type": "order",
            "id": "5a1c5a1c5a1c5a1c",
            "title": "An e-mail to a@example.com could not be sent",
        },
    }
    assert second.payload["to"] == "b@example.com"
    assert first.on(DOCUMENT) == DOCUMENT


@pytest.mark.parametrize("number", ["#1\r\nBcc: all@example.com", "#1\nX: y", "#1\x0bX", "#1 X", "#1\x00\x1b[2J"])
def test_nothing_of_a_record_gets_into_a_header(number: str) -> None:
    (send,) = planned(DOCUMENT | {"extOrderId": number}, subject="Order {{ extOrderId }}" + "!" * 300)
    assert send.payload["subject"].isprintable()
    assert len(send.payload["subject"]) == 200
    assert set(send.payload) == {"to", "subject", "text", "limit", "about"}


def test_a_run_whose_id_is_not_known_yet_is_told_by_dots() -> None:
    (send,) = planned(subject="Run {{ run.id }}")
    assert (send.summary, send.payload["subject"]) == ("E-mail to ops@example.com: “Run …”.", f"Run {RUN}")


def test_a_subject_keeps_the_place_of_the_runs_id() -> None:
    assert one_line(f"a\t{RUN}\n b") == f"a {RUN} b"


@pytest.mark.parametrize(
    ("settings", "place", "told"),
    [
        ({"recipients": []}, "recipients", "Enter at least one"),
        ({"recipients": ["ops@example"]}, "recipients", "“ops@example” is not an e-mail address."),
        ({"recipients": ["a@example.com\nBcc: b@example.com"]}, "recipients", "is not an e-mail address"),
        ({"recipients": ["{{ email }}"]}, "recipients", "is not an e-mail address"),
        ({"recipients": ["Ana <ana@example.com>"]}, "recipients", "is not an e-mail address"),
        ({"recipients": ["a@exämple.com"]}, "recipients", "is not an e-mail address"),
        ({"recipients": [f"p{n}@example.com" for n in range(MAX_RECIPIENTS + 1)]}, "recipients", "more than 20"),
        ({"subject": " "}, "subject", "Write what the message is about."),
        ({"subject": "{{ totl }}"}, "subject", "There is no field “totl”."),
        ({"body": ""}, "body", "Write what the message says."),
        ({"body": "{{ customer.firstNam }}"}, "body", "Did you mean customer.firstName"),
    ],
)
def test_what_cannot_be_sent_is_refused_when_the_rule_is_saved(settings: Any, place: str, told: str) -> None:
    ((named, message),) = faults(**settings)
    assert named == place
    assert told in message


def test_whole_settings_have_no_faults() -> None:
    assert faults() == []
    assert faults(recipients=[f"p{n}@example.com" for n in range(MAX_RECIPIENTS)]) == []


def test_a_message_that_would_be_endless_refuses_the_action() -> None:
    with pytest.raises(Refusal, match="longer than 262,144"):
        planned(DOCUMENT | {"orderNote": "x" * 3000}, body="{{ orderNote }}" * 100)


def test_an_action_says_whom_it_tells() -> None:
    action = actions.get("notify_email")
    assert action.words(action.settings()) == "e-mail nobody yet"
    assert action.words(action.settings(**TOLD)) == "e-mail ops@example.com"
    told = action.settings(**(TOLD | {"recipients": ["a@example.com", "b@example.com", "c@example.com"]}))
    assert action.words(told) == "e-mail a@example.com and 2 others"
    assert (action.terminal, action.reversible) == (False, False)


@pytest.mark.django_db
def test_the_messages_of_runs_go_out_once_under_the_keys_of_their_runs(organization: Organization) -> None:
    sends = planned(recipients=["a@example.com", "b@example.com"], subject="{{ rule.name }} {{ run.id }}")
    assert request_sends(organization, [("aaaa", sends), ("bbbb", ()), ("cccc", sends[:1])]) == 3
    assert request_sends(organization, [("aaaa", sends)]) == 0
    assert sorted(Delivery.across.values_list("key", flat=True)) == ["run:aaaa:0", "run:aaaa:1", "run:cccc:0"]
    send_due()
    assert sorted((one.to[0], one.subject) for one in mail.outbox) == [
        ("a@example.com", "Big orders aaaa"),
        ("a@example.com", "Big orders cccc"),
        ("b@example.com", "Big orders aaaa"),
    ]
    assert request_sends(organization, []) == 0
