"""What would become of exceptions if they were tried now: worked out truly, within bounds, and without a trace."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models.functions import Now

from automations.services import ensure_defaults
from orders.exceptions import groups
from orders.exceptions.alike import REASONS
from orders.exceptions.catalogue import Fate, Foreseen, Retry, retries
from orders.exceptions.forecast import forecast
from orders.exceptions.foresee import foresee
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException, Source
from portal.deliveries.models import Delivery
from portal.events.models import Event, Handoff
from portal.tenancy.models import Organization
from tests.factories import make_orders
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse
from tests.whole import everything

pytestmark = pytest.mark.django_db
ALL = "TEA-1 is out of stock at Reno"


def make(organization: Organization, kind: str, *keys: str, **values: Any) -> list[OrderException]:
    told: dict[str, Any] = {"title": "It failed", "message": "No answer"} | values
    raise_exceptions([Problem(kind, organization.pk, key, **told) for key in keys])
    made = OrderException.across.filter(type=kind, cause_key__in=keys).select_related("organization")
    return sorted(made, key=lambda one: keys.index(one.cause_key))


def told(exceptions: Sequence[OrderException], **how: Any) -> dict[str, tuple[str, str]]:
    """Return fate and reason by cause."""
    found = foresee(exceptions, **how)
    return {one.cause_key: (found[one.pk].fate.value, found[one.pk].why) for one in exceptions if one.pk in found}


def out_of_stock(source: Source, *numbers: int) -> list[OrderException]:
    """Return exceptions of orders that found nothing at Reno; by now it has three tins, and each needs two."""
    reno = warehouse(source)
    card(reno)
    for number in numbers:
        run(ready(source, number))
    stock(reno, on_hand=3)
    return list(OrderException.across.filter(type="out_of_stock").select_related("organization").order_by("pk"))


def test_what_one_order_takes_is_gone_for_the_next_and_nothing_is_written(source: Source) -> None:
    made = out_of_stock(source, 1001, 1002)
    before = everything()
    assert list(told(made).values()) == [
        ("clears", "Ships from Reno, by the card “All orders”."),
        ("stays", "There is not enough stock of TEA-1."),
    ]
    assert everything() == before


def test_an_order_that_went_on_is_over_and_one_that_routing_does_not_look_at_stays(source: Source) -> None:
    first, second = out_of_stock(source, 1001, 1002)
    routed, held = (Order.across.filter(public_id=one.cause_key) for one in (first, second))
    routed.update(routing_status="ready")
    OrderException.across.filter(pk=second.pk).update(type="order_stuck")
    held.update(status="onHold")
    again = OrderException.across.select_related("organization").get(pk=second.pk)
    assert [*told([first]).values(), *told([again]).values()] == [("clears", "Its cause is over already.")] * 2
    held.update(status="readyForFulfillment")
    run(held.get())
    (fate,) = told([again]).values()
    assert fate == ("stays", "It is routed already: its shipping requests say what they wait for.")


def test_whether_a_message_arrives_only_the_other_side_tells(organization: Organization) -> None:
    for key, state in (("a", "parked"), ("b", "pending"), ("c", "done")):
        done_at = Now() if state == "done" else None
        Delivery.across.create(organization=organization, kind="email", key=key, state=state, done_at=done_at)
    made = make(organization, "delivery_parked", "email:a", "email:b", "email:c", "email:d")
    assert told(made) == {
        "email:a": ("asks", "It is sent again: only the other side tells whether it takes it."),
        "email:b": ("stays", "It is on its way already."),
        "email:c": ("clears", "Its cause is over already."),
        "email:d": ("stays", "There is no work behind it any more that could be tried again."),
    }


def test_messages_held_back_are_counted(organization: Organization) -> None:
    for key in ("a", "b"):
        Delivery.across.create(organization=organization, kind="email", key=key, state="parked", held_for="rules")
    made = make(organization, "messages_held_back", "email:rules", "email:other")
    assert told(made) == {
        "email:rules": ("clears", "2 messages go out."),
        "email:other": ("clears", "Its cause is over already."),
    }


def test_how_work_that_was_set_aside_goes_only_doing_it_tells(source: Source) -> None:
    ensure_defaults(source.organization)
    make_orders(source, (1001, 1002, 1003))
    events = [f"automations:{pk}" for pk in Event.across.order_by("pk").values_list("pk", flat=True)][:3]
    handoffs = Handoff.across.filter(consumer="automations").order_by("event_id")
    Handoff.across.filter(pk=handoffs[0].pk).update(state="parked")
    Handoff.across.filter(pk=handoffs[2].pk).delete()
    made = make(source.organization, "event_parked", *events, "automations:nonsense")
    assert list(told(made).values()) == [
        ("asks", "It is done now, as if for the first time: only that tells how it goes."),
        ("stays", "It is being tried already."),
        ("clears", "Its cause is over already."),
        ("stays", "There is no work behind it any more that could be tried again."),
    ]


def test_what_has_no_cure_is_looked_at_too(source: Source) -> None:
    order = ready(source, 1001)
    over = make(source.organization, "hold_stuck", "a", entity_type="order", entity_id=order.pk)
    persons = make(source.organization, "shipped_too_much", "b")
    unread = make(source.organization, "product_unreadable", "c:1", entity_type="source", entity_id=source.pk)
    assert [*told(over).values(), *told(persons).values(), *told(unread).values()] == [
        ("clears", "Its cause is over already."),
        ("stays", "Nothing here can see when it is over: only a person can tell."),
        ("stays", "Its cause is not over yet."),
    ]


@pytest.fixture
def own_cure(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A cure for a type that has none; what it foresees is called with the exceptions."""
    asked: dict[str, Any] = {}
    cure = Retry("Do it", lambda one: 1, lambda some: asked["foresee"](some))
    monkeypatch.setitem(retries._entries, "shipped_too_much", cure)
    return asked


def test_a_cure_that_would_write_is_refused_by_the_database(organization: Organization, own_cure: Any) -> None:
    def writes(some: Sequence[OrderException]) -> Iterator[tuple[int, Foreseen]]:
        OrderException.across.update(state="resolved")
        yield some[0].pk, Foreseen(Fate.CLEARS, "")

    own_cure["foresee"] = writes
    with pytest.raises(DatabaseError, match="read-only"):
        foresee(make(organization, "shipped_too_much", "a"))


def test_it_ends_when_its_time_is_over_and_after_two_hundred(organization: Organization, own_cure: Any) -> None:
    made = make(organization, "shipped_too_much", *(f"k{n:03}" for n in range(203)))
    own_cure["foresee"] = lambda some: ((one.pk, Foreseen(Fate.ASKS, "Who knows")) for one in some)
    assert len(told(made, seconds=-1)) == 1
    assert len(told(made, seconds=60)) == 200
    (group,) = groups.groups(organization)
    seen = forecast(organization, group)
    assert (seen.total, seen.looked_at, seen.unseen) == (203, 200, 3)
    assert [one.cause_key for one in seen.of(Fate.ASKS)][:2] == ["k000", "k001"]


def test_many_reasons_are_told_as_a_few_and_the_others_together(organization: Organization, own_cure: Any) -> None:
    make(organization, "shipped_too_much", *(f"k{n:03}" for n in range(10)))
    own_cure["foresee"] = lambda some: ((one.pk, Foreseen(Fate.STAYS, f"Why {one.pk % 8}")) for one in some)
    (group,) = groups.groups(organization)
    reasons = forecast(organization, group).by_fate[Fate.STAYS]
    assert ([len(one.some) for one in reasons], reasons[-1].why) == ([2, 2, 1, 1, 1, 3], "")
    assert len(reasons) == REASONS
