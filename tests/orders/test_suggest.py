"""Suggestions of a filter's values: what is offered, to whom, and at what cost."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.documents.catalogue import ORDER
from orders.models import Source
from orders.shown import suggest
from portal.tenancy.models import Membership, Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def ask(client: Client, field: str, q: str = "", key: str = "orders") -> list[dict[str, Any]]:
    response = client.get(f"/lists/{key}/suggest", {"field": field, "q": q})
    assert response.status_code == 200
    options: list[dict[str, Any]] = response.json()["options"]
    return options


def values(client: Client, field: str, q: str = "") -> list[str]:
    return [str(one["value"]) for one in ask(client, field, q)]


def line(sku: str, name: str = "Tea", number: int = 1) -> dict[str, Any]:
    return {"uniqueId": f"{sku}-{number}", "sku": sku, "name": name, "quantity": 1}


def test_tags_come_with_how_many_orders_have_them_the_most_frequent_first(as_owner: Client, source: Source) -> None:
    make_order(source, 1, tags=["VIP", "gift"])
    make_order(source, 2, tags=["vip ", "Gift", "GIFT"])
    make_order(source, 3, tags=["vip"])
    assert ask(as_owner, "tags") == [{"value": "vip", "count": 3}, {"value": "GIFT", "count": 2}]
    assert values(as_owner, "tags", "v") == ["vip"]


def test_every_word_must_fit_and_what_begins_so_comes_first(as_owner: Client, source: Source) -> None:
    make_order(source, 1, tags=["late gift", "gift wrap", "Gift wrap late"])
    assert values(as_owner, "tags", "gift") == ["gift wrap", "Gift wrap late", "late gift"]
    assert values(as_owner, "tags", "late gift") == ["late gift", "Gift wrap late"]


def test_a_sku_is_found_by_itself_and_by_the_name_of_the_goods(as_owner: Client, source: Source) -> None:
    make_order(source, 1, lineItems=[line("TEA-1", "Grüner Tee"), line("MUG-7", "Blue mug")])
    make_order(source, 2, lineItems=[line("TEA-1", "Grüner Tee")])
    assert ask(as_owner, "lineItems.sku", "tea") == [{"value": "TEA-1", "note": "Grüner Tee", "count": 2}]
    assert ask(as_owner, "lineItems.sku", "gruner") == [{"value": "TEA-1", "note": "Grüner Tee", "count": 2}]
    assert values(as_owner, "lineItems.name", "mug") == ["Blue mug"]


def test_skus_of_old_orders_are_found_by_the_index(
    as_owner: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "NEWEST_WITH_LINES", 1)
    monkeypatch.setattr(suggest, "STEP", 2)
    make_order(source, 1, lineItems=[line("OLD-1", "Old tin", n) for n in range(5)] + [line("OLD-2", "Older tin")])
    make_order(source, 2, extOrderCreatedAt="2026-02-01T10:00:00Z", lineItems=[line("NEW-1")])
    assert ask(as_owner, "lineItems.sku", "old") == [
        {"value": "OLD-1", "note": "Old tin"},
        {"value": "OLD-2", "note": "Older tin"},
    ]


def test_skus_of_others_are_passed_by_and_not_told(
    as_stranger: Client, as_owner: Client, source: Source, stranger: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "NEWEST_WITH_LINES", 0)
    monkeypatch.setattr(suggest, "STEP", 2)
    other = Source.across.create(organization=stranger.organization, name="Elsewhere", connector="ecwid")
    make_order(other, 1, lineItems=[line("AAA-1", "Theirs", n) for n in range(5)])
    make_order(source, 1, lineItems=[line("AAA-2", "Ours")])
    assert values(as_owner, "lineItems.sku", "aaa") == ["AAA-2"]
    assert values(as_stranger, "lineItems.sku", "aaa") == ["AAA-1"]


@pytest.mark.parametrize(
    ("field", "fields", "expected"),
    [
        ("shippingCarrier", {"shippingCarrier": "DHL"}, ["DHL"]),
        ("currency", {"currency": "EUR"}, ["EUR"]),
        ("payments[].method", {"payments": [{"method": "Cash"}, {"kind": "visa"}]}, ["Cash"]),
        ("discounts[].code", {"discounts": [{"code": "SUMMER", "amount": "1"}]}, ["SUMMER"]),
        ("shippingAddress.city", {"shippingAddress": {"city": "Reno"}}, ["Reno"]),
        ("customFields", {"customFields": [{"name": "Gift wrap", "value": "red"}]}, ["Gift wrap"]),
        ('customFields["gift WRAP"]', {"customFields": [{"name": "Gift wrap", "value": "red"}]}, ["red"]),
    ],
)
def test_what_the_newest_orders_hold_is_offered(
    as_owner: Client, source: Source, field: str, fields: dict[str, Any], expected: list[str]
) -> None:
    make_order(source, 1, **fields)
    assert values(as_owner, field) == expected


def test_stores_are_offered_by_name(as_owner: Client, source: Source) -> None:
    assert ask(as_owner, "integration", "tea") == [{"value": source.public_id, "label": "Tea shop"}]


def test_the_builder_names_the_stores(as_owner: Client, as_stranger: Client, source: Source) -> None:
    form = {"do": "filter:look", "f.match": "all", "f.0.field": "integration", "f.0.operator": "equals"}
    step = {**form, "do": "filter:add:", "f.0.value": source.public_id}
    ours = as_owner.post("/filters/orders/step", step).content.decode()
    assert f'<option value="{source.public_id}" selected>Tea shop</option>' in " ".join(ours.split())
    assert "Tea shop" not in as_stranger.post("/filters/orders/step", step).content.decode()


def test_nothing_of_another_organization_is_offered(as_stranger: Client, as_owner: Client, source: Source) -> None:
    make_order(source, 1, tags=["secret"], customFields=[{"name": "secret", "value": "secret"}])
    for field in ("tags", "lineItems.sku", "lineItems.name", "integration", "customFields", "currency"):
        assert values(as_owner, field)
        assert values(as_stranger, field) == []


def test_no_more_than_twenty_are_offered(as_owner: Client, source: Source) -> None:
    make_order(source, 1, tags=[f"tag {number}" for number in range(40)])
    assert len(values(as_owner, "tags", "tag")) == 20


@pytest.mark.parametrize("path", ["/lists/orders/suggest?field=nothing", "/lists/nothing/suggest?field=tags"])
def test_an_unknown_field_or_list_is_not_found(as_owner: Client, path: str) -> None:
    assert as_owner.get(path).status_code == 404


def test_fields_of_people_suggest_nothing(as_owner: Client, source: Source) -> None:
    make_order(source, 1)
    assert values(as_owner, "email", "ana") == []
    assert values(as_owner, "customer.lastName", "r") == []


def test_odd_questions_are_answered(as_owner: Client, source: Source) -> None:
    make_order(source, 1)
    for q in ("%", "_", "\\", "x" * 5_000, "İ", "'"):
        assert values(as_owner, "lineItems.sku", q) == []


@pytest.mark.parametrize(
    ("field", "queries"), [("tags", 1), ("currency", 1), ("customFields", 1), ("integration", 1), ("lineItems.sku", 3)]
)
def test_a_question_costs_a_fixed_number_of_queries(
    organization: Organization,
    source: Source,
    field: str,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        make_order(source, number, lineItems=[line(f"TEA-{number}")])
    found = ORDER.get(field)
    assert found is not None
    with django_assert_num_queries(queries):
        suggest.find(organization, found, "t")
    with django_assert_num_queries(queries - 1 if field != "integration" else 1):
        suggest.find(organization, found, "te")
