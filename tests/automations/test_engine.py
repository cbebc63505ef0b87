"""From an ingested order to a hold, with runs, counters and exceptions."""

import datetime as dt
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, RuleCounter, Run
from orders.lifecycle.holds import release_due
from orders.models import Hold, Order, OrderException, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Handoff
from portal.tenancy.models import Organization
from tests.factories import ingest, make_order, make_record

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
ALL = {"version": 1, "root": {"match": "all", "items": []}}


def tree(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    condition = {"field": field, "operator": operator, "value": value}
    return {"version": 1, "root": {"match": "all", "items": [condition]}}


def rule(source: Source, name: str, *, action: str = "cancel", enabled: bool = True, **filter: Any) -> Rule:
    settings = {"minutes": 60} if action == "hold" else {}
    spec = FilterSpec(**filter) if filter else FilterSpec()
    definition = Definition(name=name, filter=spec, actions=(ActionSpec(key=action, settings=settings),))
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(made, enabled, by=ANN) if enabled else made


def test_the_default_rule_holds_ten_minutes_and_the_release_makes_it_ready(source: Source) -> None:
    services.ensure_defaults(source.organization)
    order = make_order(source)
    assert drain("automations") == 1
    order.refresh_from_db()
    hold = Hold.across.get()
    assert (order.status, order.hold_until) == ("onHold", hold.due_at)
    # Documents show milliseconds, so the ten minutes are exact to the millisecond.
    assert abs(hold.due_at - order.created_at - dt.timedelta(minutes=10)) < dt.timedelta(milliseconds=1)
    assert release_due() == 0
    Hold.across.update(due_at=order.created_at)
    assert (release_due(), release_due()) == (1, 0)
    order.refresh_from_db()
    assert (order.status, order.hold_until) == ("readyForFulfillment", None)
    assert list(History.across.filter(entity_type="order").order_by("id").values_list("verb", flat=True)) == [
        "ingested",
        "held",
        "released",
    ]


def test_the_run_tells_rule_version_condition_value_and_change(source: Source) -> None:
    made = rule(source, "No tests", kind="simple", tree=tree("tags", "contains_any", ["VIP"]))
    make_order(source)
    drain("automations")
    run = Run.across.get()
    assert (run.rule, run.rule_version, run.status) == (made, made.current, "completed")
    seen = run.trace["filter"]["why"]["items"][0]
    assert (seen["outcome"], seen["seen"]) == (True, ["vip"])
    assert run.trace["actions"][0]["changes"] == [
        {"op": "replace", "path": "/status", "value": "canceled", "old": "new"}
    ]
    assert Order.across.get().status == "canceled"


def test_a_rule_that_moves_the_order_on_ends_the_evaluation(source: Source) -> None:
    rule(source, "First", action="archive")
    rule(source, "Second")
    make_order(source)
    drain("automations")
    assert list(Run.across.values_list("rule_name", flat=True)) == ["First"]


def test_a_disabled_rule_and_a_rule_for_another_source_do_not_run(source: Source) -> None:
    rule(source, "Off", enabled=False)
    other = Source.across.create(organization=source.organization, name="Other", connector="ecwid")
    definition = Definition(name="Elsewhere", sources=(other.public_id,), actions=(ActionSpec(key="cancel"),))
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN), True, by=ANN)
    make_order(source)
    drain("automations")
    assert Run.across.count() == 0
    assert RuleCounter.across.get().non_matches == 1


def test_a_code_filter_sees_the_document(source: Source) -> None:
    code = "return entity.lineItems.reduce((sum, line) => sum + line.quantity, 0) > 1 && entity.totalPrice === 48.2"
    rule(source, "Many", kind="code", code=code)
    make_order(source)
    drain("automations")
    assert Run.across.get().trace["filter"]["outcome"] is True
    assert Order.across.get().status == "canceled"


def test_a_code_filter_that_throws_makes_an_exception_and_the_order_waits_for_review(source: Source) -> None:
    services.ensure_defaults(source.organization)
    rule(source, "Broken", kind="code", code="const x = null;\nreturn x.length > 1")
    order = make_order(source)
    drain("automations")
    failed = Run.across.get(rule_name="Broken")
    assert failed.status == "failed"
    assert "line 2" in failed.error
    assert OrderException.across.get().entity_id == order.pk
    assert Hold.across.get().next_status == "reviewRequired"


def test_the_same_event_handled_twice_changes_nothing(source: Source) -> None:
    services.ensure_defaults(source.organization)
    make_order(source)
    handoff = Handoff.across.get()
    drain("automations")
    handoff.pk = None
    handoff.save()
    assert drain("automations") == 1
    assert (Hold.across.count(), Run.across.count()) == (1, 1)


def test_a_batch_of_orders_is_judged_one_by_one(source: Source) -> None:
    services.ensure_defaults(source.organization)
    rule(source, "Dear", kind="simple", tree=tree("totalPrice", "gt", 100))
    ingest(source, *(make_record(n, totalPrice="150.00" if n % 2 else "20.00") for n in range(10)))
    drain("automations")
    assert Order.across.filter(status="canceled").count() == 5
    assert Order.across.filter(status="onHold").count() == 5


def test_a_rule_is_inserted_where_it_is_dropped_and_the_default_stays_last(source: Source) -> None:
    services.ensure_defaults(source.organization)
    for name in "ABC":
        rule(source, name)
    services.move(Rule.across.get(name="C"), 1, by=ANN)
    rows = Rule.across.filter(trigger="NEW_ORDER").order_by("is_default", "position")
    assert list(rows.values_list("name", flat=True)) == ["C", "A", "B", "Default rule"]
    with pytest.raises(services.Pinned):
        services.move(Rule.across.get(is_default=True, trigger="NEW_ORDER"), 1, by=ANN)


def test_saving_over_a_colleagues_save_is_refused(source: Source) -> None:
    made = rule(source, "Mine")
    changed = Definition(name="Renamed", actions=(ActionSpec(key="cancel"),))
    services.save_rule(made, changed, by=ANN, seen=1)
    with pytest.raises(services.ChangedMeanwhile, match="Ann"):
        services.save_rule(made, changed, by=ANN, seen=1)


def test_a_terminal_action_must_be_last(source: Source) -> None:
    definition = Definition(name="Wrong", actions=(ActionSpec(key="cancel"), ActionSpec(key="hold")))
    with pytest.raises(services.RuleInvalid, match="must be the last action"):
        services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


HOSTILE = {
    "loops for ever": ("for (;;) {}", "did not finish within 250 ms"),
    "recurses for ever": ("const f = () => f() + 1;\nreturn f() > 0", "line 1"),
    "throws": ("const x = undefined;\nreturn x.y", "line 2"),
    "returns a promise": ("return Promise.resolve(true)", "promise"),
    "returns a string": ("return 'yes'", "true or false"),
    "returns nothing": ("entity.status", "return"),
}


@pytest.mark.parametrize(("code", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_code_that_misbehaves_fails_its_own_run_and_the_next_order_is_judged(
    source: Source, code: str, says: str
) -> None:
    services.ensure_defaults(source.organization)
    bad = rule(source, "Bad", kind="code", code=code)
    order = make_order(source)
    drain("automations")
    failed = Run.across.get(rule=bad)
    assert failed.status == "failed"
    assert says in failed.error.lower()
    order.refresh_from_db()
    assert order.status == "onHold"
    services.save_rule(
        bad,
        Definition(
            name="Mended", filter=FilterSpec(kind="code", code="return true"), actions=(ActionSpec(key="cancel"),)
        ),
        by=ANN,
    )
    make_order(source, 1002)
    drain("automations")
    assert Order.across.get(ext_order_api_id="1002").status == "canceled"


@pytest.mark.parametrize("code", ["console.log('a\\u0000b'); return true", "throw new Error('\\ud800 \\u0000')"])
def test_code_that_says_what_cannot_be_stored_stops_nobody(source: Source, code: str) -> None:
    services.ensure_defaults(source.organization)
    rule(source, "Odd", kind="code", code=code)
    make_order(source)
    assert drain("automations") == 1
    assert Order.across.get().status in ("canceled", "onHold")


def test_a_rule_that_cannot_be_read_any_more_fails_alone_and_the_order_waits_for_review(source: Source) -> None:
    services.ensure_defaults(source.organization)
    gone = rule(source, "Gone", kind="simple", tree=tree("totalPrice", "gt", 1))
    assert gone.current is not None
    gone.current.definition["filter"]["tree"]["root"]["items"][0]["field"] = "noSuchField"
    gone.current.save()
    odd = rule(source, "Odd")
    assert odd.current is not None
    odd.current.definition["actions"] = [{"key": "no_such_action", "settings": {}}]
    odd.current.save()
    make_order(source)
    assert drain("automations") == 1
    assert dict(Run.across.values_list("rule_name", "status")) == {
        "Gone": "failed", "Odd": "failed", "Default rule": "completed"
    }  # fmt: skip
    assert Hold.across.get().next_status == "reviewRequired"


def test_the_orders_of_two_organizations_are_done_in_transactions_of_their_own(source: Source) -> None:
    elsewhere = Organization.objects.create(name="Elsewhere")
    other = Source.across.create(organization=elsewhere, name="Other", connector="ecwid")
    for one in (source, other):
        services.ensure_defaults(one.organization)
    make_order(source, 1)
    make_order(other, 2)
    make_order(source, 3)
    assert drain("automations") == 3
    assert Hold.across.filter(organization=elsewhere).count() == 1
