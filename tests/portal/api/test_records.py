"""Lists and records over the API: the same filters and views as on the pages."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.documents.order import document
from orders.models import Order, Source
from portal.filters import codec
from portal.filters.text import to_address
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Membership
from tests.factories import make_order, make_orders
from tests.portal.api.conftest import Make, Program, keep_view

pytestmark = pytest.mark.django_db
DEAR = Group("all", (Condition("totalPrice", "gte", 100),))


@pytest.fixture
def three(source: Source) -> list[Order]:
    """Three orders: 10.00 to Reno, 100.50 and 500.25 to Berlin."""
    berlin = {"city": "Berlin", "country": "DE"}
    make_order(source, 1, totalPrice="10.00")
    make_order(source, 2, totalPrice="100.50", shippingAddress=berlin)
    make_order(source, 3, totalPrice="500.25", shippingAddress=berlin, tags=["gift"])
    return list(Order.across.order_by("pk"))


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.data
    return [row["extOrderId"] for row in answer.data["rows"]]


def test_a_list_answers_the_canonical_documents(program: Program, three: list[Order]) -> None:
    answer = program.get("/orders", {"sort": "-total"})
    assert numbers(answer) == ["#3", "#2", "#1"]
    assert (answer.data["total"], answer.data["estimated"], answer.data["next"]) == (3, False, None)
    order = Order.across.select_related("source", "organization").get(pk=three[2].pk)
    told = document(order, source_public_id=order.source.public_id, organization_public_id=order.organization.public_id)
    assert answer.data["rows"][0] == told
    assert answer.data["rows"][0]["totalPrice"] == Decimal("500.25")


@pytest.mark.parametrize("form", ["json", "address"])
def test_a_filter_is_given_as_json_or_as_it_stands_in_an_address(
    program: Program, three: list[Order], form: str
) -> None:
    text = codec.dumps(DEAR) if form == "json" else to_address(DEAR)
    assert numbers(program.get("/orders", {"filter": text, "sort": "total"})) == ["#2", "#3"]


def test_conditions_filter_and_view_narrow_together(program: Program, three: list[Order], owner: Membership) -> None:
    keep_view(owner, "To Berlin", "f=shippingAddress.city~equals~Berlin")
    assert numbers(program.get("/orders", {"view": "to berlin", "sort": "total"})) == ["#2", "#3"]
    both = program.get("/orders", {"view": "To Berlin", "filter": codec.dumps(DEAR), "f": ["tags~contains_any~gift"]})
    assert numbers(both) == ["#3"]


def test_a_view_of_one_person_and_an_unknown_one_are_refused_and_the_others_named(
    program: Program, three: list[Order], owner: Membership
) -> None:
    keep_view(owner, "Mine", "q=x", shared=False)
    answer = program.get("/orders", {"view": "Mine"})
    assert answer.status_code == 422
    (fault,) = answer.data["faults"]
    assert (fault["field"], fault["message"]) == ("view", "There is no such view for everybody.")
    assert "“On hold”" in fault["cure"]


def test_a_built_in_view_is_found_by_key_and_by_name(program: Program, three: list[Order]) -> None:
    Order.across.filter(pk=three[0].pk).update(status="reviewRequired")
    assert numbers(program.get("/orders", {"view": "person"})) == ["#1"]
    assert numbers(program.get("/orders", {"view": "Needs a person"})) == ["#1"]


def test_searching_works_as_in_the_search_box(program: Program, three: list[Order]) -> None:
    assert numbers(program.get("/orders", {"q": "#2"})) == ["#2"]


@pytest.mark.parametrize("sort", ["total", "-total", "placed", "-placed", "next", "-next", "customer", "-status"])
def test_pages_follow_each_other_without_gap_or_repetition(program: Program, source: Source, sort: str) -> None:
    made = make_orders(source, range(1, 13))
    for number, order in enumerate(made):  # some alike, some without a value
        hold = f"2026-02-0{1 + number % 2}T00:00:00Z" if number % 3 else None
        status = "onHold" if hold else "new"
        Order.across.filter(pk=order.pk).update(total=number % 4, hold_until=hold, status=status)
    whole = numbers(program.get("/orders", {"sort": sort}))
    found: list[str] = []
    after = ""
    while True:
        answer = program.get("/orders", {"sort": sort, "count": 5, "after": after})
        found += numbers(answer)
        assert answer.data["total"] == 12
        after = answer.data["next"]
        if after is None:
            break
    assert found == whole
    assert len(set(found)) == 12


def test_what_comes_in_meanwhile_moves_no_record_to_another_page(program: Program, source: Source) -> None:
    make_orders(source, range(1, 7))
    first = program.get("/orders", {"sort": "-ingested", "count": 3})
    make_orders(source, range(7, 9))
    second = program.get("/orders", {"sort": "-ingested", "count": 3, "after": first.data["next"]})
    assert numbers(first) + numbers(second) == ["#6", "#5", "#4", "#3", "#2", "#1"]


@pytest.mark.parametrize("after", ["x", "W10", "!!!", "Ww", "é", "eyJhIjoxfQ", "WyItdG90YWwiLFsiMSJdLDFd"])
def test_a_place_that_is_none_is_refused(program: Program, three: list[Order], after: str) -> None:
    answer = program.get("/orders", {"after": after, "sort": "total"})
    assert (answer.status_code, answer.data["faults"][0]["field"]) == (422, "after")


def test_the_total_is_left_out_where_nobody_asks_for_it(program: Program, three: list[Order]) -> None:
    answer = program.get("/orders", {"total": "false", "count": 1})
    assert (answer.data["total"], len(answer.data["rows"]), bool(answer.data["next"])) == (None, 1, True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"filtre": "x"}, "filtre"),
        ({"sort": "colour"}, "sort"),
        ({"count": "251"}, "count"),
        ({"count": "0"}, "count"),
        ({"count": ["1", "2"]}, "count"),
        ({"total": "perhaps"}, "total"),
        ({"q": "x" * 201}, "q"),
        ({"f": "colour~equals~red"}, "f"),
        ({"f": ["status~equals~new"] * 101}, "f"),
        ({"filter": "{"}, "filter"),
        ({"filter": "zzz"}, "filter"),
        ({"filter": "x"}, "filter"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(
    program: Program, three: list[Order], query: dict[str, Any], field: str
) -> None:
    answer = program.get("/orders", query)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.data["type"] == "urn:switchyard:problem:refused"
    fault = answer.data["faults"][0]
    assert (fault["field"], bool(fault["message"]), bool(fault["cure"])) == (field, True, True)


def test_every_fault_is_told_at_once_with_the_place_in_the_filter(program: Program, three: list[Order]) -> None:
    tree = Group("all", (Condition("status", "equals", "blue"), Group("any", (Condition("colour", "equals", "x"),))))
    answer = program.get("/orders", {"filter": codec.dumps(tree), "f": "totalPrice~gte~much", "sort": "x"})
    places = [(fault["field"], fault.get("node")) for fault in answer.data["faults"]]
    assert places == [("filter", "0"), ("filter", "1.0"), ("f", "0"), ("sort", None)]
    assert answer.data["faults"][0]["cure"] == "Choose one from the list."


@pytest.mark.parametrize("wanted", ["own", "ext:#2", "ext:2", "api:2", "2", "#2"])
def test_a_record_is_found_by_any_of_its_ids(program: Program, three: list[Order], wanted: str) -> None:
    path = three[1].public_id if wanted == "own" else wanted.replace("#", "%23")
    answer = program.get(f"/orders/{path}")
    assert (answer.status_code, answer.data["extOrderId"]) == (200, "#2")


def test_an_id_with_a_slash_is_found(program: Program, source: Source) -> None:
    make_order(source, "A/7")
    assert program.get("/orders/A/7").data["extOrderId"] == "#A/7"


def test_an_id_of_several_orders_names_them(program: Program, three: list[Order], source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Second", connector="ecwid")
    twin = make_order(other, 2)
    answer = program.get("/orders/ext:2")
    assert (answer.status_code, answer.data["type"]) == (409, "urn:switchyard:problem:ambiguous")
    assert three[1].public_id in answer.data["detail"]
    assert twin.public_id in answer.data["detail"]


@pytest.mark.parametrize("wanted", ["0000000000000000", "nothing", "ext:", "api:", "x" * 400, "..", "a%2Fb%2Fc"])
def test_an_id_of_nothing_is_not_found(program: Program, three: list[Order], wanted: str) -> None:
    answer = program.get(f"/orders/{wanted}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_another_organization_finds_nothing_of_ours(foreign_program: Program, three: list[Order]) -> None:
    assert numbers(foreign_program.get("/orders")) == []
    for wanted in (three[0].public_id, "ext:1", "api:1", "1"):
        assert foreign_program.get(f"/orders/{wanted}").status_code == 404


def test_the_views_of_another_organization_are_not_there(
    foreign_program: Program, three: list[Order], owner: Membership
) -> None:
    keep_view(owner, "Ours", "q=x")
    assert foreign_program.get("/orders", {"view": "Ours"}).status_code == 422
    assert "Ours" not in str(foreign_program.get("/views/orders").data)


def test_exceptions_and_runs_are_there_too(
    program: Program, as_owner: Client, source: Source, owner: Membership
) -> None:
    from automations.services import ensure_defaults
    from orders.exceptions.raise_ import Problem, raise_exceptions
    from portal.events.dispatch import drain

    ensure_defaults(source.organization)
    order = make_order(source, 1)
    drain("automations")
    raise_exceptions([Problem("record_refused", source.organization_id, "key", "Title", "Message", raw=b"{}")])
    (one,) = program.get("/exceptions", {"view": "active"}).data["rows"]
    assert (one["type"], one["title"], one["message"], one["state"]) == ("record_refused", "Title", "Message", "active")
    assert program.get(f"/exceptions/{one['exceptionId']}").data == one
    (run,) = program.get("/runs", {"f": f"entityId~equals~{order.public_id}"}).data["rows"]
    assert (run["status"], run["entity"]["number"]) == ("completed", "#1")
    assert program.get(f"/runs/{run['runId']}").data == run


def test_a_page_of_many_records_costs_as_many_queries_as_a_page_of_one(
    program: Program, source: Source, django_assert_num_queries: Any
) -> None:
    make_orders(source, range(1, 31))
    for count in (1, 30):
        with django_assert_num_queries(4):  # key, pace, count, rows
            assert len(numbers(program.get("/orders", {"count": count}))) == count


def test_days_are_those_of_the_organization(program: Program, source: Source) -> None:
    organization = source.organization
    organization.timezone = "Pacific/Kiritimati"  # 14 hours ahead
    organization.save()
    make_order(source, 1, extOrderCreatedAt="2026-01-05T11:00:00Z")
    assert numbers(program.get("/orders", {"f": "extOrderCreatedAt~equals~2026-01-06"})) == ["#1"]
    assert numbers(program.get("/orders", {"f": "extOrderCreatedAt~equals~2026-01-05"})) == []


def test_an_answer_that_has_not_changed_is_not_sent_again(program: Program, three: list[Order]) -> None:
    first = program.get("/orders")
    same = program.get("/orders", **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    Order.across.filter(pk=three[0].pk).update(status="onHold")
    assert program.get("/orders", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_key_reads_only_what_its_scopes_say(program_with: Make, three: list[Order]) -> None:
    program = program_with("exceptions:read")
    assert program.get("/exceptions").status_code == 200
    for path in ("/orders", f"/orders/{three[0].public_id}", "/runs", "/fields/order", "/views/orders"):
        answer = program.get(path)
        assert (answer.status_code, answer.data["type"]) == (403, "urn:switchyard:problem:not-allowed"), path
    assert "orders:read" in program.get("/orders").data["detail"]
