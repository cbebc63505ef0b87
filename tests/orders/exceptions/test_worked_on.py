"""What people do with exceptions: one, many, all that share a cause; and taking it back."""

import datetime as dt
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from orders.documents.exception import document
from orders.exceptions import acts, groups, work
from orders.exceptions.cause import shared
from orders.exceptions.look_after import next_week, tomorrow, wake
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import ExceptionWork, OrderException, Source
from orders.queries import active_exceptions, exceptions_told
from orders.routing.retry import route_due
from portal.audit.actor import Actor
from portal.audit.at import as_of
from portal.audit.models import History
from portal.kit import json
from portal.kit.jobs import bells, watchers
from portal.tenancy.models import Membership, Organization
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db


def make(source: Source, *keys: str, **values: Any) -> list[OrderException]:
    told: dict[str, Any] = {"type": "record_refused", "title": "It failed", "message": "Line 3"} | values
    raise_exceptions([Problem(organization_id=source.organization_id, cause_key=key, **told) for key in keys])
    return list(OrderException.across.filter(cause_key__in=keys).order_by("pk"))


def again(one: OrderException) -> OrderException:
    return OrderException.across.select_related("source", "organization").get(pk=one.pk)


@pytest.mark.parametrize(
    ("text", "own", "told"),
    [
        ("#1042: TEA-12 and CUP are out of stock at Berlin", "#1042", "TEA-12 and CUP are out of stock at Berlin"),
        ("Berlin has 3 of 5 units of TEA-12.", "#1", "Berlin has … of … units of TEA-12."),
        ("Order 88213, items: sku is missing", "Tea", "Order …, items: sku is missing"),
        ("At 2026-01-02T10:00:00Z run 0123456789abcdef failed", "", "At … run … failed"),
        ("1042 has been ready for more than 24 hours", "1042", "Has been ready for more than … hours"),
    ],
)
def test_what_is_an_exceptions_own_is_no_part_of_the_cause(text: str, own: str, told: str) -> None:
    assert shared(text, own) == told


VALUES = {
    "resolve": {},
    "dismiss": {"reason": "A test order"},
    "assign": {"to": "ann@example.com", "name": "Ann"},
    "snooze": {"until": "2099-01-04T08:00:00+00:00"},
}


@pytest.mark.parametrize("act", VALUES)
def test_an_act_on_many_is_told_in_history_and_can_be_undone_once(source: Source, owner: Membership, act: str) -> None:
    made = make(source, "a", "b", "c")
    before = {one.pk: document(again(one)) for one in made}
    acts.act_on("dismiss", [made[2].pk], {}, by=Actor.user(owner.user))
    done = work.ask(source.organization, act, [one.pk for one in made], VALUES[act], user=owner.user)
    assert (done.state, done.finished_at is not None) == ("done", True)
    outcomes = dict(done.items.values_list("exception__cause_key", "outcome"))
    assert outcomes == {"a": "done", "b": "done", "c": "left"}
    changed = again(made[0])
    assert (changed.version, document(changed) == before[changed.pk]) == (2, False)
    rebuilt = as_of("exception", {changed.pk: 1}, {changed.pk: (changed.version, document(changed))})
    assert {k: v for k, v in rebuilt[changed.pk].items() if k != "updatedAt"} == {
        k: v for k, v in before[changed.pk].items() if k != "updatedAt"
    }
    undone = work.undo(done, user=owner.user)
    assert undone.items.filter(outcome="done").count() == 2
    back = document(again(made[0]))
    assert back | {"updatedAt": ""} == before[made[0].pk] | {"updatedAt": ""}
    with pytest.raises(work.CannotUndo):
        work.undo(ExceptionWork.across.get(pk=done.pk), user=owner.user)
    assert History.across.filter(entity_type="exception", entity_id=changed.pk).count() == 3


def test_what_was_raised_again_meanwhile_cannot_be_opened_a_second_time(source: Source, owner: Membership) -> None:
    (one,) = make(source, "a")
    done = work.ask(source.organization, "resolve", [one.pk], {}, user=owner.user)
    make(source, "a")
    undone = work.undo(done, user=owner.user)
    assert [item.why for item in undone.items.all()] == ["It has been raised again since."]
    assert OrderException.across.filter(state="active").count() == 1


def test_a_snoozed_exception_is_not_counted_and_comes_back_by_itself_with_a_mark(
    source: Source, owner: Membership
) -> None:
    first, _second = make(source, "a", "b")
    work.ask(source.organization, "snooze", [first.pk], VALUES["snooze"], user=owner.user)
    make(source, "a")  # seen again: it goes on resting, and nothing second is raised
    assert (active_exceptions(source.organization), exceptions_told(source.organization).snoozed) == (1, 1)
    assert watchers.get("snoozes that end").job() == 0
    OrderException.across.filter(pk=first.pk).update(snoozed_until=Now())
    assert (wake(), wake()) == (1, 0)
    back = again(first)
    assert (back.snoozed_until, back.returned_at is not None, back.times) == (None, True, 2)
    assert History.across.filter(entity_id=first.pk).latest("id").verb == "came back"
    assert active_exceptions(Organization.objects.get()) == 2  # a page counts once, so it is asked anew


def test_mornings_are_those_of_the_organization(source: Source) -> None:
    source.organization.timezone = "America/New_York"
    sunday = dt.datetime(2026, 3, 8, 3, 0, tzinfo=dt.UTC)  # Saturday evening there, the clocks go forward at night
    assert tomorrow(source.organization, sunday) == dt.datetime(2026, 3, 8, 12, 0, tzinfo=dt.UTC)
    assert next_week(source.organization, sunday) == dt.datetime(2026, 3, 9, 12, 0, tzinfo=dt.UTC)


def test_one_press_routes_all_orders_of_a_cause_and_tells_what_cleared(
    source: Source, as_owner: Client, as_colleague: Client
) -> None:
    reno = warehouse(source)
    card(reno)
    orders = [ready(source, number) for number in (1001, 1002, 1003)]
    for order in orders:
        run(order)
    (group,) = groups.groups(source.organization)
    assert (group.type, group.count, group.shared) == ("out_of_stock", 3, "TEA-1 is out of stock at Reno")
    assert "TEA-1 is out of stock at Reno" in as_owner.get("/exceptions/causes").content.decode()
    stock(reno, on_hand=4)  # two tins of tea each: enough for two of the three
    asked = {"type": group.type, "cause": group.shared}
    page = as_owner.get("/exceptions/cause", asked)
    assert (len(page.context["tried"]), len(page.context["stays"])) == (2, 1)
    assert OrderException.across.filter(state="active").count() == 3  # nothing was done yet
    assert as_colleague.post("/exceptions/cause/cure", asked).status_code == 403
    every = {"row": [one.public_id for one in page.context["tried"] + page.context["stays"]]}
    made = as_owner.post("/exceptions/cause/cure", asked | every)
    told = as_owner.get(made["Location"])
    assert ([one.words for one in told.context["alike"]], told.context["live"]) == (["3 are being tried"], True)
    route_due()
    told = as_owner.get(made["Location"])
    assert [one.words for one in told.context["alike"]] == ["1 not cleared", "2 cleared"]
    assert (told.context["live"], told.context["can_undo"]) == (False, False)
    assert "There is not enough stock of TEA-1." in told.content.decode()
    assert as_owner.get("/exceptions/cause", asked).context["forecast"].total == 1


def test_work_that_a_worker_left_behind_is_finished_and_one_that_fails_stops_nobody(
    source: Source, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(source, *(f"k{n}" for n in range(5)))
    monkeypatch.setattr("orders.many.AT_ONCE", 0.0)
    real = acts.act_on

    def fails_on_one(act: str, ids: list[int], *args: Any, **named: Any) -> Any:
        if made[2].pk in ids:
            raise RuntimeError("no")
        return real(act, ids, *args, **named)

    monkeypatch.setattr(work, "act_on", fails_on_one)
    begun = work.ask(source.organization, "resolve", [one.pk for one in made], {}, user=owner.user)
    assert begun.finished_at is None
    watchers.get("work on exceptions left behind").job()
    bells.get("exceptions.work")()
    begun.refresh_from_db()
    assert begun.finished_at is not None
    assert dict(begun.items.values_list("exception__cause_key", "why")) == {
        **dict.fromkeys(("k0", "k1", "k3", "k4"), ""), "k2": "RuntimeError: no",
    }  # fmt: skip


def test_the_list_knows_what_is_mine_and_acts_on_the_ticked_ones(
    source: Source, owner: Membership, as_owner: Client
) -> None:
    mine, other = make(source, "a", title="Mine"), make(source, "b", title="Other")
    email = owner.user.email
    ticked = {"row": [mine[0].public_id], "back": "/exceptions?view=active"}
    assert "will be done to 1 exception" in as_owner.post("/exceptions/bulk/assign", ticked).content.decode()
    done = as_owner.post("/exceptions/bulk/assign", ticked | {"sure": "1", "to": email})
    assert done["Location"] == "/exceptions?view=active"
    rows = json.loads(as_owner.get("/exceptions.json?view=mine").content)["rows"]
    assert [row["title"] for row in rows] == ["Mine"]
    assert as_owner.post("/exceptions/bulk/assign", ticked | {"sure": "1", "to": "x@y.z"}).status_code == 200
    as_owner.post(f"/exceptions/{other[0].public_id}/snooze", {"when": "time", "until": "2001-01-01T08:00"})
    assert again(other[0]).snoozed_until is None
    as_owner.post(f"/exceptions/{other[0].public_id}/snooze", {"when": "tomorrow"})
    assert [r["title"] for r in json.loads(as_owner.get("/exceptions.json?view=active").content)["rows"]] == ["Mine"]
    assert [r["title"] for r in json.loads(as_owner.get("/exceptions.json?view=snoozed").content)["rows"]] == ["Other"]
    text = as_owner.get("/").content.decode()
    assert "Assigned to me" in text
    assert "1 is snoozed and not counted" in text
    as_owner.post(f"/exceptions/{mine[0].public_id}/dismiss", {"reason": "Known"})
    closed = again(mine[0])
    assert (closed.state, closed.assigned_to, closed.assigned_folded) == ("dismissed", "", None)
    assert History.across.filter(entity_id=closed.pk).latest("id").summary == "Dismissed: Known"
    as_owner.post(f"/exceptions/{mine[0].public_id}/reopen")
    assert again(mine[0]).state == "active"
