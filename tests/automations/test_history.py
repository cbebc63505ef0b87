"""The list of runs: its columns, what it can be asked, what its search finds and says, its figures."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.lists.runs import run_list
from automations.models import Rule, Run
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.filters.tree import Condition, FieldRef, Group
from portal.kit.clock import now
from portal.tenancy.models import Organization
from portal.ui.list_state import State
from tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
HISTORY = "/automations/history/"


def add_rule(organization: Organization, name: str, *actions: ActionSpec, code: str = "", enabled: bool = True) -> Rule:
    kind: Any = "code" if code else "simple"
    definition = Definition(name=name, filter=FilterSpec(kind=kind, code=code), actions=actions)
    rule = services.create_rule(organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(rule, enabled, by=ANN)


@pytest.fixture
def runs(source: Source) -> list[Run]:
    """#1 to #3 held by the default rule; before it a rule failed on each of them."""
    services.ensure_defaults(source.organization)
    add_rule(source.organization, "Careful café", ActionSpec(key="cancel"), code="return entity.nothing.here")
    make_orders(source, (1, 2, 3))
    drain("automations")
    return list(Run.across.order_by("pk"))


def found(organization: Organization, text: str) -> tuple[list[tuple[str, str]], str]:
    """Return (record, rule) of what a search finds, and its sentence."""
    answer = run_list().found(organization, State(q=text))
    rows = answer.rows.order_by("pk")
    return [(run.entity_label, run.rule_name) for run in rows], answer.sentence(rows.count(), False)


def reasons(organization: Organization, text: str) -> list[tuple[str, str]]:
    answer = run_list().found(organization, State(q=text))
    records = list(answer.rows.order_by("pk"))
    return [(match.label, match.value) for match in answer.matched(records).get(records[0].pk, ())]


# columns


def test_every_column_of_the_history_has_its_value(as_owner: Client, runs: list[Run]) -> None:
    address = f"{HISTORY}.csv?columns={','.join(run_list().by_key)}&sort=created"
    response = as_owner.get(address)
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    first = next(row for row in rows if row["Run ID"] == runs[0].public_id)
    order = Order.across.get(pk=runs[0].entity_id)
    assert {key: value for key, value in first.items() if key not in ("Created", "Updated", "Microseconds")} == {
        "Run ID": runs[0].public_id,
        "Entity": order.ext_order_id,
        "Entity ID": order.public_id,
        "Status": "Failed",
        "Trigger": "New order",
        "Automation": "NEW_ORDER",
        "Rule": "Careful café",
        "Rule version": "1",
        "Error message": runs[0].error,
        "Started by": "An event",
        "JSON": f"/automations/history/{runs[0].public_id}/json/",
    }
    assert "line 1" in runs[0].error


def test_entity_automation_and_rule_lead_to_their_pages(as_owner: Client, runs: list[Run]) -> None:
    page = as_owner.get(HISTORY).content.decode()
    assert f'href="/orders/{runs[0].entity_public_id}"' in page
    assert 'href="/automations/?trigger=NEW_ORDER"' in page
    assert f'href="/automations/rules/{runs[0].rule.public_id}/"' in page
    assert f'hx-get="/automations/history/{runs[0].public_id}/document/"' in page


def test_a_deleted_rule_is_named_and_leads_nowhere(as_owner: Client, runs: list[Run]) -> None:
    services.delete_rule(runs[0].rule, by=ANN)
    page = as_owner.get(HISTORY).content.decode()
    assert f"/automations/rules/{runs[0].rule.public_id}/" not in page
    assert "version 1, deleted" in page


def test_the_end_of_the_history_says_how_long_runs_are_kept(
    as_owner: Client, runs: list[Run], settings: Settings
) -> None:
    settings.RUNS_KEPT_DAYS = 90
    page = " ".join(as_owner.get(HISTORY).content.decode().split())
    assert "History ends here: runs are kept for 90 days, longer while an open hold" in page
    assert "The oldest: <time" in page


def test_an_empty_history_says_what_will_stand_here(as_owner: Client) -> None:
    page = as_owner.get(HISTORY).content.decode()
    assert "No rule has run yet" in page


# filters


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("f=status~is_one_of~failed", 3),
        ("f=status~is_one_of~completed~waiting", 3),
        ("f=status~equals~refused", 0),
        ("f=entity.type~is_one_of~order", 6),
        ("f=trigger~equals~NEW_ORDER", 6),
        ("f=origin~equals~replay", 0),
        ("f=rule.version~gt~0", 6),
        ("f=createdAt~in_last~1~hours", 6),
        ("f=updatedAt~older_than~1~hours", 0),
        ("view=failed", 3),
        ("view=refused", 0),
        ("view=waiting", 0),
    ],
)
def test_the_history_is_narrowed_by_each_field(as_owner: Client, runs: list[Run], query: str, count: int) -> None:
    assert json.loads(as_owner.get(f"{HISTORY}.json?{query}").content)["count"] == count


def test_a_filter_by_rule_offers_and_tells_its_name(as_owner: Client, runs: list[Run]) -> None:
    page = as_owner.get(f"{HISTORY}?f=ruleId~equals~{runs[0].rule.public_id}").content.decode()
    assert "Careful café" in page
    assert "rows 1–3 of 3" in " ".join(page.replace("<strong>", "").replace("</strong>", "").split())


def test_a_filter_by_record_finds_its_runs_and_those_of_no_other(as_owner: Client, runs: list[Run]) -> None:
    one, two = (Order.across.get(ext_order_id=number).public_id for number in ("#1", "#2"))
    address = f"{HISTORY}.json?f=entityId~"
    assert json.loads(as_owner.get(f"{address}equals~{one.upper()}").content)["count"] == 2
    assert json.loads(as_owner.get(f"{address}is_one_of~{one}~{two}").content)["count"] == 4
    assert json.loads(as_owner.get(f"{address}is_not_one_of~{one}~{two}").content)["count"] == 2
    assert json.loads(as_owner.get(f"{address}equals~{one}&f=entityId~equals~{two}").content)["count"] == 0


def test_a_rule_compared_with_another_field_is_not_taken_for_a_rule(
    organization: Organization, runs: list[Run]
) -> None:
    tree = Group("all", (Condition("ruleId", "equals", FieldRef("entityId")),))
    assert not run_list().filtered(organization, State(tree=tree), dt.UTC, now()).exists()
    differs = Group("none", (Condition("ruleId", "equals", FieldRef("entityId")),))
    assert run_list().filtered(organization, State(tree=differs), dt.UTC, now()).count() == 6


def test_the_advanced_filter_of_the_history_says_itself_in_a_sentence(as_owner: Client, runs: list[Run]) -> None:
    page = as_owner.get("/filters/history?f=status~is_one_of~failed").content.decode()
    assert "When status is Failed" in page


def test_the_advanced_filter_explains_why_a_run_is_among_the_rows(as_owner: Client, runs: list[Run]) -> None:
    body = {
        "f.match": "all",
        "f.0.field": "status",
        "f.0.operator": "equals",
        "f.0.value": "completed",
        "record": runs[0].public_id,
    }
    page = as_owner.post("/filters/history/why", body, headers={"HX-Request": "true"}).content.decode()
    assert "status is Completed" in page
    assert "<code>failed</code>" in page


# the search box


def test_a_run_is_found_by_its_id(organization: Organization, runs: list[Run]) -> None:
    told, sentence = found(organization, runs[4].public_id.upper())
    assert told == [(runs[4].entity_label, runs[4].rule_name)]
    assert sentence == "1 run with exactly this ID or number"
    assert reasons(organization, runs[4].public_id) == [("Run ID", "")]


@pytest.mark.parametrize("typed", ["#2", "2"])
def test_the_runs_of_a_record_are_found_by_its_number(organization: Organization, runs: list[Run], typed: str) -> None:
    assert {record for record, _rule in found(organization, typed)[0]} == {"#2"}
    assert len(found(organization, typed)[0]) == 2
    assert reasons(organization, typed) == [("Entity", "#2")]


def test_the_runs_of_a_record_are_found_by_its_id(organization: Organization, runs: list[Run]) -> None:
    order = Order.across.get(ext_order_id="#3")
    assert len(found(organization, order.public_id)[0]) == 2
    assert reasons(organization, order.public_id) == [("Entity ID", "")]


def test_runs_are_found_by_the_id_of_their_rule(organization: Organization, runs: list[Run]) -> None:
    rule = Rule.across.get(name="Careful café")
    assert {name for _record, name in found(organization, rule.public_id)[0]} == {"Careful café"}


def test_a_search_that_nothing_is_exactly_looks_for_beginnings(organization: Organization, source: Source) -> None:
    services.ensure_defaults(organization)
    make_orders(source, (770, 771))
    drain("automations")
    told, sentence = found(organization, "77")
    assert told == [("#770", "Default rule"), ("#771", "Default rule")]
    assert sentence == "2 runs whose record's number begins with it, or whose rule or error has it"
    assert reasons(organization, "77") == [("Entity", "#770")]


@pytest.mark.parametrize("typed", ["careful", "CAFE", "l café"])
def test_runs_are_found_by_the_name_of_their_rule(organization: Organization, runs: list[Run], typed: str) -> None:
    assert [rule for _record, rule in found(organization, typed)[0]] == ["Careful café"] * 3
    assert reasons(organization, typed) == [("Rule", "Careful café")]


def test_a_rule_is_found_by_the_name_it_had_and_by_the_one_it_has(organization: Organization, runs: list[Run]) -> None:
    rule = Rule.across.select_related("current", "organization").get(name="Careful café")
    assert rule.current is not None
    renamed = Definition.model_validate(rule.current.definition).model_copy(update={"name": "Second look"})
    services.save_rule(rule, renamed, by=ANN)
    assert len(found(organization, "careful")[0]) == 3
    assert len(found(organization, "second")[0]) == 3
    assert reasons(organization, "second") == [("Rule, now called", "Second look")]


def test_runs_are_found_by_the_words_of_their_error(organization: Organization, runs: list[Run]) -> None:
    assert len(found(organization, "UNDEFINED")[0]) == 3
    ((label, shown),) = reasons(organization, "undefined")
    assert label == "Error"
    assert "undefined" in shown
    assert len(shown) < len(runs[0].error)


def test_a_search_never_leaves_the_organization(
    organization: Organization, runs: list[Run], stranger: Any, as_stranger: Client
) -> None:
    for typed in (runs[0].public_id, "#2", "careful", "undefined", Order.across.get(ext_order_id="#1").public_id):
        assert found(stranger.organization, typed)[0] == []
        assert json.loads(as_stranger.get(f"{HISTORY}.json", {"q": typed}).content)["count"] == 0


@pytest.mark.parametrize("typed", ["*", "  ", "%", "_", "'", "\\", "(", "🙂"])
def test_odd_texts_are_searched_like_any_other(as_owner: Client, runs: list[Run], typed: str) -> None:
    assert as_owner.get(HISTORY, {"q": typed}).status_code == 200


def test_the_list_says_what_matched(as_owner: Client, runs: list[Run]) -> None:
    page = as_owner.get(HISTORY, {"q": "careful"}).content.decode()
    assert '<span class="row-match">Rule <b>Careful café</b></span>' in page
    assert "3 runs whose record&#x27;s number begins with it" in page


# found from elsewhere


def test_the_order_page_shows_the_rules_that_ran_on_it(as_owner: Client, runs: list[Run]) -> None:
    page = as_owner.get(f"/orders/{runs[0].entity_public_id}").content.decode()
    assert f"/automations/history/{runs[0].public_id}/" in page
    assert "Careful café" in page


def test_runs_are_found_from_the_exception_that_they_raised(runs: list[Run]) -> None:
    from automations.panels import runs_of_exception

    exception = OrderException.across.select_related("organization").get(
        type="rule_failed", entity_id=runs[0].entity_id
    )
    assert [run.public_id for run in runs_of_exception(exception)["runs"]] == [runs[0].public_id]


def test_an_exception_without_a_rule_has_no_runs(runs: list[Run], organization: Organization) -> None:
    from automations.panels import runs_of_exception

    raise_exceptions([Problem("record_refused", organization.pk, "k", "Broken", "It is broken")])
    assert runs_of_exception(OrderException.across.get(type="record_refused")) == {}


# figures


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured.captured_queries)


def test_the_history_costs_the_same_queries_for_many_rows_as_for_one(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    make_order(source, 1)
    drain("automations")
    few = queries(as_owner, HISTORY)
    make_orders(source, range(2, 45))
    drain("automations")
    assert queries(as_owner, HISTORY) == few == 9


def test_the_list_reads_no_traces(organization: Organization) -> None:
    sql = str(run_list().rows(organization).query)
    assert not [column for column in ("trace", "input", "definition") if f'"{column}"' in sql]


def test_a_search_costs_a_handful_of_queries_more(as_owner: Client, runs: list[Run]) -> None:
    assert queries(as_owner, f"{HISTORY}?q=%232") <= 12
    assert queries(as_owner, f"{HISTORY}?q=careful") <= 14


def test_the_page_of_a_run_costs_what_is_written_down(as_owner: Client, runs: list[Run]) -> None:
    assert queries(as_owner, reverse("automations:run", args=[runs[0].public_id])) == 13
