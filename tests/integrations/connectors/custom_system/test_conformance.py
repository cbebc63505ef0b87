"""A system of one's own that keeps the orders, too: each order stands there once, whatever happens on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from integrations import lifecycle
from integrations.connectors.custom_warehouse.sandbox.server import Door, Fault, serve
from integrations.custom import keys
from integrations.models import Integration, Pace
from integrations.registry import connectors
from orders.lifecycle import edits
from orders.models import Order, OrderException, OrderPush, Source
from orders.pushes.push import push_one
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.kit import http
from portal.kit.jobs import watchers
from portal.kit.json import Json
from portal.tenancy.models import Membership, Organization
from tests.factories import make_order
from tests.integrations.conftest import TESTER, reread
from tests.integrations.custom.conftest import make
from tests.integrations.custom.test_messages import knock
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
Made = tuple[Integration, keys.Secrets]


class Books:
    """Keeps orders by their ID; a repeat brings the same one up to date."""

    def __init__(self) -> None:
        self.orders: dict[str, list[Json]] = {}
        self.ids: list[str] = []
        self.says: Json = {}

    def take(self, id: str, topic: str, data: Json) -> tuple[int, Json]:
        if topic != "order.pushed" or self.says.get("status") == "rejected":
            return 200, self.says
        if id not in self.ids:
            self.ids.append(id)
            self.orders.setdefault(data["id"], []).append(data)
        number = 4711 + list(self.orders).index(data["id"])
        return 200, {"external_id": str(number), "url": f"https://erp.example.com/{number}", **self.says}


@pytest.fixture
def system(organization: Organization) -> Made:
    return make(organization, "custom_system", "Books")


@pytest.fixture
def books(system: Made, settings: Settings) -> Iterator[Books]:
    """The system's own address, entered and called."""
    kept = Books()
    with serve(kept, system[1].signing) as running:  # type: ignore[arg-type]
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{running.server_port}"]
        keys.save_address(system[0], running.url, by=TESTER)
        kept.door = running  # type: ignore[attr-defined]
        yield kept


def push(order: Order, system: Made) -> str:
    return push_one(order.pk, [system[0].source], by=ANA)


def send() -> None:
    Delivery.across.exclude(state="done").update(next_at=Now())
    send_due()


def state() -> tuple[str, int, str, str]:
    row = OrderPush.across.get()
    return row.state, row.times, row.number, row.reason


def told(order: Order) -> list[tuple[str, str]]:
    rows = History.across.filter(entity_type="order", entity_id=order.pk, verb__startswith="push").order_by("pk")
    return list(rows.values_list("actor_name", "summary"))


def test_an_order_is_pushed_once_and_again_after_an_edit(
    books: Books, system: Made, source: Source, as_owner: Client
) -> None:
    order = make_order(source)
    assert (push(order, system), state()) == ("", ("submitted", 1, "", ""))
    assert push(order, system) == "It is on its way there already."
    send()
    assert state() == ("completed", 1, "4711", "")
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert "In Books as 4711" in page
    assert "https://erp.example.com/4711" in page
    assert "does not know" not in page
    edits.set_fields(order.pk, {"shippingAddress.city": "Elko"}, by=ANA)
    assert "Books does not know" in as_owner.get(f"/orders/{order.public_id}").content.decode()
    push(order, system)
    send()
    assert state() == ("completed", 2, "4711", "")
    first, second = books.orders[order.public_id]
    assert (first["version"], second["version"], second["external_id"]) == (1, 2, "4711")
    assert (first["ship_to"]["city"], second["ship_to"]["city"]) == ("Reno", "Elko")
    assert first["lines"] == [
        {"line_id": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 2, "unit_price": "20"}
    ]  # fmt: skip
    assert (first["total"], first["store"], first["status"]) == ("48.2", source.name, "open")
    assert told(order) == [
        ("Ana Ruiz", "Pushed to Books."), ("Books", "Took it as 4711."),
        ("Ana Ruiz", "Pushed to Books again."), ("Books", "Took it as 4711."),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["server_error", "rate_limited", "lost"])
def test_an_answer_that_is_lost_makes_no_second_order(
    books: Any, system: Made, source: Source, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.connectors.custom_warehouse.sandbox.server.LATE", 0.5)
    monkeypatch.setattr(http, "DEFAULT", http.Limits(read=0.2, total=0.4))
    door: Door = books.door
    order = make_order(source)
    push(order, system)
    door.fault = Fault(kind, 1)
    send()
    monkeypatch.setattr(http, "DEFAULT", http.Limits())
    assert (state()[0], bool(state()[3])) == ("submitted", True)
    for _again in range(2):
        Pace.objects.update(blocked_until=None)
        send()
    assert len(books.orders[order.public_id]) == 1
    assert state()[0] == "completed"


def test_what_the_system_refuses_is_told_and_pushed_again_when_it_is_mended(
    books: Books, system: Made, source: Source, as_owner: Client
) -> None:
    order = make_order(source)
    books.says = {"status": "rejected", "reason": "The customer is not known."}
    push(order, system)
    send()
    assert state() == ("failed", 1, "", "The customer is not known.")
    problem = OrderException.across.get(type="order_not_pushed")
    assert (problem.entity_label, problem.message, problem.state) == (
        order.ext_order_id, "The customer is not known.", "active",
    )  # fmt: skip
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert "Books does not have it" in page
    assert "Push again" in page
    books.says = {}
    assert push(order, system) == ""
    send()
    assert state() == ("completed", 2, "4711", "")
    assert not OrderException.across.filter(state="active").exists()


def test_a_system_that_fetches_answers_with_its_own_number(system: Made, source: Source) -> None:
    order, program = make_order(source), Program(system[1].key)
    assert program.get("/system/orders").data["rows"] == []
    push(order, system)
    assert not Delivery.across.exists()
    (row,) = program.get("/system/orders").data["rows"]
    assert (row["id"], row["number"], row["version"], state()[0]) == (order.public_id, "#1001", 1, "processing")
    path = f"/system/orders/{order.public_id}/answer"
    refused = program.post(path, {"status": "rejected", "reason": "No such customer.", "version": 1})
    assert (refused.data["status"], state()[0]) == ("updated", "failed")
    assert OrderException.across.get(type="order_not_pushed").state == "active"
    push(order, system)
    accepted = {"status": "accepted", "external_id": "B-9", "url": "https://erp.example.com/B-9"}
    assert program.post(path, {**accepted, "version": 1}).data["status"] == "stale"
    assert [program.post(path, accepted).data["status"] for _again in range(2)] == ["updated", "unchanged"]
    assert state() == ("completed", 2, "B-9", "")
    assert OrderException.across.get(type="order_not_pushed").state == "resolved"
    assert program.get("/system/orders").data["rows"] == []
    assert program.post(f"/system/orders/{'0' * 16}/answer", accepted).status_code == 404


def test_a_signed_message_answers_what_the_system_has_only_received(books: Books, system: Made, source: Source) -> None:
    order = make_order(source)
    books.says = {"status": "received"}
    push(order, system)
    send()
    assert state()[0] == "processing"
    answered = knock(
        reread(system[0]), system[1].signing, "order.accepted", {"id": order.public_id, "external_id": "9"}
    )
    assert (answered.status_code, state()) == (202, ("completed", 1, "9", ""))


@pytest.mark.parametrize(
    ("when", "at_first", "released"),
    [("by_hand", 0, 0), ("taken_in", 1, 1), ("released", 0, 1)],
)
def test_orders_go_by_themselves_when_the_setting_says_so(
    books: Books, system: Made, source: Source, when: str, at_first: int, released: int
) -> None:
    older = make_order(source, 1000)
    Order.across.filter(pk=older.pk).update(created_at="2026-01-01T00:00:00Z")
    model = connectors.get("custom_system").settings
    lifecycle.save_settings(system[0], model.model_validate({"push_when": when}), sync_from=None, by=TESTER)
    order = make_order(source)
    drain("pushing")
    assert OrderPush.across.count() == at_first
    for one in (order, older):
        edits.move(one.pk, "ready", by=ANA)
    drain("pushing")
    assert [one.order_id for one in OrderPush.across.all()] == [order.pk] * released
    send()
    edits.comment(order.pk, "Nothing that it is told", by=ANA)
    edits.set_fields(order.pk, {"orderNote": "Ring"}, by=ANA)
    drain("pushing")
    send()
    assert len(books.orders.get(order.public_id, [])) == 2 * released


def test_pushes_to_be_fetched_are_sent_when_an_address_is_entered(
    system: Made, source: Source, settings: Settings
) -> None:
    push(make_order(source), system)
    kept = Books()
    with serve(kept, system[1].signing) as running:  # type: ignore[arg-type]
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{running.server_port}"]
        keys.save_address(system[0], running.url, by=TESTER)
        look = watchers.get("pushed orders that nobody has sent").job
        assert look() == 0
        OrderPush.across.update(changed_at="2026-01-01T00:00:00Z")
        assert look() == 1
        send()
    assert (state()[0], len(kept.orders)) == ("completed", 1)


def test_many_are_pushed_with_a_preview(books: Books, system: Made, source: Source, as_owner: Client) -> None:
    made = [make_order(source, number) for number in (1, 2, 3)]
    ticked = {"row": [one.public_id for one in made]}
    preview = as_owner.post("/orders/bulk/push", ticked).content.decode()
    assert "3 orders" in preview
    assert "Books" in preview
    unchosen = as_owner.post("/orders/bulk/push", {**ticked, "sure": "1"})
    assert (unchosen.status_code, OrderPush.across.count()) == (422, 0)
    done = as_owner.post("/orders/bulk/push", {**ticked, "sure": "1", "to": system[0].source.public_id}, follow=True)
    assert "3 done" in done.content.decode()
    send()
    assert len(books.orders) == 3


def test_only_systems_of_the_own_organization_can_be_chosen(
    books: Books, system: Made, source: Source, as_owner: Client, stranger: Membership
) -> None:
    order = make_order(source)
    other, _secrets = make(stranger.organization, "custom_system", "Theirs")
    page = as_owner.get(f"/orders/{order.public_id}/push").content.decode()
    assert "Books" in page
    assert "Theirs" not in page
    refused = as_owner.post(f"/orders/{order.public_id}/push", {"to": other.source.public_id})
    assert (refused.status_code, OrderPush.across.count()) == (422, 0)
    sent = as_owner.post(f"/orders/{order.public_id}/push", {"to": system[0].source.public_id})
    assert (sent.status_code, state()[0]) == (302, "submitted")
    program = Program(_secrets.key)
    assert program.get("/system/orders").data["rows"] == []
    answer = {"status": "accepted", "external_id": "1"}
    assert program.post(f"/system/orders/{order.public_id}/answer", answer).status_code == 404
