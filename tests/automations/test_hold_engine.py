"""The Order Hold Engine: it holds as it is set, and the rules it becomes hold the very same."""

import datetime as dt
import itertools

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from automations import services
from automations.definition import ActionSpec, Definition
from automations.hold_engine.meaning import MOST_MINUTES, Meaning
from automations.hold_engine.migrate import migrate, preview
from automations.hold_engine.run import handles, run
from automations.hold_engine.settings import (
    Migrated,
    RowSetting,
    Setting,
    SettingsChangedMeanwhile,
    engine_of,
    give,
    save,
    setting_of,
)
from automations.models import HoldEngine, Rule, RuleSetVersion, Run
from orders.lifecycle.holds import release_all_due
from orders.models import Hold, Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.events.models import Event
from portal.filters.normal import to_millisecond
from portal.tenancy.models import Membership, Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db
BY = Actor("user", "7", "Olive Owner")
PAGE = "/automations/hold-engine/"
READY, REVIEW = "readyForFulfillment", "reviewRequired"
_numbers = itertools.count(1)


@pytest.fixture
def engine(organization: Organization) -> HoldEngine:
    services.ensure_defaults(organization)
    return give(organization)


def put(
    engine: HoldEngine, minutes: int | None, next_status: str, *rows: RowSetting, enabled: bool = True
) -> HoldEngine:
    return save(engine, Setting(enabled, minutes, next_status, rows), by=BY, seen=engine.version)


def came_of(order: Order) -> tuple[str, list[tuple[dt.timedelta, str, str]]]:
    """Return the status of an order, and of each hold how long after the ingest it ends, where to, and its kind."""
    order.refresh_from_db()
    start = to_millisecond(order.created_at)
    holds = Hold.across.filter(order=order).order_by("pk")
    return order.status, [(hold.due_at - start, hold.next_status, hold.kind) for hold in holds]


def events_of(order: Order) -> list[Event]:
    return list(Event.across.filter(entity_type="order", entity_id=order.pk, name="order.created"))


# It holds


def test_it_holds_new_orders_in_the_place_of_rules(engine: HoldEngine, source: Source) -> None:
    put(engine, 30, REVIEW)
    order = make_order(source, 1)
    drain("automations")
    assert came_of(order) == ("onHold", [(dt.timedelta(minutes=30), REVIEW, "timed")])
    assert not Run.across.exists()
    hold = Hold.across.get()
    assert (hold.reason, hold.placed_by_kind, hold.placed_by_name) == (
        "Order Hold Engine",
        "system",
        "Order Hold Engine",
    )
    told = History.across.filter(entity_type="order").order_by("-pk").first()
    assert told is not None
    assert (told.actor_name, told.verb) == ("Order Hold Engine", "held")
    assert told.summary == "Put on hold by “Order Hold Engine”, then “Review required”."


def test_without_minutes_an_order_goes_on_at_once(engine: HoldEngine, source: Source) -> None:
    order = make_order(source, 1)
    drain("automations")
    assert came_of(order) == ("readyForFulfillment", [])
    told = History.across.filter(entity_type="order").order_by("-pk").first()
    assert told is not None
    assert told.summary == "Order Hold Engine: now “Ready for fulfillment”."


def test_a_row_is_for_the_orders_of_its_store_alone(engine: HoldEngine, source: Source) -> None:
    other = Source.across.create(organization=source.organization, name="Tin shop", connector="ecwid")
    put(engine, 30, READY, RowSetting(other, 90, REVIEW))
    ours, theirs = make_order(source, 1), make_order(other, 2)
    drain("automations")
    assert came_of(ours) == ("onHold", [(dt.timedelta(minutes=30), READY, "timed")])
    assert came_of(theirs) == ("onHold", [(dt.timedelta(minutes=90), REVIEW, "timed")])


def test_a_hold_of_no_minutes_is_released_with_the_next_look(engine: HoldEngine, source: Source) -> None:
    put(engine, 0, REVIEW)
    order = make_order(source, 1)
    drain("automations")
    assert came_of(order)[0] == "onHold"
    release_all_due()
    assert came_of(order)[0] == "reviewRequired"


def test_an_order_that_is_not_new_any_more_is_left_alone(engine: HoldEngine, source: Source) -> None:
    put(engine, 30, READY)
    order = make_order(source, 1)
    Order.across.filter(pk=order.pk).update(status="canceled")
    assert run(source.organization, events_of(order)) == {order.pk: 1}
    assert came_of(order) == ("canceled", [])


def test_it_holds_once_however_often_it_is_asked(engine: HoldEngine, source: Source) -> None:
    put(engine, 30, READY)
    order = make_order(source, 1)
    run(source.organization, events_of(order))
    run(source.organization, events_of(order))
    assert len(came_of(order)[1]) == 1


def test_switched_off_the_rules_act(engine: HoldEngine, source: Source) -> None:
    put(engine, 30, REVIEW, enabled=False)
    assert handles(source.organization) is False
    order = make_order(source, 1)
    drain("automations")
    assert came_of(order) == ("onHold", [(dt.timedelta(minutes=10), READY, "timed")])
    assert Run.across.get().rule_name == "Default rule"


def test_an_organization_without_it_is_not_concerned(organization: Organization, stranger: Membership) -> None:
    give(stranger.organization)
    assert (handles(organization), handles(stranger.organization)) == (False, True)
    assert engine_of(organization) is None


# Migration


def test_a_migration_turns_each_row_into_a_rule_and_the_default_row_into_the_default_rule(
    engine: HoldEngine, source: Source
) -> None:
    other = Source.across.create(organization=source.organization, name="Tin shop", connector="ecwid")
    engine = put(engine, 45, REVIEW, RowSetting(source, 60, READY), RowSetting(other, None, REVIEW))
    services.create_rule(
        source.organization, "NEW_ORDER", Definition(name="Mine", actions=(ActionSpec(key="archive"),)), by=BY
    )
    assert migrate(engine, by=BY) is True
    rules = Rule.across.filter(trigger="NEW_ORDER").select_related("current").order_by("is_default", "position")
    told = []
    for rule in rules:
        assert rule.current is not None
        (action,) = rule.current.definition["actions"]
        kept = {key: action["settings"][key] for key in ("minutes", "next_status", "anchor") if action["settings"]}
        told.append((rule.name, rule.enabled, rule.current.definition["sources"], action["key"], kept))
    assert told == [
        (
            "Hold orders of Tea shop", True, [source.public_id], "hold",
            {"minutes": 60, "next_status": READY, "anchor": "createdAt"},
        ),
        ("Send on orders of Tin shop", True, [other.public_id], "review_required", {}),
        ("Mine", False, [], "archive", {}),
        ("Default rule", True, [], "hold", {"minutes": 45, "next_status": REVIEW, "anchor": "createdAt"}),
    ]  # fmt: skip
    published = RuleSetVersion.across.filter(rule_set__trigger="NEW_ORDER").order_by("-number").first()
    assert published is not None
    assert [entry["enabled"] for entry in published.entries] == [True, True, False, True]


def test_a_second_press_does_nothing(engine: HoldEngine, source: Source) -> None:
    engine = put(engine, 45, REVIEW, RowSetting(source, 60, READY))
    assert (migrate(engine, by=BY), migrate(engine, by=Actor.system())) == (True, False)
    assert Rule.across.filter(trigger="NEW_ORDER").count() == 2
    row = HoldEngine.across.get()
    assert (row.migrated_by, row.migrated_at is not None, handles(source.organization)) == ("Olive Owner", True, False)
    told = History.across.filter(entity_type="hold_engine").order_by("-pk").first()
    assert told is not None
    assert (told.actor_name, told.verb) == ("Olive Owner", "migrated")
    with pytest.raises(Migrated):
        save(row, setting_of(row), by=BY, seen=row.version)


def test_a_migration_that_fails_changes_nothing(
    engine: HoldEngine, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = put(engine, 45, REVIEW, RowSetting(source, 60, READY))

    def fails(*_: object, **__: object) -> None:
        raise services.RuleInvalid([])

    monkeypatch.setattr(services, "save_rule", fails)
    with pytest.raises(services.RuleInvalid):
        migrate(engine, by=BY)
    assert Rule.across.filter(trigger="NEW_ORDER").count() == 1
    assert handles(source.organization) is True


def test_a_migration_of_settings_that_changed_since_the_preview_is_refused(engine: HoldEngine) -> None:
    seen = engine.version
    put(engine, 45, REVIEW)
    with pytest.raises(SettingsChangedMeanwhile):
        migrate(engine, by=BY, seen=seen)
    assert HoldEngine.across.get().migrated_at is None


def test_an_engine_that_is_off_becomes_rules_that_are_off(engine: HoldEngine, source: Source) -> None:
    engine = put(engine, 45, REVIEW, RowSetting(source, 60, READY), enabled=False)
    told = preview(engine)
    assert (told.enabled, told.default_before, told.others_on) == (False, told.default_after, ())
    migrate(engine, by=BY)
    assert list(Rule.across.filter(trigger="NEW_ORDER").order_by("is_default").values_list("name", "enabled")) == [
        ("Hold orders of Tea shop", False),
        ("Default rule", True),
    ]
    order = make_order(source, 1)
    drain("automations")
    assert came_of(order) == ("onHold", [(dt.timedelta(minutes=10), READY, "timed")])


def test_orders_on_hold_keep_their_hold_through_a_migration(engine: HoldEngine, source: Source) -> None:
    engine = put(engine, 0, REVIEW)
    order = make_order(source, 1)
    drain("automations")
    migrate(engine, by=BY)
    release_all_due()
    assert came_of(order)[0] == "reviewRequired"


minutes = st.none() | st.integers(0, 200) | st.just(MOST_MINUTES)
settings_of_stores = st.tuples(minutes, st.sampled_from([READY, REVIEW]))


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(default=settings_of_stores, rows=st.lists(settings_of_stores, max_size=3), enabled=st.booleans())
def test_the_same_orders_get_the_same_holds_before_and_after(
    db: None, default: tuple[int | None, str], rows: list[tuple[int | None, str]], enabled: bool
) -> None:
    organization = Organization.objects.create(name="Held Ltd")
    services.ensure_defaults(organization)
    number = next(_numbers)
    shops = [
        Source.across.create(organization=organization, name=f"Shop {number} {index}", connector="ecwid")
        for index in range(len(rows) + 1)
    ]
    engine = put(
        give(organization), *default,
        *(RowSetting(shop, *row) for shop, row in zip(shops, rows, strict=False)), enabled=enabled,
    )  # fmt: skip
    before = [make_order(shop, 10) for shop in shops]
    drain("automations")
    release_all_due()
    assert migrate(engine, by=BY) is True
    after = [make_order(shop, 20) for shop in shops]
    drain("automations")
    release_all_due()
    assert [came_of(order) for order in after] == [came_of(order) for order in before]
    assert all(order.status != "new" for order in after)


def test_what_a_row_means_is_said_as_its_rule_says_it() -> None:
    assert Meaning(45, REVIEW).words() == "hold 45 minutes from when it was ingested, then review required"
    assert Meaning(None, READY).words() == "send for fulfillment"
    assert Meaning(None, REVIEW).spec.key == "review_required"


def test_a_preview_says_exactly_what_will_be(engine: HoldEngine, source: Source) -> None:
    engine = put(engine, 45, REVIEW, RowSetting(source, 60, READY))
    services.set_enabled(
        services.create_rule(
            source.organization, "NEW_ORDER", Definition(name="Waiting", actions=(ActionSpec(key="archive"),)), by=BY
        ),
        True,
        by=BY,
    )
    told = preview(engine)
    assert [(rule.name, rule.effect) for rule in told.rules] == [
        ("Hold orders of Tea shop", "hold 60 minutes from when it was ingested, then ready for fulfillment")
    ]
    assert told.default_before == "hold 10 minutes from when it was ingested, then ready for fulfillment"
    assert told.default_after == "hold 45 minutes from when it was ingested, then review required"
    assert told.others_on == ["Waiting"]
    assert Rule.across.filter(trigger="NEW_ORDER").count() == 2


# Its pages


def typed(engine: HoldEngine, **more: object) -> dict[str, object]:
    return {"seen": engine.version, "enabled": "on", "minutes": "30", "next_status": REVIEW, "do": "save", **more}


def test_an_organization_without_it_has_no_such_page(as_owner: Client) -> None:
    assert as_owner.get(PAGE).status_code == 404
    assert as_owner.get(f"{PAGE}migrate/").status_code == 404


def test_rows_are_added_removed_and_saved(as_owner: Client, engine: HoldEngine, source: Source) -> None:
    page = as_owner.post(PAGE, typed(engine, do="add"))
    assert (page.status_code, 'name="row.0-source"' in page.content.decode()) == (200, True)
    row = {"row": "0", "row.0-source": source.public_id, "row.0-minutes": "90", "row.0-next_status": READY}
    page = as_owner.post(PAGE, typed(engine, do="add", **row))
    assert 'name="row.1-source"' in page.content.decode()
    page = as_owner.post(PAGE, typed(engine, do="remove:0", **row))
    assert 'name="row.0-source"' not in page.content.decode()
    assert HoldEngine.across.get().version == 1
    saved = as_owner.post(PAGE, typed(engine, **row), follow=True)
    assert "Saved: it acts from the next order on" in saved.content.decode()
    told = setting_of(HoldEngine.across.get())
    assert (told.enabled, told.minutes, told.next_status) == (True, 30, REVIEW)
    assert [(row.source, row.minutes, row.next_status) for row in told.rows] == [(source, 90, READY)]
    history = History.across.filter(entity_type="hold_engine").get()
    assert (history.actor_name, history.verb) == ("Olive Owner", "edited")


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(
    as_owner: Client, engine: HoldEngine, source: Source, stranger: Membership
) -> None:
    foreign = Source.across.create(organization=stranger.organization, name="Their shop", connector="ecwid")
    rows: dict[str, object] = {
        "row": ["0", "1", "2", "3"],
        "row.0-source": "", "row.0-minutes": "5", "row.0-next_status": READY,
        "row.1-source": source.public_id, "row.1-minutes": "-1", "row.1-next_status": READY,
        "row.2-source": source.public_id, "row.2-minutes": "7", "row.2-next_status": "shipped",
        "row.3-source": foreign.public_id, "row.3-minutes": "8", "row.3-next_status": READY,
    }  # fmt: skip
    answer = as_owner.post(PAGE, typed(engine, minutes="many", **rows))
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "Enter a whole number.",
        "Choose the store that this row is for, or remove the row.",
        "Ensure this value is greater than or equal to 0.",
        "There is a row for this store already.",
        "shipped is not one of the available choices",
        "Select a valid choice. That choice is not one of the available choices.",
    ):
        assert words in page
    assert 'value="many"' in page
    assert "Their shop" not in page
    assert HoldEngine.across.get().version == 1


def test_who_saves_over_a_colleague_is_told(as_owner: Client, engine: HoldEngine) -> None:
    as_owner.post(PAGE, typed(engine))
    late = as_owner.post(PAGE, typed(engine, minutes="99"))
    assert (late.status_code, "Somebody else has saved these settings" in late.content.decode()) == (409, True)
    assert HoldEngine.across.get().minutes == 30


def test_saving_what_is_saved_already_makes_no_history(as_owner: Client, engine: HoldEngine) -> None:
    as_owner.post(PAGE, typed(engine))
    as_owner.post(PAGE, typed(HoldEngine.across.get()))
    assert (HoldEngine.across.get().version, History.across.filter(entity_type="hold_engine").count()) == (2, 1)


def test_a_migration_is_shown_pressed_and_remembered(as_owner: Client, engine: HoldEngine, source: Source) -> None:
    put(engine, 45, REVIEW, RowSetting(source, 60, READY))
    page = as_owner.get(f"{PAGE}migrate/").content.decode()
    assert "New rule, for orders from Tea shop: hold 60 minutes" in page
    assert "Will say, for every other order: hold 45 minutes" in page
    assert "Orders that are on hold already keep their time" in page
    seen = HoldEngine.across.get().version
    stale = as_owner.post(f"{PAGE}migrate/", {"seen": seen - 1})
    assert (stale.status_code, HoldEngine.across.get().migrated_at) == (409, None)
    done = as_owner.post(f"{PAGE}migrate/", {"seen": seen}, follow=True).content.decode()
    assert "Migrated: rules hold new orders from now on" in done
    assert "Olive Owner has migrated these settings to Automations" in done
    assert as_owner.get(f"{PAGE}migrate/").status_code == 302
    assert as_owner.post(f"{PAGE}migrate/", {"seen": seen}).status_code == 302
    assert Rule.across.filter(trigger="NEW_ORDER").count() == 2


def test_a_viewer_sees_the_settings_and_changes_nothing(as_colleague: Client, engine: HoldEngine) -> None:
    page = as_colleague.get(PAGE).content.decode()
    assert "disabled" in page
    assert "Add row" not in page
    assert as_colleague.post(PAGE, typed(engine)).status_code == 403
    assert as_colleague.get(f"{PAGE}migrate/").status_code == 403
    assert as_colleague.post(f"{PAGE}migrate/").status_code == 403


def test_the_engine_of_another_organization_is_out_of_reach(as_stranger: Client, engine: HoldEngine) -> None:
    assert as_stranger.get(PAGE).status_code == 404
    assert as_stranger.post(PAGE, typed(engine)).status_code == 404
    assert as_stranger.post(f"{PAGE}migrate/").status_code == 404
    assert HoldEngine.across.get().version == 1


def test_the_rules_for_new_orders_say_that_the_engine_acts(as_owner: Client, engine: HoldEngine) -> None:
    words = "These rules are not asked until you migrate"
    assert words in as_owner.get("/automations/").content.decode()
    migrate(engine, by=BY)
    assert words not in as_owner.get("/automations/").content.decode()


def test_it_stands_among_the_engines_of_who_has_it(as_owner: Client, organization: Organization) -> None:
    assert PAGE not in as_owner.get("/integrations/").content.decode()
    engine = give(organization)
    services.ensure_defaults(organization)
    page = as_owner.get("/integrations/").content.decode()
    assert PAGE in page
    assert "Holds new orders for some minutes, until you migrate to rules." in page
    engine = put(engine, 5, READY, enabled=False)
    assert "The rules for new orders act in its place." in as_owner.get("/integrations/").content.decode()
    migrate(engine, by=BY)
    assert "Its settings stand in the rules for new orders." in as_owner.get("/integrations/").content.decode()


def test_an_organization_gets_the_engine_by_the_command_or_by_support(
    monkeypatch: pytest.MonkeyPatch, owner: Membership, as_owner: Client
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct-horse-battery")
    call_command("create_organization", "Old Ltd", "--email", "old@example.com", "--order-hold-engine")
    old = Organization.objects.get(name="Old Ltd")
    assert handles(old) is True
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    add = reverse("admin:automations_holdengine_add")
    data = {"organization": owner.organization.pk, "enabled": "on"}
    assert as_owner.post(add, data).status_code == 302
    assert handles(owner.organization) is True
