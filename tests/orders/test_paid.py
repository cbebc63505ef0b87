"""A draft of the store becomes new when it is paid, unless somebody has decided about it."""

from collections.abc import Iterable

import pytest
from django.db import transaction

from orders.ingest import paid
from orders.lifecycle import edits
from orders.locks import lock
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.models import Event
from tests.factories import CHANNEL, make_order, make_record

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def _paid(source: Source) -> int:
    with transaction.atomic():
        return paid.release_paid(source, [make_record()], by=CHANNEL)


def test_a_paid_draft_becomes_new_once_and_the_rules_hear_of_it(source: Source) -> None:
    order = make_order(source, draft=True)
    heard = Event.across.filter(name="order.created", entity_id=order.pk).count()
    assert (_paid(source), _paid(source)) == (1, 0)
    assert Order.across.get().status == "new"
    assert Event.across.filter(name="order.created", entity_id=order.pk).count() == heard + 1


def test_a_draft_that_a_person_has_made_stays_one(source: Source) -> None:
    order = make_order(source)
    edits.move(order.pk, "draft", by=ANN)
    assert (_paid(source), Order.across.get().status) == (0, "draft")


@pytest.mark.parametrize(("to", "status"), [("ready", "readyForFulfillment"), ("cancel", "canceled")])
def test_a_draft_that_was_moved_while_the_report_waited_for_it_is_left_alone(
    source: Source, monkeypatch: pytest.MonkeyPatch, to: str, status: str
) -> None:
    order = make_order(source, draft=True)

    def lock_late(ids: Iterable[int]) -> dict[int, Order]:
        edits.move(order.pk, to, by=ANN)
        return lock(ids)

    monkeypatch.setattr(paid, "lock", lock_late)
    assert (_paid(source), Order.across.get().status) == (0, status)
