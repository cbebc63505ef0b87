"""Fix once, clear many: the preview of a cause, and the press that tries exactly what it has shown."""

from typing import Any

import pytest
from django.test import Client

from orders.engines.setting import EXCEPTIONS
from orders.exceptions import work
from orders.exceptions.acts import act_on
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.many import Done
from orders.models import EngineSetting, ExceptionWork, Location, Order, OrderException, Source
from orders.routing.retry import route_due
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.tenancy.models import Membership, Organization
from tests.orders.inventory.stock import stock
from tests.orders.routing.running import card, ready, run, warehouse
from tests.waiting import behind
from tests.whole import everything

pytestmark = pytest.mark.django_db
ASKED = {"type": "out_of_stock", "cause": "TEA-1 is out of stock at Reno"}
DEALT_WITH = "Somebody has dealt with it already."


@pytest.fixture
def reno(source: Source) -> Location:
    """A location with two tins of tea for three orders that need two each."""
    reno = warehouse(source)
    card(reno)
    for number in (1001, 1002, 1003):
        run(ready(source, number))
    stock(reno, on_hand=2)
    return reno


def of(number: int) -> OrderException:
    return OrderException.across.get(entity_label=f"#{number}", state="active")


def posted(page: Any, *, everything: bool = False) -> dict[str, Any]:
    """Return what a button of the preview sends."""
    told = page.context
    sent = ASKED | {"row": [one.public_id for one in told["tried"]]}
    return sent if not everything else sent | {"stays": [one.public_id for one in told["stays"]], "everything": "1"}


def outcomes(made: Any) -> dict[str, tuple[str, str]]:
    public_id = made["Location"].rsplit("/", 1)[-1]
    rows = ExceptionWork.across.get(public_id=public_id).items.order_by("exception__entity_label")
    return {
        label: (outcome, why) for label, outcome, why in rows.values_list("exception__entity_label", "outcome", "why")
    }


def test_everybody_may_look_and_looking_changes_nothing(
    reno: Location, as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    as_owner.get("/exceptions/cause", ASKED)
    before = everything()
    for client, may in ((as_owner, True), (as_colleague, False)):
        text = client.get("/exceptions/cause", ASKED).content.decode()
        assert "1 would clear" in text
        assert "2 would stay" in text
        assert "Ships from Reno, by the card “All orders”." in text
        assert "There is not enough stock of TEA-1." in text
        assert ("Re-run routing for 1" in text, "Re-run routing for all 3" in text) == (may, may)
    assert "Nothing is left of it" in as_stranger.get("/exceptions/cause", ASKED).content.decode()
    assert everything() == before


def test_before_ticked_ones_are_tried_again_it_says_what_would_become_of_them(
    reno: Location, as_owner: Client, organization: Organization
) -> None:
    Delivery.across.create(organization=organization, kind="email", key="a", state="parked")
    raise_exceptions([Problem("delivery_parked", organization.pk, "email:a", title="Not sent", message="No answer")])
    ticked = {"row": list(OrderException.across.values_list("public_id", flat=True)), "back": "/exceptions"}
    before = everything()
    text = as_owner.post("/exceptions/bulk/retry", ticked).content.decode()
    for told in ("1 would clear", "1 known only by trying", "2 would stay", "There is not enough stock of TEA-1."):
        assert told in text
    assert everything() == before
    assert "would stay" not in as_owner.post("/exceptions/bulk/dismiss", ticked).content.decode()


def test_only_what_would_clear_is_tried_and_the_rest_stays_as_it_was(reno: Location, as_owner: Client) -> None:
    before = of(1002)
    made = as_owner.post("/exceptions/cause/cure", posted(as_owner.get("/exceptions/cause", ASKED)))
    assert outcomes(made) == {"#1001": ("done", "")}
    route_due()
    assert [one.entity_label for one in OrderException.across.filter(state="active").order_by("pk")] == [
        "#1002",
        "#1003",
    ]
    assert (of(1002).pk, of(1002).version) == (before.pk, before.version)
    assert "2 of this cause are open still" in as_owner.get(made["Location"]).content.decode()


def test_who_wants_to_tries_all_that_were_shown_and_nothing_that_came_later(
    reno: Location, source: Source, as_owner: Client
) -> None:
    page = as_owner.get("/exceptions/cause", ASKED)
    run(ready(source, 1004, lineItems=[{"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 9}]))
    made = as_owner.post("/exceptions/cause/cure", posted(page, everything=True))
    assert list(outcomes(made)) == ["#1001", "#1002", "#1003"]
    assert of(1004).state == "active"


def test_of_a_larger_group_all_that_were_there_then_are_tried(
    reno: Location, source: Source, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.exceptions.foresee.MOST", 2)
    page = as_owner.get("/exceptions/cause", ASKED)
    assert "2 of 3 were looked at" in page.content.decode()
    Location.across.update(paused=True)
    text = as_owner.get("/exceptions/cause", ASKED).content.decode()
    assert "none of those that were looked at would clear" in text
    run(ready(source, 1004, lineItems=[{"uniqueId": "l1", "sku": "TEA-1", "name": "Tea", "quantity": 9}]))
    made = as_owner.post("/exceptions/cause/cure", posted(page, everything=True) | {"seen": page.context["seen"]})
    assert list(outcomes(made)) == ["#1001", "#1002", "#1003"]


def test_what_changed_while_the_preview_was_open_is_told(reno: Location, as_owner: Client) -> None:
    stock(reno, on_hand=6)
    page = as_owner.get("/exceptions/cause", ASKED)
    assert len(page.context["tried"]) == 3
    act_on("dismiss", [of(1002).pk], {}, by=Actor.system())
    OrderException.across.filter(entity_label="#1003").update(shared="CUP is out of stock", shared_folded="cup is out")
    made = as_owner.post("/exceptions/cause/cure", posted(page))
    assert outcomes(made) == {
        "#1001": ("done", ""),
        "#1002": ("left", DEALT_WITH),
        "#1003": ("left", "It has another cause by now, and was left for that."),
    }
    text = as_owner.get(made["Location"]).content.decode()
    assert DEALT_WITH in text
    assert "It has another cause by now" in text


def test_who_may_not_and_who_is_elsewhere_clears_nothing(
    reno: Location, as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    sent = posted(as_owner.get("/exceptions/cause", ASKED), everything=True) | {"seen": "2099-01-01T00:00:00+00:00"}
    assert as_colleague.post("/exceptions/cause/cure", sent).status_code == 403
    assert as_stranger.post("/exceptions/cause/cure", sent)["Location"].startswith("/exceptions/cause?")
    assert as_owner.post("/exceptions/cause/cure", sent | {"type": "no_such"}).status_code == 404
    for seen in ("never", "2026-99-01T00:00:00+00:00", "2099-01-01T00:00:00"):
        assert as_owner.post("/exceptions/cause/cure", ASKED | {"everything": "1", "seen": seen}).status_code == 302
    assert (ExceptionWork.across.count(), OrderException.across.filter(state="active").count()) == (0, 3)


def test_what_is_over_is_closed_and_not_sent_a_second_time(organization: Organization, owner: Membership) -> None:
    for key, state in (("a", "parked"), ("b", "done")):
        done_at = organization.created_at if state == "done" else None
        Delivery.across.create(organization=organization, kind="email", key=key, state=state, done_at=done_at)
    problems = [Problem("delivery_parked", organization.pk, f"email:{key}", "No", "503") for key in ("a", "b")]
    raise_exceptions(problems)
    ids = list(OrderException.across.order_by("pk").values_list("pk", flat=True))
    done = work.ask(organization, "retry", ids, {}, user=owner.user)
    assert list(done.items.order_by("pk").values_list("outcome", flat=True)) == ["done", "done"]
    assert dict(Delivery.across.values_list("key", "state")) == {"a": "pending", "b": "done"}
    assert set(OrderException.across.values_list("state", "closed_by")) == {("resolved", "Olive Owner")}


def test_what_has_no_cure_is_closed_by_a_press_where_it_is_over(source: Source, as_owner: Client) -> None:
    EngineSetting.across.create(organization=source.organization, engine=EXCEPTIONS, enabled=False)
    order = ready(source, 1001)
    named: Any = {"entity_type": "order", "entity_id": order.pk}
    for key in ("a", "b"):
        raise_exceptions([Problem("hold_stuck", source.organization_id, key, "Held", "Too long", **named)])
    asked = {"type": "hold_stuck", "cause": "Too long"}
    page = as_owner.get("/exceptions/cause", asked)
    text = page.content.decode()
    assert "The Exceptions Engine is switched off, so nothing closes by itself." in text
    assert "Close 2" in text
    as_owner.post("/exceptions/cause/cure", asked | {"row": [one.public_id for one in page.context["tried"]]})
    assert set(OrderException.across.values_list("state", flat=True)) == {"resolved"}
    raise_exceptions([Problem("shipped_too_much", source.organization_id, "c", "Surplus", "Of tea")])
    text = as_owner.get("/exceptions/cause", {"type": "shipped_too_much", "cause": "Of tea"}).content.decode()
    assert "They do not close by themselves" in text
    assert "/exceptions/cause/cure" not in text


def test_only_categories_in_which_something_waits_are_offered_and_a_cut_list_says_so(
    reno: Location, source: Source, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = as_owner.get("/exceptions/causes?category=delivery")
    assert [(str(one.label), one.count) for one in page.context["tabs"]] == [
        ("All", None), ("Deliveries", 0), ("Out of stock", 3),
    ]  # fmt: skip
    assert "causes of most exceptions are shown" not in as_owner.get("/exceptions/causes").content.decode()
    monkeypatch.setattr("orders.exceptions.groups.MOST", 1)
    assert "The 1 causes of most exceptions are shown." in as_owner.get("/exceptions/causes").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_the_second_finds_it_done(source: Source, reno: Location) -> None:
    ids = list(OrderException.across.order_by("pk").values_list("pk", flat=True))
    done: list[Done] = []

    def press() -> Done:
        done.append(act_on("retry", ids, ASKED, by=Actor.system()))
        return done[-1]

    later = behind(press, press)
    assert (sorted(done[0].before), done[0].left) == (ids, {})
    assert later.left == dict.fromkeys(ids, DEALT_WITH)
    assert Order.across.exclude(route_at=None).count() == 3
