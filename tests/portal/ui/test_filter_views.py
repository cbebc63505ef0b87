"""*Advanced filter* over HTTP: one edit, the count, why a record fits, applying; for whom, and with what bad input."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order, Source
from portal.ui import filter_views, lists
from tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def condition(path: str, field: str, operator: str, *values: str, **more: str) -> dict[str, Any]:
    given = {"field": field, "operator": operator, "value": list(values), **more}
    return {f"f.{path}.{part}": value for part, value in given.items()}


def post(client: Client, what: str, data: dict[str, Any], key: str = "orders", **options: Any) -> Any:
    return client.post(f"/filters/{key}/{what}", data, headers=HTMX, **options)


@pytest.fixture
def orders(source: Source) -> list[Order]:
    return make_orders(source, range(1, 6))


def test_the_builder_opens_with_the_whole_filter_of_the_list(as_owner: Client, orders: list[Order]) -> None:
    answer = as_owner.get("/filters/orders?f=totalPrice~gt~20&f=tags~contains_any~vip~new&q=ruiz", headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "When total is over 20 and any tag is “vip” or “new”" in text
    assert 'name="f.1.operator"' in text
    assert "<html" not in text


def test_the_builder_is_a_page_of_its_own_where_no_script_runs(as_owner: Client) -> None:
    text = as_owner.get("/filters/orders").content.decode()
    assert "<h1" in text
    assert "Advanced filter" in text


def test_an_edit_answers_with_the_conditions_afresh_and_where_one_goes_on(as_owner: Client) -> None:
    data = condition("0", "totalPrice", "gt", "1,5") | {"do": "filter:add_group:"}
    text = post(as_owner, "step", data).content.decode()
    assert 'data-focus="1.0"' in text
    assert 'data-part="field"' in text
    assert 'data-said="Group added."' in text
    assert 'value="1,5"' in text, "what was typed stands there, whatever it is worth"
    assert "The value is not a number." in text
    assert "There is no such field" not in text, "what nobody has come to yet is no fault"


def test_looking_draws_no_control_afresh(as_owner: Client) -> None:
    data = condition("0", "totalPrice", "gt", "150") | {"do": "filter:look"}
    text = post(as_owner, "step", data).content.decode()
    assert "When total is over 150" in text
    assert "<input" not in text
    assert "<select" not in text


def test_what_is_still_being_typed_is_no_fault_yet(as_owner: Client) -> None:
    data = condition("0", "totalPrice", "gt", "1,") | {"do": "filter:look"}
    assert "not a number" in post(as_owner, "step", data).content.decode()
    assert "not a number" not in post(as_owner, "step", data | {"typing": "0"}).content.decode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, "5"),
        (condition("0", "totalPrice", "gt", "20"), "5"),
        (condition("0", "extOrderId", "equals", "#3"), "1"),
        (condition("0", "extOrderId", "equals", "#3") | condition("1", "totalPrice", "gt", "x"), "1"),
        (condition("0", "extOrderId", "equals", "#3") | {"query": "q=ruiz"}, "1"),
        ({"query": "q=nobody"}, "0"),
        ({"f.0.measure": "sum", "f.0.field": "lineItems.quantity", "f.0.operator": "gte", "f.0.value": "2"}, "5"),
        ({"recent": "30"}, "5"),
        (condition("0", "extOrderId", "equals", "#3") | {"scope": "a.0.only."}, "5"),
        (
            {f"a.0.only.{name}": value for name, value in condition("0", "extOrderId", "equals", "#3").items()}
            | {"scope": "a.0.only.", "a.0.only.recent": "30"},
            "1",
        ),
    ],
)
def test_the_count_is_that_of_what_is_finished(
    as_owner: Client, orders: list[Order], data: dict[str, Any], expected: str
) -> None:
    answer = post(as_owner, "count", data)
    assert answer.context["number"] == expected
    assert not answer.context["late"]


def test_what_is_switched_off_is_neither_told_nor_counted_but_stays(as_owner: Client, orders: list[Order]) -> None:
    data = condition("0", "extOrderId", "equals", "#3") | condition("1", "totalPrice", "gt", "much", off="1")
    assert post(as_owner, "count", data).context["number"] == "1"
    text = post(as_owner, "step", data | {"do": "filter:off:0"}).content.decode()
    assert "Always: every condition is switched off." in text
    assert 'data-said="Switched off."' in text
    assert "The value is not a number." not in text
    assert 'value="much"' in text
    again = post(as_owner, "step", data | {"f.0.off": "1", "do": "filter:off:1"}).content.decode()
    assert 'data-said="Switched on."' in again
    assert "The value is not a number." in again


def test_a_list_ignores_what_is_switched_off_and_its_address_carries_it(as_owner: Client, orders: list[Order]) -> None:
    data = condition("0", "extOrderId", "equals", "#3", off="1") | condition("1", "totalPrice", "gte", "0")
    place = json.loads(post(as_owner, "apply", data).headers["HX-Location"])["path"]
    listed = as_owner.get(place)
    assert listed.context["list"].counted == (5, False)
    assert "Switched off: when order number is" in listed.content.decode()
    opened = as_owner.get(place.replace("/orders", "/filters/orders"), headers=HTMX).content.decode()
    assert 'name="f.0.off" value="1"' in opened
    assert "When total is at least 0" in opened


def test_a_scope_that_is_none_is_refused(as_owner: Client) -> None:
    assert post(as_owner, "count", {"scope": "a.0.<b>."}).status_code == 404


def test_an_edit_of_one_of_several_builders_answers_with_that_one(as_owner: Client) -> None:
    mine = {f"a.0.only.{name}": value for name, value in condition("0", "totalPrice", "gt", "7").items()}
    data = condition("0", "email", "equals", "x@example.com") | mine | {"a.0.only.judged": "1"}
    text = post(as_owner, "step", data | {"do": "a.0.only.filter:add:"}).content.decode()
    assert 'id="filter-a-0-only-body"' in text
    assert 'name="a.0.only.f.1.field"' in text
    assert 'name="a.0.only.judged" value="1"' in text
    assert "innerHTML:#filter-a-0-only-told" in text
    assert 'name="f.0.field"' not in text
    assert "x@example.com" not in text


def test_a_count_says_what_it_leaves_out(as_owner: Client, orders: list[Order]) -> None:
    wrong = condition("0", "totalPrice", "gt", "x")
    assert "What is not finished is left out" in post(as_owner, "count", wrong).content.decode()
    assert "left out" not in post(as_owner, "count", {"f.0.field": ""}).content.decode()


def test_counting_that_takes_too_long_says_so_and_estimates(
    as_owner: Client, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered = lists.ListPage.filtered

    def slow(*args: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = filtered(*args).annotate(slow=RawSQL("pg_sleep(0.5)::text", []))
        return rows.filter(slow="")

    monkeypatch.setattr(lists.ListPage, "filtered", slow)
    monkeypatch.setattr(filter_views, "COUNT_MILLISECONDS", 100)
    answer = post(as_owner, "count", {})
    assert answer.context["late"]
    assert answer.context["about"]
    assert "counting takes long" in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("100ms",)


def test_one_record_is_explained_condition_by_condition(as_owner: Client, source: Source) -> None:
    order = make_order(source, 7)
    data = condition("0", "totalPrice", "gt", "20") | condition("1", "tags", "contains_any", "rush")
    for wanted in ("#7", order.public_id):
        answer = post(as_owner, "why", data | {"record": wanted})
        lines = [(line.text, line.outcome, line.seen, line.blocker) for line in answer.context["lines"]]
        assert lines == [("total is over 20", True, "48.20", False), ("any tag is “rush”", False, "vip", True)]
        assert "The filter does not match" in answer.content.decode()


def test_a_record_of_another_organization_is_not_there(as_stranger: Client, source: Source) -> None:
    order = make_order(source, 7)
    for wanted in (order.public_id, "#7", "", "x" * 500):
        answer = post(as_stranger, "why", {"record": wanted})
        assert answer.context["problem"]
        assert "48.20" not in answer.content.decode()
    assert post(as_stranger, "count", {}).context["number"] == "0"


def test_a_filter_that_is_not_finished_is_not_explained_but_said_to_be(as_owner: Client, source: Source) -> None:
    make_order(source, 7)
    answer = post(as_owner, "why", condition("0", "totalPrice", "gt", "x") | {"record": "#7"})
    assert answer.context["problem"].startswith("The value is not a number.")


def test_applying_puts_the_filter_into_the_address_and_keeps_the_rest(as_owner: Client) -> None:
    data = condition("0", "totalPrice", "gt", "20") | {"f.1.field": "", "query": "q=ruiz&sort=-total&size=25"}
    answer = post(as_owner, "apply", data)
    place = json.loads(answer["HX-Location"])
    assert place == {
        "path": "/orders?f=totalPrice~gt~20&q=ruiz&sort=-total&size=25",
        "target": "#list",
        "swap": "outerHTML show:none",
    }
    plain = as_owner.post("/filters/orders/apply", data)
    assert plain.status_code == 302
    assert plain["Location"] == place["path"]


def test_applying_nested_groups_is_read_back_by_the_list(as_owner: Client, orders: list[Order]) -> None:
    data = (
        condition("0", "totalPrice", "gt", "20")
        | {"f.1.match": "any", "f.1.lines": "any"}
        | condition("1.0", "lineItems.sku", "equals", "TEA-1")
        | condition("1.1", "lineItems.quantity", "gt", "5")
    )
    address = json.loads(post(as_owner, "apply", data)["HX-Location"])["path"]
    assert address.startswith("/orders?filter=")
    listed = as_owner.get(address)
    assert listed.context["list"].counted == (5, False)
    again = as_owner.get(listed.context["list"].builder_url, headers=HTMX).content.decode()
    assert 'name="f.1.1.field"' in again


def test_applying_what_is_wrong_shows_where_and_keeps_it(as_owner: Client) -> None:
    data = condition("0", "totalPrice", "gt", "a lot") | {"query": "q=ruiz"}
    answer = post(as_owner, "apply", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="a lot"' in text
    assert "The value is not a number." in text
    assert 'name="query" value="q=ruiz"' in text
    assert "HX-Location" not in answer


def test_applying_nothing_clears_the_filter_and_stays_in_the_view(as_owner: Client) -> None:
    answer = post(as_owner, "apply", {"f.0.field": "", "query": "view=on-hold&f=status~is_one_of~onHold"})
    assert json.loads(answer["HX-Location"])["path"] == "/orders?view=on-hold&q="


@pytest.mark.parametrize("key", ["exceptions", "history"])
def test_every_list_has_the_builder(as_owner: Client, key: str) -> None:
    assert as_owner.get(f"/filters/{key}", headers=HTMX).status_code == 200
    assert post(as_owner, "count", {}, key).context["number"] == "0"
    assert post(as_owner, "step", {"do": "filter:add:"}, key).status_code == 200
    assert "HX-Location" in post(as_owner, "apply", {}, key)


@pytest.mark.parametrize("what", ["step", "count", "why", "apply"])
def test_a_list_that_is_not_there_and_a_get_are_refused(as_owner: Client, what: str) -> None:
    assert post(as_owner, what, {}, "nothing").status_code == 404
    assert as_owner.get(f"/filters/orders/{what}").status_code == 405


@pytest.mark.parametrize("what", ["step", "count", "why", "apply"])
def test_a_post_without_its_token_is_refused(owner: Any, what: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/filters/orders/{what}", {}).status_code == 403


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "filter:explode:"}, 400),
        ({"do": "filter:remove:9.9.9"}, 400),
        ({"do": "filter:move:0>" + "0." * 40}, 400),
        ({"do": "x" * 10_000}, 400),
        ({"f." + "0." * 25 + "field": "email", "do": "filter:add:"}, 400),
        ({f"f.{n}.field": "email" for n in range(600)} | {"do": "filter:add:"}, 400),
        ({"f.0.field": "email", "f.0.operator": "is_one_of", "f.0.value": "x" * 1_000_000, "do": "filter:add:"}, 200),
        ({"f.0.field": "email", "f.0.kept": "[[", "do": "filter:add:"}, 200),
        ({"f.0.field": "email", "f.0.kept": "[" * 5_000, "f.0.was": "x|y", "do": "filter:add:"}, 200),
        ({"f.0.measure": "explode", "f.0.0.0.field": "x", "do": "filter:add:"}, 200),
        ({"f.match": "x", "f.lines": "y", "f.0.match": "z", "do": "filter:negate:0"}, 200),
    ],
)
def test_bad_input_is_refused_or_shown_never_fails(as_owner: Client, data: dict[str, Any], status: int) -> None:
    assert post(as_owner, "step", data).status_code == status
    for what in ("count", "why", "apply"):
        assert post(as_owner, what, data).status_code in (200, 204, 400, 422)


def test_an_edit_costs_no_query_beyond_signing_in_and_a_count_one(as_owner: Client, orders: list[Order]) -> None:
    def asked(what: str) -> int:
        post(as_owner, what, {})
        with CaptureQueriesContext(connection) as captured:
            post(as_owner, what, condition("0", "totalPrice", "gt", "20") | {"do": "filter:add:"})
        return len(captured)

    step = asked("step")
    assert step <= 3
    assert asked("count") == step + 1, "the count, with the time it may take"


def test_a_viewer_may_filter(as_colleague: Client) -> None:
    assert post(as_colleague, "step", {"do": "filter:add:"}).status_code == 200


def test_a_store_is_called_by_its_name_and_asked_for_once_however_often_it_stands_there(
    as_owner: Client, source: Source
) -> None:
    one: dict[str, Any] = {"f.match": "any", "do": "filter:look"}
    many = dict(one)
    for place in range(6):
        many |= condition(str(place), "integration", "equals", source.public_id)
        one |= condition("0", "integration", "equals", source.public_id)
    counts = []
    for data in (one, many):
        with CaptureQueriesContext(connection) as captured:
            text = post(as_owner, "step", data).content.decode()
        assert f"source is {source.name}" in text
        counts.append(sum("orders_source" in query["sql"] for query in captured.captured_queries))
    assert counts == [1, 1]
