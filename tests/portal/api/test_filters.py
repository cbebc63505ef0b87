"""Filters over the API: tried, explained, described; whatever is sent, never a fault of ours."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from automations.services import ensure_defaults
from orders.documents.catalogue import ORDER
from orders.models import Source
from portal.events.dispatch import drain
from portal.filters import codec
from portal.filters.schema import json_schema
from portal.filters.text import to_address
from portal.filters.tree import Condition, Group
from portal.kit import json
from portal.tenancy.models import Membership
from tests.factories import make_order
from tests.portal.api.conftest import Make, Program, keep_view

pytestmark = pytest.mark.django_db
BERLIN = Group("all", (Condition("shippingAddress.city", "equals", "Berlin"), Condition("totalPrice", "gt", 40)))


def test_a_filter_is_told_in_words_and_counted(program: Program, source: Source) -> None:
    make_order(source, 1)
    make_order(source, 2, shippingAddress={"city": "Berlin", "country": "DE"})
    for given_as in (codec.encode(BERLIN), to_address(BERLIN), codec.dumps(BERLIN)):
        answer = program.post("/filters/check", {"entity": "order", "filter": given_as})
        assert (answer.status_code, answer.data) == (
            200,
            {
                "ok": True,
                "problems": [],
                "sentence": "when shipping city is “Berlin” and total is over 40",
                "count": 1,
                "estimated": False,
            },
        )


def test_what_is_wrong_with_a_filter_is_told_with_its_place(program: Program) -> None:
    tree = Group("all", (Group("any", (Condition("status", "equals", "blue"),)), Condition("colour", "is_empty")))
    answer = program.post("/filters/check", {"entity": "orders", "filter": codec.encode(tree)})
    assert (answer.status_code, answer.data["ok"], answer.data["count"]) == (200, False, None)
    assert answer.data["problems"] == [
        {
            "node": "0.0",
            "part": "value",
            "message": "The value is not one of the choices.",
            "cure": "Choose one from the list.",
        },
        {
            "node": "1",
            "part": "field",
            "message": "There is no such field.",
            "cure": "Choose a field from the list.",
        },
    ]


def test_why_tells_what_each_condition_saw_and_what_stood_in_the_way(program: Program, source: Source) -> None:
    make_order(source, 1)
    answer = program.post("/filters/why", {"entity": "order", "id": "ext:1", "filter": codec.encode(BERLIN)})
    assert (answer.status_code, answer.data["outcome"], answer.data["blocker"]) == (200, False, "0")
    assert [(one["outcome"], str(one["seen"])) for one in answer.data["why"]["items"]] == [
        (False, "Reno"),
        (True, "48.20"),
    ]


def test_why_works_for_exceptions_and_runs(program: Program, source: Source) -> None:
    ensure_defaults(source.organization)
    make_order(source, 1)
    drain("automations")
    (run,) = program.get("/runs").data["rows"]
    tree = Group("all", (Condition("status", "equals", "completed"), Condition("ruleId", "equals", run["rule"]["id"])))
    answer = program.post("/filters/why", {"entity": "run", "id": run["runId"], "filter": codec.encode(tree)})
    assert (answer.status_code, answer.data["outcome"]) == (200, True)


def test_why_of_a_wrong_filter_or_of_nothing_is_refused(program: Program, source: Source) -> None:
    make_order(source, 1)
    wrong = program.post("/filters/why", {"entity": "order", "id": "1", "filter": {"version": 9, "root": {}}})
    assert (wrong.status_code, wrong.data["faults"][0]["field"]) == (422, "filter")
    missing = program.post("/filters/why", {"entity": "order", "id": "9", "filter": codec.encode(BERLIN)})
    assert missing.status_code == 404


def test_another_organizations_record_is_not_explained(foreign_program: Program, source: Source) -> None:
    order = make_order(source, 1)
    body = {"entity": "order", "id": order.public_id, "filter": codec.encode(Group())}
    assert foreign_program.post("/filters/why", body).status_code == 404
    count = foreign_program.post("/filters/check", {"entity": "order", "filter": codec.encode(Group())})
    assert count.data["count"] == 0


def test_a_scope_too_few_is_refused(program_with: Make) -> None:
    body = {"entity": "order", "filter": codec.encode(Group())}
    assert program_with("runs:read").post("/filters/check", body).status_code == 403
    assert program_with("orders:read").post("/filters/check", body).status_code == 200


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("", 422, "body"),
        ("{", 400, None),
        ('{"entity": "order", "filter": NaN}', 400, None),
        ('{"entity": "order", "filter": "\ud800"}'.encode("utf-8", "surrogatepass"), 400, None),
        ("[" * 100_000 + "]" * 100_000, 400, None),
        ("[]", 422, "body"),
        ("null", 422, "body"),
        ('{"filter": {}}', 422, "entity"),
        ('{"entity": "planet", "filter": {}}', 422, "entity"),
        ('{"entity": 7, "filter": {}}', 422, "entity"),
        ('{"entity": "order", "filter": {}, "zone": "UTC"}', 422, "zone"),
        ('{"entity": "order"}', 422, "filter"),
        ('{"entity": "order", "filter": "' + "x" * 2_700_000 + '"}', 413, None),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_name(program: Program, body: Any, status: int, field: str) -> None:
    answer = program.post("/filters/check", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert [fault["field"] for fault in answer.data.get("faults", [])][:1] == ([field] if field else [])


BOMBS: dict[str, Any] = {
    "a list of lists": {"version": 1, "root": {"match": "all", "items": [[[]]]}},
    "a megabyte in one value": BERLIN,
    "50,000 nodes": {"version": 1, "root": {"match": "any", "items": [{"field": "email", "operator": "x"}] * 40_000}},
    "a megabyte of values": ("email", "is_one_of", ["x" * 10] * 80_000),
    "a text of a megabyte": ("email", "equals", "x" * 1_000_000),
    "the year 10,000": ("createdAt", "after", "10000-01-01"),
    "the year 0": ("createdAt", "after", "0000-00-00"),
    "a huge number": ("totalPrice", "gt", 10**400),
    "a long span": ("createdAt", "in_last", {"amount": 10**30, "unit": "weeks"}),
    "a pattern that goes back": ("email", "matches", "(a+)+$"),
    "a NUL": ("email", "equals", "a\x00b"),
    "a field with a NUL": ("em\x00ail", "equals", "x"),
    "a value of an object": ("email", "equals", {"$ne": None}),
    "a value of a list in a list": ("email", "is_one_of", [["x"]]),
    "true": ("totalPrice", "equals", True),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_a_place_and_a_cure(program: Program, source: Source, name: str) -> None:
    tree = BOMBS[name]
    if isinstance(tree, tuple):
        field, operator, value = tree
        items = [{"field": field, "operator": operator, "value": value}]
        tree = {"version": 1, "root": {"match": "all", "items": items}}
    elif isinstance(tree, Group):
        tree = to_address(tree) + "A" * 1_000_000
    answer = program.post("/filters/check", {"entity": "order", "filter": tree})
    assert (answer.status_code, answer.data["ok"]) == (200, False)
    assert all(one["message"] and one["cure"] for one in answer.data["problems"])
    assert len(answer.content) < 300_000


@pytest.mark.parametrize(("depth", "status"), [(30, 200), (400, 200), (1_000, 400), (50_000, 400)])
def test_however_deep_a_filter_is_it_is_refused(program: Program, depth: int, status: int) -> None:
    group = '{"match": "all", "items": ['
    tree = f'{{"version": 1, "root": {group * depth}{"]}" * depth}}}'
    answer = program.post("/filters/check", f'{{"entity": "order", "filter": {tree}}}')
    assert answer.status_code == status
    if status == 200:
        (problem,) = answer.data["problems"]
        assert problem["message"] == "Groups are nested more than 20 deep."
        assert problem["node"] == ".".join(["0"] * 21)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["status", "equals", "new", "lineItems.sku", "any", "all", "2026-01-05", "__proto__", "{{7*7}}"]),
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["version", "root", "match", "items", "lines", "field", "operator", "value", "measure",
                             "where", "amount", "unit", "x"]), inner, max_size=5,
        ),
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything, st.booleans())
def test_nothing_that_is_json_breaks_the_reader(program: Program, data: Any, wrapped: bool) -> None:
    tree = {"version": 1, "root": {"match": "all", "items": [data]}} if wrapped else data
    answer = program.post("/filters/check", {"entity": "order", "filter": tree})
    assert answer.status_code in (200, 422, 429), answer.content
    if answer.status_code == 200 and not answer.data["ok"]:
        assert all(one["message"] and one["cure"] for one in answer.data["problems"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace").decode()),
    st.sampled_from(["filter", "f", "q", "sort", "view", "after", "count", "total", "x"]),
)
def test_nothing_in_an_address_breaks_a_list(program: Program, text: str, name: str) -> None:
    answer = program.get("/orders", {name: text})
    assert answer.status_code in (200, 400, 422, 429), answer.content


def test_the_catalogue_tells_fields_operators_and_choices(program: Program, source: Source) -> None:
    told = program.get("/fields/order").data
    fields = {field["path"]: field for field in told["fields"]}
    assert set(fields) == {field.path for field in ORDER}
    status = fields["status"]
    assert (status["label"], status["type"], status["group"]) == ("Status", "enum", "Order")
    assert {"value": "onHold", "label": "On hold"} in status["choices"]
    assert "equals" in status["operators"]
    assert told["operators"]["between"]["takes"] == "two"
    assert fields["integration"]["suggestions"] == [{"value": source.public_id, "label": "Tea shop"}]
    assert fields["lineItems.sku"]["line"] is True
    assert "total" in told["sorts"]
    assert program.get("/fields/orders").data == told


def test_the_views_of_a_list_are_told_as_trees_and_in_words(program: Program, owner: Membership) -> None:
    keep_view(owner, "Dear", "f=totalPrice~gt~100&sort=-total")
    keep_view(owner, "Broken", "f=colour~equals~red")
    views = {view["name"]: view for view in program.get("/views/orders").data["views"]}
    dear, broken = views["Dear"], views["Broken"]
    assert (dear["sentence"], dear["sort"], dear["shared"]) == ("when total is over 100", "-total", True)
    assert codec.decode(dear["filter"]).items == (Condition("totalPrice", "gt", 100),)
    assert (broken["filter"], broken["problems"][0]["message"]) == (None, "There is no such field.")
    assert (views["On hold"]["key"], views["On hold"]["shared"]) == ("on-hold", False)
    refused = program.get("/orders", {"view": "Broken"})
    assert (refused.status_code, refused.data["faults"][0]["field"]) == (422, "view")


def test_the_schemas_are_for_everybody_and_to_be_kept(db: None) -> None:
    for path, expected in (("filter.json", json_schema()), ("filter/order.json", json_schema(ORDER))):
        answer = Client().get(f"/api/v1/schemas/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
        assert "public" in answer["Cache-Control"]
        assert "max-age=3600" in answer["Cache-Control"]
        schema = json.loads(answer.content)
        assert schema.pop("$id") == f"http://testserver/api/v1/schemas/{path}"
        assert schema == expected
        Draft202012Validator.check_schema(schema)


def test_the_command_prints_the_same_schemas(db: None) -> None:
    for words, expected in (([], json_schema()), (["order"], json_schema(ORDER))):
        out = StringIO()
        call_command("filter_schema", *words, stdout=out)
        assert json.loads(out.getvalue()) == expected
    with pytest.raises(CommandError, match=r"Entities are: exception, .+, order, product, run, shippingRequest"):
        call_command("filter_schema", "planet")
