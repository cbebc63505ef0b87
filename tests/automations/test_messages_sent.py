"""Messages of rules from the order that comes in to the page of the run: sent once, told, sent again on demand."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine_key import engine_key_of
from automations.messages.sent import answered, deliveries_of, what, whom
from automations.models import Rule, Run
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.events.models import Event
from portal.tenancy.models import Membership
from tests.automations.test_webhook import Hook, hook
from tests.factories import make_order

__all__ = ["hook"]
pytestmark = pytest.mark.django_db
BY = Actor("user", "7", "Olive Owner")


def make_rule(source: Source, *actions: tuple[str, dict[str, Any]], enabled: bool = True) -> Rule:
    definition = Definition(
        name="Tell them", actions=tuple(ActionSpec(key=key, settings=settings) for key, settings in actions)
    )
    rule = services.create_rule(source.organization, "NEW_ORDER", definition, by=BY)
    return services.set_enabled(rule, enabled, by=BY)


def email(**more: Any) -> tuple[str, dict[str, Any]]:
    told = {"recipients": ["ops@example.com"], "subject": "Order {{ extOrderId }}", "body": "Run {{ run.id }}"}
    return "notify_email", told | more


def act(source: Source, number: int = 1) -> tuple[Order, Run]:
    order = make_order(source, number)
    drain("automations")
    return order, Run.across.filter(entity_id=order.pk).order_by("pk").earliest("pk")


def test_a_rule_tells_people_and_programs_once_and_its_run_says_so(
    source: Source, hook: Hook, as_owner: Client
) -> None:
    make_rule(source, ("call_webhook", {"url": hook.url}), email(recipients=["a@example.com", "b@example.com"]))
    order, run = act(source)
    send_due()
    assert [(one.to, one.subject, one.body) for one in mail.outbox] == [
        (["a@example.com"], "Order #1", f"Run {run.public_id}"),
        (["b@example.com"], "Order #1", f"Run {run.public_id}"),
    ]
    assert len(hook.heard) == 1
    rows = deliveries_of(source.organization, [run])[run.public_id]
    assert [(what(row), row.state, answered(row)) for row in rows] == [
        ("Webhook at 127.0.0.1", "done", '200: {"ok": true}'),
        ("E-mail to a@example.com", "done", ""),
        ("E-mail to b@example.com", "done", ""),
    ]
    page = as_owner.get(reverse("automations:run", args=[run.public_id])).content.decode()
    for words in ("Webhook at 127.0.0.1", "E-mail to b@example.com", "Delivered", "200: {&quot;ok&quot;: true}"):
        assert words in page
    for hidden in ("very-secret-part", "tokentoken", "whsec_"):
        assert hidden not in page
    assert order.public_id not in str(hook.heard[0][0])


def test_an_event_that_is_dealt_with_again_sends_nothing_again(source: Source) -> None:
    make_rule(source, email())
    order, _ = act(source)
    Order.across.filter(pk=order.pk).update(status="new")
    event = Event.across.get(entity_id=order.pk, name="order.created")
    from automations.engine.apply import run_events

    with pytest.raises(Exception, match="run_once_per_event"):
        run_events("NEW_ORDER", [event])


def test_a_rule_that_only_watches_sends_nothing(source: Source) -> None:
    rule = make_rule(source, email())
    Rule.across.filter(pk=rule.pk).update(mode=Rule.Mode.WATCH)
    services.set_enabled(services.set_enabled(rule, False, by=BY), True, by=BY)
    act(source)
    assert not Delivery.across.exists()


def test_a_trial_sends_nothing(source: Source, as_owner: Client) -> None:
    make_order(source, 1)
    typed = {
        "name": "Tell", "kind": "simple", "f.match": "all", "a.0.key": "notify_email", "on": "record",
        "record_id": "#1", "a.0.recipients": "ops@example.com",
        "a.0.subject": "Order {{ extOrderId }}", "a.0.body": "Run {{ run.id }}",
    }  # fmt: skip
    page = as_owner.post(reverse("automations:test", args=["NEW_ORDER"]), typed).content.decode()
    assert "ops@example.com" in page
    assert "Run (ID of the run)" in page
    assert not Delivery.across.exists()
    assert not Run.across.exists()


def test_a_run_names_the_key_of_the_engine(source: Source) -> None:
    services.ensure_defaults(source.organization)
    _, run = act(source)
    assert run.key_id == engine_key_of(source.organization)


def test_messages_are_found_for_many_runs_at_once_and_for_one_organization(
    source: Source, stranger: Membership, django_assert_num_queries: Any
) -> None:
    make_rule(source, email())
    runs = [act(source, number)[1] for number in (1, 2, 3)]
    with django_assert_num_queries(1):
        found = deliveries_of(source.organization, runs)
    assert {key: [whom(row) for row in rows] for key, rows in found.items()} == {
        run.public_id: ["ops@example.com"] for run in runs
    }
    assert deliveries_of(stranger.organization, runs) == {}
    with django_assert_num_queries(0):
        assert deliveries_of(source.organization, []) == {}


def test_a_person_has_a_message_sent_again_from_its_exception(source: Source, hook: Hook, as_owner: Client) -> None:
    make_rule(source, ("call_webhook", {"url": hook.url}))
    hook.status, hook.body = 422, b"unknown field"
    order, _ = act(source)
    send_due()
    told = OrderException.across.get(type="delivery_parked")
    assert (told.entity_id, told.message) == (order.pk, "127.0.0.1 answered 422: unknown field")
    hook.status = 200
    address = reverse("orders:exception_act", args=[told.public_id, "retry"])
    assert as_owner.post(address, follow=True).status_code == 200
    assert Delivery.across.get().state == "pending"
    send_due()
    told.refresh_from_db()
    assert (Delivery.across.get().state, told.state, len(hook.heard)) == ("done", "resolved", 2)
    assert {headers["Idempotency-Key"] for headers, _ in hook.heard} == {Delivery.across.get().key}


def test_a_person_has_messages_sent_that_were_held_back(source: Source, as_owner: Client, settings: Settings) -> None:
    settings.RULE_EMAILS_PER_HOUR = 1
    make_rule(source, email())
    for number in (1, 2, 3):
        act(source, number)
    send_due()
    told = OrderException.across.get(type="messages_held_back")
    assert (len(mail.outbox), told.times) == (1, 2)
    as_owner.post(reverse("orders:exception_act", args=[told.public_id, "retry"]))
    Delivery.across.update(next_at=Now() - dt.timedelta(seconds=1))
    send_due()
    assert sorted(one.subject for one in mail.outbox) == ["Order #1", "Order #2", "Order #3"]
    assert not OrderException.across.filter(state="active", type="messages_held_back").exists()


def test_a_message_is_sent_again_by_no_stranger(source: Source, hook: Hook, as_stranger: Client) -> None:
    make_rule(source, ("call_webhook", {"url": hook.url}))
    hook.status = 422
    act(source)
    send_due()
    told = OrderException.across.get(type="delivery_parked")
    assert as_stranger.post(reverse("orders:exception_act", args=[told.public_id, "retry"])).status_code == 404
    assert Delivery.across.get().state == "parked"
