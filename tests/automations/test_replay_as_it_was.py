"""A run replayed from its snapshot gives the same plan, whatever became of its record, rule and list since."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automations import replay, services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine import apply
from automations.engine.evaluate import Outcome
from automations.models import Rule, Run
from orders.lifecycle import edits
from orders.models import Order, Source
from orders.records.order import OrderRecord
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.tenancy.models import Organization
from tests.factories import ingest, make_order, make_record

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def tree(*items: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"version": 1, "root": {"match": match, "items": list(items)}}


def on(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


FILTERS = {
    "all": FilterSpec(),
    "dear": FilterSpec(tree=tree(on("totalPrice", "gt", 40))),
    "late": FilterSpec(tree=tree(on("createdAt", "in_last", {"amount": 1, "unit": "hours"}))),
    "vip": FilterSpec(tree=tree(on("tags", "contains_any", ["vip", "seen"]), on("email", "is_empty"), match="any")),
    "line": FilterSpec(tree=tree(on("lineItems.quantity", "gte", 2))),
    "code": FilterSpec(kind="code", code="return entity.totalPrice > 30"),
    "clock": FilterSpec(kind="code", code="console.log(helpers.now); return helpers.now >= entity.createdAt"),
    "throws": FilterSpec(kind="code", code="return entity.nothing.here"),
    "store": FilterSpec(kind="code", code="return related.integration.name.length > 2"),
    "before": FilterSpec(kind="code", code="return related.before ? related.before.totalPrice < 60 : true"),
}
ACTIONS = {
    "hold": ActionSpec(key="hold", settings={"minutes": 20}),
    "tag": ActionSpec(
        key="update_property", settings={"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["seen"]}
    ),
    "note": ActionSpec(key="add_note", settings={"text": "Total {{ totalPrice }} at {{ now }}"}),
    "code": ActionSpec(key="update_by_code", settings={"code": "return { tags: [...entity.tags, helpers.now] }"}),
    "wrong": ActionSpec(key="update_by_code", settings={"code": "return { totalPrice: 1 }"}),
    "mail": ActionSpec(
        key="notify_email", settings={"recipients": ["ann@example.com"], "subject": "{{ extOrderId }}", "body": "x"}
    ),
    "cancel": ActionSpec(key="cancel"),
    "send": ActionSpec(key="send_for_fulfillment"),
    "off": ActionSpec(key="review_required", off=True),
}


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    keys = draw(st.lists(st.sampled_from(sorted(set(ACTIONS) - {"cancel", "off"})), min_size=1, max_size=3))
    keys += ["off"] * draw(st.integers(0, 1))
    keys += ["cancel"] * draw(st.integers(0, 1))
    return Definition(
        name=f"{'-'.join(keys)[:100]}",
        once=draw(st.booleans()),
        filter=FILTERS[draw(st.sampled_from(sorted(FILTERS)))],
        actions=tuple(ACTIONS[key] for key in keys),
    )


RULES = st.lists(st.tuples(st.sampled_from(["NEW_ORDER", "UPDATED_ORDER"]), definitions()), min_size=1, max_size=5)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["dearer", "tags", "ready", "review", "cancel", "by hand", "rename", "reorder", "drain"]),
    ),
    max_size=8,
)


class Seen:
    """What the live evaluations planned, by record and rule, in their order."""

    def __init__(self) -> None:
        self.plans: dict[tuple[int, int], list[Any]] = {}

    def note(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            for firing in outcome.firings:
                self.plans.setdefault((outcome.subject.id, firing.rule.rule_id), []).append(list(firing.writes))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    found, real = Seen(), apply.write

    def write(batch: apply.Batch) -> None:
        found.note(list(batch.outcomes.values()))
        real(batch)

    monkeypatch.setattr(apply, "write", write)
    return found


def add(organization: Organization, trigger: str, definition: Definition) -> None:
    once = definition.once and trigger != "NEW_ORDER"
    rule = services.create_rule(organization, trigger, definition.model_copy(update={"once": once}), by=ANN)
    services.set_enabled(rule, True, by=ANN)


def changed(number: int | str, **fields: Any) -> OrderRecord:
    return make_record(number, extOrderUpdatedAt=dt.datetime.now(dt.UTC), **fields)


def live(source: Source, orders: Sequence[Order], number: int, what: str) -> None:
    """Do something to an order, or to the rules; what its status does not allow is left."""
    order = orders[number % len(orders)]
    if what == "dearer":
        ingest(source, changed(order.ext_order_api_id, totalPrice="99.00"))
    elif what == "by hand":
        edits.set_fields(order.pk, {"tags": ["by hand"]}, by=ANN)
    elif what == "tags":
        ingest(source, changed(order.ext_order_api_id, tags=["new"]))
    elif what in ("ready", "review", "cancel"):
        try:
            with transaction.atomic():
                edits.move(order.pk, what, by=ANN)
        except ValueError:
            return
    elif what == "rename":
        rule = Rule.across.select_related("current", "organization").filter(is_default=False).first()
        assert rule is not None
        assert rule.current is not None
        definition = Definition.model_validate(rule.current.definition)
        services.save_rule(rule, definition.model_copy(update={"name": "New", "actions": (ACTIONS["note"],)}), by=ANN)
    elif what == "reorder":
        rule = Rule.across.select_related("organization").filter(is_default=False).last()
        assert rule is not None
        services.move(rule, 1, by=ANN)
    else:
        drain("automations")


@given(rules=RULES, steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_replayed_from_its_snapshot_gives_the_same_plan(
    source: Source, seen: Seen, rules: list[Any], steps: list[Any]
) -> None:
    with transaction.atomic():
        services.ensure_defaults(source.organization)
        for trigger, definition in rules:
            add(source.organization, trigger, definition)
        orders = [make_order(source, number) for number in (1, 2, 3)]
        drain("automations")
        for number, what in steps:
            live(source, orders, number, what)
        drain("automations")
        for number in (1, 2, 3):
            ingest(source, changed(number, totalPrice="5.00", tags=[]))
        runs = list(Run.across.select_related("organization").order_by("pk"))
        assert len(runs) >= 3
        for run in runs:
            firing = replay.firing_of(run, replay.replayed(run))
            assert firing is not None, run
            assert firing.writes == seen.plans[run.entity_id, run.rule_id].pop(0), run
            assert replay.same(run, firing), (replay.timeless(run.trace), replay.timeless(firing.trace))
        transaction.set_rollback(True)


@pytest.fixture
def run(source: Source) -> Run:
    """The default rule's run on #1001."""
    services.ensure_defaults(source.organization)
    make_order(source)
    drain("automations")
    return Run.across.select_related("organization").get()


def rows() -> dict[str, Any]:
    """Return how many rows each table has, and what their contents come to."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*), sum(hashtext(t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found


def test_judging_again_writes_and_sends_nothing(as_owner: Client, source: Source, run: Run) -> None:
    mail = {"recipients": ["ann@example.com"], "subject": "x", "body": "x"}
    definition = Definition(name="Tell", actions=(ActionSpec(key="notify_email", settings=mail),))
    add(source.organization, "NEW_ORDER", definition)
    make_order(source, 2)
    drain("automations")
    told = Run.across.get(rule_name="Tell")
    before = rows()
    page = as_owner.get(f"/automations/history/{told.public_id}/as-it-was/").content.decode()
    assert "The same plan" in page
    assert rows() == before
    assert Delivery.across.count() == 1


def test_a_run_again_is_repeated_as_that_one_rule_alone(source: Source) -> None:
    services.ensure_defaults(source.organization)
    broken = Definition(name="Twice", filter=FILTERS["throws"], actions=(ACTIONS["cancel"],))
    add(source.organization, "NEW_ORDER", broken)
    make_order(source)
    drain("automations")
    rule = Rule.across.select_related("current", "organization").get(name="Twice")
    services.save_rule(rule, broken.model_copy(update={"filter": FILTERS["dear"]}), by=ANN)
    old = list(Run.across.select_related("rule").filter(rule=rule))
    (again,) = replay.run_again(source.organization, old, by=ANN).runs
    fresh = Run.across.select_related("organization").get(pk=again.pk)
    outcome = replay.replayed(fresh)
    assert [firing.rule.name for firing in outcome.firings] == ["Twice"]
    assert replay.same(fresh, outcome.firings[0])


def test_days_are_those_of_the_timezone_that_the_organization_had_then(source: Source) -> None:
    evening = FilterSpec(tree=tree(on("extOrderCreatedAt", "time_between", ["09:00", "10:00"])))
    services.ensure_defaults(source.organization)
    add(source.organization, "NEW_ORDER", Definition(name="At nine", filter=evening, actions=(ACTIONS["cancel"],)))
    make_order(source)
    drain("automations")
    Organization.objects.filter(pk=source.organization_id).update(timezone="Asia/Tokyo")
    run = Run.across.select_related("organization").get(rule_name="At nine")
    assert (run.organization.timezone, run.input["zone"]) == ("Asia/Tokyo", "Europe/London")
    assert replay.same(run, replay.firing_of(run, replay.replayed(run)))


def test_how_long_code_had_waited_for_its_turn_makes_no_difference(source: Source) -> None:
    services.ensure_defaults(source.organization)
    broken = Definition(name="Broken", filter=FILTERS["throws"], actions=(ACTIONS["cancel"],))
    add(source.organization, "NEW_ORDER", broken)
    make_order(source)
    drain("automations")
    run = Run.across.select_related("organization").get(rule_name="Broken")
    run.error += " It had waited 90 ms for its turn."
    run.trace["filter"] |= {"waitedMicros": 90_000}
    firing = replay.firing_of(run, replay.replayed(run))
    assert replay.same(run, firing)
    run.trace["filter"] |= {"line": 7}
    assert not replay.same(run, firing)


def test_a_plan_that_differs_is_shown(as_owner: Client, run: Run) -> None:
    trace = run.trace | {"actions": []}
    Run.across.filter(pk=run.pk).update(trace=trace)
    page = as_owner.get(
        f"/automations/history/{run.public_id}/as-it-was/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Not the same plan" in page
    assert "Hold order" in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"judged_at": None}, "This run is from before runs kept what is needed to repeat them."),
        ({"entity_id": 0}, "The record is not here any more."),
        ({"entity_type": "dream"}, "This run is from before runs kept what is needed to repeat them."),
    ],
)
def test_what_cannot_be_repeated_is_said(as_owner: Client, run: Run, change: dict[str, Any], why: str) -> None:
    Run.across.filter(pk=run.pk).update(**change)
    page = as_owner.get(f"/automations/history/{run.public_id}/as-it-was/").content.decode()
    assert why in page
