"""Rules over exceptions: what fires them, what they may do, and that they do not fire themselves."""

from typing import Any

import pytest
from django.test import Client

from automations import services
from automations.actions.set_exception_status import SET_EXCEPTION_STATUS, StatusSettings
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.actions import Context
from automations.engine.entities import NoSuchRecord, entities
from automations.engine.plan import Remark, SetState
from automations.engine.related import load_related
from automations.engine.triggers import triggers
from automations.models import Rule, Run
from orders.documents.exception import catalogue
from orders.exceptions import settle
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Event, Handoff
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from portal.kit.clock import now
from portal.tenancy.models import Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def a_rule(
    organization: Organization, *conditions: Condition, trigger: str = "EXCEPTION_MODIFIED", **values: Any
) -> Rule:
    told: dict[str, Any] = {
        "name": "Dismiss",
        "filter": FilterSpec(tree=encode(Group("all", conditions))),
        "actions": (ActionSpec(key="set_exception_status", settings={"status": "dismissed"}),),
    }
    rule = services.create_rule(organization, trigger, Definition(**(told | values)), by=ANN)
    return services.set_enabled(rule, True, by=ANN)


def problem(source: Source, key: str = "k", **values: Any) -> Problem:
    told: dict[str, Any] = {"type": "record_refused", "title": "It failed", "message": "Line 3"}
    return Problem(organization_id=source.organization_id, cause_key=key, **(told | values))


def test_a_rule_dismisses_what_is_raised_and_matches(source: Source) -> None:
    rule = a_rule(source.organization, Condition("message", "contains", "line 3"))
    raise_exceptions([problem(source), problem(source, "other", message="Line 4")])
    drain("automations")
    states = dict(OrderException.across.values_list("cause_key", "state"))
    assert states == {"k": "dismissed", "other": "active"}
    run = Run.across.get()
    one = OrderException.across.get(cause_key="k")
    assert (run.entity_type, run.entity_public_id, run.status, run.trigger) == (
        "exception", one.public_id, "completed", "EXCEPTION_MODIFIED",
    )  # fmt: skip
    row = History.across.get(entity_type="exception", verb="dismissed")
    assert (row.actor_id, row.run_id, row.version) == (f"{rule.public_id}:1", run.pk, 2)
    assert one.closed_by == "Dismiss"


def test_the_page_of_an_exception_names_the_rule_that_closed_it(as_owner: Client, source: Source) -> None:
    a_rule(source.organization)
    raise_exceptions([problem(source)])
    drain("automations")
    page = as_owner.get(f"/exceptions/{OrderException.across.get().public_id}").content.decode()
    assert f"/automations/history/{Run.across.get().public_id}/" in page
    assert "Dismissed by “Dismiss”." in page


def test_what_a_rule_does_fires_no_rule(source: Source) -> None:
    a_rule(source.organization)
    raise_exceptions([problem(source)])
    drain("automations")
    assert Event.across.filter(name="exception.modified").count() == 1
    assert drain("automations") == 0
    assert Run.across.count() == 1


def test_without_a_rule_nothing_is_handed_over(source: Source) -> None:
    raise_exceptions([problem(source)])
    assert Event.across.filter(name="exception.modified").count() == 1
    assert Handoff.across.count() == 0


def test_a_repeat_that_is_told_fires_with_what_it_was_before(source: Source) -> None:
    a_rule(source.organization, Condition("title", "changed"))
    raise_exceptions([problem(source)])
    raise_exceptions([problem(source)])
    drain("automations")
    assert Run.across.count() == 0
    raise_exceptions([problem(source, title="It fails differently")])
    drain("automations")
    assert Run.across.get().trigger == "EXCEPTION_MODIFIED"


def test_an_exception_that_somebody_has_closed_meanwhile_is_left_alone(source: Source) -> None:
    a_rule(source.organization)
    raise_exceptions([problem(source)])
    settle.settle(OrderException.across.get(), "resolved", by=ANN)
    drain("automations")
    assert (Run.across.count(), OrderException.across.get().state) == (0, "resolved")


def test_the_second_of_two_rules_sees_a_closed_exception_and_is_not_asked(source: Source) -> None:
    a_rule(source.organization)
    a_rule(source.organization, name="Second")
    raise_exceptions([problem(source)])
    drain("automations")
    assert list(Run.across.values_list("rule_name", flat=True)) == ["Dismiss"]


def test_a_rule_may_be_limited_to_the_store_of_the_order(source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Other", connector="ecwid")
    a_rule(source.organization, sources=(other.public_id,))
    here, there = make_order(source, 1), make_order(other, 2)
    raise_exceptions(
        [
            problem(source, str(one.pk), type="rule_failed", entity_type="order", entity_id=one.pk)
            for one in (here, there)
        ]
    )
    drain("automations")
    assert OrderException.across.get(state="dismissed").entity_id == there.pk


def test_a_rule_that_fails_on_an_exception_does_not_fail_on_what_tells_of_it(source: Source) -> None:
    a_rule(source.organization, filter=FilterSpec(kind="code", code="throw new Error('no')"))
    raise_exceptions([problem(source)])
    for _ in range(3):
        drain("automations")
    failed = OrderException.across.get(type="rule_failed")
    assert (failed.entity_type, OrderException.across.count()) == ("exception", 2)
    assert Run.across.count() == 1


def test_code_sees_the_document_and_the_order(source: Source) -> None:
    code = "return entity.state === 'active' && related.order.extOrderId === '#1001'"
    a_rule(source.organization, filter=FilterSpec(kind="code", code=code))
    order = make_order(source)
    concerning: dict[str, Any] = {"type": "rule_failed", "entity_type": "order", "entity_id": order.pk}
    raise_exceptions([problem(source, **concerning)])
    drain("automations")
    assert OrderException.across.get().state == "dismissed"


def test_the_order_is_loaded_only_for_exceptions_of_orders(source: Source) -> None:
    order = make_order(source)
    raise_exceptions([problem(source), problem(source, "o", entity_type="order", entity_id=order.pk)])
    entity = entities.get("exception")
    records = list(entity.load(source.organization, OrderException.across.values_list("pk", flat=True)).values())
    told = load_related(source.organization, "exception", frozenset({"order"}), records)
    ids = dict(OrderException.across.values_list("cause_key", "pk"))
    assert {pk: list(one) for pk, one in told.items()} == {ids["k"]: [], ids["o"]: ["order"]}


def test_a_note_goes_into_the_activity(source: Source) -> None:
    settings = {"status": "resolved", "note": "Known: the store is being moved."}
    a_rule(source.organization, actions=(ActionSpec(key="set_exception_status", settings=settings),))
    raise_exceptions([problem(source)])
    drain("automations")
    rows = History.across.filter(entity_type="exception").order_by("id").values_list("verb", "summary")
    assert list(rows) == [
        ("raised", "Raised: It failed"),
        ("resolved", "Marked as resolved by “Dismiss”."),
        ("noted", "Known: the store is being moved."),
    ]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "resolve the exception"),
        ({"status": "dismissed"}, "dismiss the exception"),
        ({"note": " known "}, "resolve the exception, with a note"),
    ],
)
def test_set_exception_status_puts_itself_in_words(settings: dict[str, str], words: str) -> None:
    action = SET_EXCEPTION_STATUS
    assert action.words(StatusSettings(**settings)) == words


def test_set_exception_status_plans_its_end_and_the_note() -> None:
    context = Context({"state": "active"}, now(), False, "Old ones")
    closing, note = SET_EXCEPTION_STATUS.plan(StatusSettings(status="dismissed", note="x"), context)
    assert closing == SetState("dismissed", "Dismissed by “Old ones”.", "dismissed")
    assert note == Remark("x")
    assert closing.against({"state": "resolved"}) == "The exception is resolved already."


def test_set_exception_status_serves_only_exceptions(source: Source) -> None:
    definition = Definition(name="R", actions=(ActionSpec(key="set_exception_status"),))
    with pytest.raises(services.RuleInvalid, match="does not serve this kind of record"):
        services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


def test_an_exception_is_found_by_its_id_and_by_its_order(source: Source, stranger: object) -> None:
    order: Order = make_order(source)
    raise_exceptions([problem(source, entity_type="order", entity_id=order.pk, entity_label="#1001")])
    one, entity = OrderException.across.get(), entities.get("exception")
    for wanted in (one.public_id, order.public_id, "#1001", " 1001 "):
        assert entity.find(source.organization, wanted).public_id == one.public_id
    elsewhere = Organization.objects.exclude(pk=source.organization_id).get()
    for organization, wanted in ((elsewhere, one.public_id), (source.organization, ""), (source.organization, "nope")):
        with pytest.raises(NoSuchRecord):
            entity.find(organization, wanted)
    assert entity.recent(source.organization) == [(one.public_id, "It failed")]
    assert entity.url(one.public_id) == f"/exceptions/{one.public_id}"


def test_the_triggers_of_exceptions_know_their_fields() -> None:
    modified, scheduled = triggers.get("EXCEPTION_MODIFIED"), triggers.get("EXCEPTION_SCHEDULED")
    assert [field.path for field in modified.catalogue] == [field.path for field in catalogue()]
    assert (modified.catalogue.changes, scheduled.catalogue.changes) == (True, False)
    assert (modified.default, scheduled.events) == (None, frozenset())


def test_a_rule_over_exceptions_is_edited_tried_and_told_on_its_pages(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    raise_exceptions([problem(source)])
    one = OrderException.across.get()
    for trigger in ("EXCEPTION_MODIFIED", "EXCEPTION_SCHEDULED"):
        text = as_owner.get(f"/automations/new/{trigger}/").content.decode()
        assert "Set exception status" in text
        assert "Hold order" not in text
    default = Rule.across.get(trigger="EXCEPTION_SCHEDULED")
    text = as_owner.get(f"/automations/rules/{default.public_id}/").content.decode()
    assert 'value="30"' in text
    tried = {
        "name": "R", "kind": "simple", "f.match": "all", "f.0.field": "message", "f.0.operator": "contains",
        "f.0.value": "line 3", "a.0.key": "set_exception_status", "a.0.status": "dismissed", "a.0.note": "",
        "record": one.public_id,
    }  # fmt: skip
    answer = as_owner.post("/automations/test/EXCEPTION_MODIFIED/", tried, headers={"HX-Request": "true"})
    assert "The filter matches" in answer.content.decode()
    assert OrderException.across.get().state == "active"
