"""The page of a run: what happened, what was seen, where it failed, what became of it, what stands around it."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.documents import matched_fields
from automations.models import Rule, Run
from automations.shown import run as shown
from orders.lifecycle import edits
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.kit.clock import database_now
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def tree(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"version": 1, "root": {"match": "all", "items": [{"field": field, "operator": operator, "value": value}]}}


def act(key: str, *, off: bool = False, **settings: Any) -> ActionSpec:
    return ActionSpec(key=key, settings=settings, off=off)


def ran(source: Source, *actions: ActionSpec, trigger: str = "NEW_ORDER", **filter: Any) -> Run:
    """Return the run of a rule with this filter and these actions on #1001."""
    definition = Definition(name="The rule", filter=FilterSpec(**filter), actions=actions or (act("cancel"),))
    rule = services.create_rule(source.organization, trigger, definition, by=ANN)
    services.set_enabled(rule, True, by=ANN)
    make_order(source)
    drain("automations")
    run: Run = Run.across.select_related("rule_version", "organization").get(rule=rule)
    return run


def page_of(client: Client, run: Run) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(f"/automations/history/{run.public_id}/").content.decode())
    return re.sub(r"\s+", " ", text)


# one sentence


def test_a_completed_run_says_what_was_done(source: Source) -> None:
    run = ran(source, act("hold", minutes=30), act("cancel"), tree=tree("totalPrice", "gt", 40))
    assert shown.sentence(run) == (
        "“The rule” matched #1001 and did this: "
        "hold 30 minutes from when it was ingested, then ready for fulfillment, then cancel."
    )


def test_a_run_of_code_that_failed_says_why(source: Source) -> None:
    run = ran(source, kind="code", code="return entity.nothing.here")
    told = shown.sentence(run)
    assert told.startswith("“The rule” could not be judged on #1001: Line 1: TypeError: Cannot read properties of")


def test_a_refused_run_says_that_nothing_was_done(source: Source) -> None:
    run = ran(source, act("update_by_code", code="return { totalPrice: 1 }"))
    assert run.status == "refused"
    assert shown.sentence(run).startswith("“The rule” matched #1001, and nothing was done: ")


def test_a_run_whose_action_failed_says_so(source: Source) -> None:
    run = ran(source, act("update_by_code", code="throw new Error('no stock')"))
    assert run.status == "failed"
    assert shown.sentence(run).startswith("“The rule” matched #1001, and then failed; nothing was done: ")


def test_a_run_whose_actions_were_all_off_says_so(run: Run) -> None:
    run.trace["actions"][0]["outcome"] = "off"
    assert shown.sentence(run) == "“Default rule” matched #1001, and no action was to be done."


def test_a_run_of_a_rule_that_only_watches_says_what_it_would_have_done(run: Run) -> None:
    run.trace["actions"][0]["outcome"] = "watched"
    assert "matched #1001. It only watches; it would have done this: hold 10 minutes" in shown.sentence(run)


def test_a_run_that_waits_says_so(run: Run) -> None:
    run.status = "waiting"
    assert shown.sentence(run).startswith("“Default rule” matched #1001 and waits for its condition: hold 10 minutes")


@pytest.fixture
def run(source: Source) -> Run:
    """The default rule's run on #1001."""
    services.ensure_defaults(source.organization)
    make_order(source)
    drain("automations")
    found: Run = Run.across.select_related("rule", "rule_version", "rule_set_version", "organization").get()
    return found


# what was seen and done


def test_the_page_shows_each_condition_with_the_value_it_saw(as_owner: Client, source: Source) -> None:
    page = page_of(as_owner, ran(source, tree=tree("totalPrice", "gt", 40)))
    assert "when total is over 40" in page
    assert "total is over 40 saw 48.20" in page


def test_the_page_shows_before_and_after_of_each_field(as_owner: Client, source: Source) -> None:
    tags = act("update_property", path="tags", operation="ADD_ARRAY_ITEMS", values=["dear"])
    page = page_of(as_owner, ran(source, tags, act("cancel")))
    assert re.search(r"Tags \[ &quot;vip&quot; \] \[ &quot;vip&quot;, &quot;dear&quot; \]", page)
    assert "Status New Canceled" in page


def test_the_page_shows_what_was_left_because_a_person_has_set_it(as_owner: Client, source: Source) -> None:
    tags = act("update_property", path="tags", operation="ADD_ARRAY_ITEMS", values=["dear"])
    definition = Definition(name="Tag it", actions=(tags,))
    services.set_enabled(services.create_rule(source.organization, "UPDATED_ORDER", definition, by=ANN), True, by=ANN)
    order = make_order(source)
    edits.set_fields(order.pk, {"tags": ["mine"]}, by=ANN)
    edits.move(order.pk, "ready", by=ANN)
    drain("automations")
    run = Run.across.get(rule_name="Tag it")
    assert "Tags was left as Ann has set it." in page_of(as_owner, run)


def test_the_page_shows_notes_console_and_actions_that_are_off(as_owner: Client, source: Source) -> None:
    code = "console.log('pieces', 2); return { tags: ['x'] }"
    page = page_of(
        as_owner,
        ran(source, act("add_note", text="Total {{ totalPrice }}"), act("update_by_code", code=code),
            act("cancel", off=True)),
    )  # fmt: skip
    assert "Total 48.20" in page
    assert "Console pieces 2" in page
    assert "Cancel order Switched off" in page


def test_the_page_shows_the_code_around_the_line_that_failed(as_owner: Client, source: Source) -> None:
    lines = [f"const n{number} = {number}" for number in range(1, 12)]
    lines[6] = "return entity.nothing.here"
    run = ran(source, kind="code", code="\n".join(lines))
    (excerpt,) = shown.excerpts(run.trace, Definition.model_validate(run.rule_version.definition))
    assert [(line.number, line.wrong) for line in excerpt.lines] == [
        (4, False), (5, False), (6, False), (7, True), (8, False), (9, False), (10, False),
    ]  # fmt: skip
    assert excerpt.shortened
    page = page_of(as_owner, run)
    assert "7 return entity.nothing.here here it failed" in page
    assert "All of the code" in page


def test_the_code_of_an_action_is_shown_where_it_failed(source: Source) -> None:
    run = ran(source, act("update_by_code", code="const a = 1\nthrow new Error('no')"))
    (excerpt,) = shown.excerpts(run.trace, Definition.model_validate(run.rule_version.definition))
    assert (excerpt.title, [line.text for line in excerpt.lines if line.wrong]) == (
        "Update order by code", ["throw new Error('no')"],
    )  # fmt: skip


def test_the_time_is_told_apart_from_the_wait(source: Source) -> None:
    run = ran(source, act("update_by_code", code="return { tags: [] }"), kind="code", code="return true")
    run.micros = 12_345
    run.trace["filter"] |= {"micros": 900, "waitedMicros": 4_000}
    run.trace["actions"][0] |= {"micros": 1_500, "waitedMicros": 0}
    assert [(one.label, one.told, one.apart) for one in shown.spent(run)] == [
        ("The whole rule", "12.3 ms", False),
        ("of it the filter's code", "900 µs", False),
        ("of it the actions' code", "1.5 ms", False),
        ("Before it: waiting for its turn", "4.0 ms", True),
    ]


# what became of it, and what stands around it


def test_the_page_shows_what_was_sent_and_what_became_of_it(as_owner: Client, run: Run) -> None:
    trace = run.trace
    trace["actions"][0]["notes"] = ["To Ann", "To Ann again"]
    Run.across.filter(pk=run.pk).update(trace=trace)
    made = {"organization": run.organization, "payload": {"to": "ann@example.com", "text": "hush-4711"}}
    for number, state in enumerate(("done", "parked")):
        at = database_now() if state == "done" else None
        error = "The mail server says no: sy_0123456789abcdef_" + "a" * 64 if state == "parked" else ""
        key = f"run:{run.public_id}:{number}"
        Delivery.across.create(kind="email", key=key, state=state, done_at=at, last_error=error, attempts=2, **made)
    Delivery.across.create(kind="email", key="run:ffffffffffffffff:0", **made)
    page = page_of(as_owner, run)
    assert "E-mail to ann@example.com Delivered" in page
    assert "E-mail to ann@example.com Set aside tried 2 times The mail server says no: sy_0123456789abcdef_••••" in page
    document = as_owner.get(f"/automations/history/{run.public_id}/json/").content.decode()
    assert [one["state"] for one in json.loads(document)["deliveries"]] == ["done", "parked"]
    assert "hush-4711" not in page + document


def test_the_page_shows_the_hold_and_how_it_ended(as_owner: Client, run: Run) -> None:
    assert "Hold Still open" in page_of(as_owner, run)
    edits.move(run.entity_id, "ready", by=ANN)
    assert "Hold The order went on otherwise" in page_of(as_owner, run)


def test_the_runs_of_an_event_stand_in_their_order(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    run = ran(source, kind="code", code="return entity.nothing.here")
    page = page_of(as_owner, run)
    listed = page[page.index("Rules that this event ran, in their order") :]
    assert listed.index("The rule") < listed.index("Default rule")


def test_the_page_leads_to_the_exception_that_was_raised(as_owner: Client, source: Source) -> None:
    run = ran(source, kind="code", code="return entity.nothing.here")
    assert "Exception Rule “The rule” could not do its work on #1001 Active" in page_of(as_owner, run)


def test_the_record_is_shown_as_the_rule_saw_it(as_owner: Client, run: Run) -> None:
    edits.move(run.entity_id, "ready", by=ANN)
    text = as_owner.get(f"/automations/history/{run.public_id}/record/").content.decode()
    assert "&quot;status&quot;: &quot;new&quot;" in text
    assert Order.across.get().status == "readyForFulfillment"


def test_a_record_that_is_gone_is_said_to_be(as_owner: Client, run: Run) -> None:
    Run.across.filter(pk=run.pk).update(entity_id=0)
    text = as_owner.get(f"/automations/history/{run.public_id}/record/").content.decode()
    assert "The record is not here any more." in text
    assert as_owner.get(f"/automations/history/{run.public_id}/").status_code == 200


def test_the_arrows_lead_through_runs_of_the_same_moment(as_owner: Client, run: Run) -> None:
    twins = [Run.across.get(pk=run.pk) for _ in range(2)]
    for number, twin in enumerate(twins):
        twin.pk, twin.public_id, twin.event_id = None, f"{number:016x}", None
        twin.save()
    middle = as_owner.get("/automations/history/0000000000000000/").content.decode()
    assert f'href="/automations/history/{run.public_id}/" aria-label="Previous run"' in middle
    assert 'href="/automations/history/0000000000000001/" aria-label="Next run"' in middle


def test_a_rule_that_cannot_be_read_any_more_has_a_page_all_the_same(as_owner: Client, run: Run) -> None:
    version = run.rule_version
    version.definition = {"name": "Default rule", "magic": True}
    version.save(update_fields=["definition"])
    Run.across.filter(pk=run.pk).update(trigger="GONE", entity_type="dream", status="failed", trace={})
    assert "“Default rule” could not be judged on #1001" in page_of(as_owner, run)
    assert as_owner.get("/automations/history/").status_code == 200
    assert as_owner.get(f"/automations/history/{run.public_id}/json/").status_code == 200


# the document


def test_the_document_tells_filters_matched_fields_actions_and_versions(as_owner: Client, source: Source) -> None:
    run = ran(source, tree=tree("totalPrice", "gt", 40))
    told = json.loads(as_owner.get(f"/automations/history/{run.public_id}/json/").content)
    assert told["rule"]["filter"]["tree"]["root"]["items"][0]["field"] == "totalPrice"
    assert told["matchedFields"] == [{"field": "totalPrice", "text": "total is over 40", "seen": 48.20}]
    assert [one["key"] for one in told["trace"]["actions"]] == ["cancel"]
    assert (told["rule"]["version"], told["ruleListVersion"], told["entity"]["version"]) == (1, 2, 1)
    assert told["input"]["source"] == source.public_id
    assert told["judgedAt"] < told["createdAt"]


def test_matched_fields_are_the_conditions_that_held_at_any_depth() -> None:
    def leaf(field: str, outcome: bool) -> dict[str, Any]:
        return {"field": field, "text": field, "seen": 1, "outcome": outcome}

    rows = [{"line": 0, "outcome": True, "items": [leaf("lineItems.sku", True), leaf("lineItems.name", False)]}]
    group = {"match": "any", "lines": "any", "outcome": True, "rows": rows}
    why = {"match": "all", "outcome": True, "items": [leaf("tags", True), leaf("email", False), group]}
    assert [one["field"] for one in matched_fields({"filter": {"why": why}})] == ["tags", "lineItems.sku"]
    assert list(matched_fields({"filter": {"kind": "code"}})) == []


def test_settings_of_actions_stay_out_of_the_document(as_owner: Client, source: Source) -> None:
    run = ran(source, act("notify_email", recipients=["ann@example.com"], subject="Look", body="hush-4711"))
    document = as_owner.get(f"/automations/history/{run.public_id}/json/").content.decode()
    assert "hush-4711" not in document


def test_a_rule_since_changed_is_linked_to_its_difference(as_owner: Client, run: Run) -> None:
    rule = Rule.across.select_related("current", "organization").get(pk=run.rule_id)
    assert rule.current is not None
    changed = Definition.model_validate(rule.current.definition).model_copy(update={"description": "Changed."})
    services.save_rule(rule, changed, by=ANN)
    page = as_owner.get(f"/automations/history/{run.public_id}/").content.decode()
    assert f"/automations/rules/{rule.public_id}/compare/?from=1&amp;to=2" in page
