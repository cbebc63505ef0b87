"""Work on exceptions by a process that dies: each mail goes out once, each exception is dealt with once."""

import pytest
from django.core import mail
from django.db.models.functions import Now

from orders.by_hand import work as order_work
from orders.exceptions import mail as mails
from orders.exceptions import sweep, work
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import ExceptionMail, ExceptionSweep, ExceptionWork, Order, OrderException, OrderWork, Source
from portal.audit.models import History
from portal.deliveries.models import Delivery
from portal.deliveries.send import LEASE, send_due
from portal.kit.clock import now
from portal.tenancy.models import Membership
from tests.crash.dying import die
from tests.factories import make_orders

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_digest_goes_out_once_though_whoever_asks_for_it_and_whoever_sends_it_dies(source: Source) -> None:
    raise_exceptions([Problem("record_refused", source.organization_id, "a", "T", "M")])
    ExceptionMail.across.create(
        organization=source.organization, category="ingestion", mode="daily", addresses=["ops@example.com"],
        next_at=now(),
    )  # fmt: skip
    die("exceptions.mail_before_commit", mails.send_due)
    assert Delivery.across.count() == 0
    assert (mails.send_due(), mails.send_due()) == (1, 0)
    die("deliveries.before_call", send_due)
    Delivery.across.update(lease_until=Now() - LEASE)
    assert (send_due(), send_due()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.subject.endswith("1 exception is open")
    assert Delivery.across.get().state == "done"


def test_work_on_many_and_a_sweep_go_on_where_they_were_cut_off(
    source: Source, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_exceptions([Problem("record_refused", source.organization_id, str(n), "T", "M") for n in range(3)])
    ids = list(OrderException.across.values_list("pk", flat=True))
    monkeypatch.setattr("orders.many.AT_ONCE", 0.0)
    begun = work.ask(source.organization, "dismiss", ids, {}, user=owner.user)
    die("many.before_commit", work.run_due)
    assert OrderException.across.filter(state="active").count() == 3
    ExceptionWork.across.filter(state="running").update(lease_until=Now() - work.LEASE)
    work.run_due()
    assert begun.items.filter(outcome="done").count() == 3
    assert History.across.filter(verb="dismissed").count() == 3
    raise_exceptions([Problem("hold_stuck", source.organization_id, "x", "T", "M")])
    sweep.ring_for_due()
    die("exceptions.sweep_before_commit", sweep.run_due)
    assert OrderException.across.filter(state="active").count() == 1
    ExceptionSweep.across.filter(state="running").update(lease_until=Now() - sweep.LEASE)
    assert sweep.run_due() == 1
    assert OrderException.across.filter(state="active").count() == 0


def test_an_act_on_many_orders_goes_on_where_it_was_cut_off(
    source: Source, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = make_orders(source, [1001, 1002, 1003])
    monkeypatch.setattr("orders.many.AT_ONCE", 0.0)
    begun = order_work.ask(source.organization, "review", [one.pk for one in orders], {}, user=owner.user)
    die("many.before_commit", order_work.run_due)
    assert not Order.across.filter(status="reviewRequired").exists()
    OrderWork.across.filter(state="running").update(lease_until=Now() - work.LEASE)
    order_work.run_due()
    assert begun.items.filter(outcome="done").count() == 3
    assert History.across.filter(entity_type="order", actor_kind="user").count() == 3
