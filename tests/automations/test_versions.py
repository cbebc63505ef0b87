"""Versions: every save by two people is kept, any two compare, an old one comes back if it still fits."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from automations import services
from automations.comparing.lists import changes_of
from automations.comparing.rules import Comparison, compare
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.triggers import triggers
from automations.models import Rule, RuleCounter, RuleSetVersion, RuleVersion
from automations.queries import list_version, zone_of
from orders.models import Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit.clock import now
from portal.tenancy.models import Organization
from portal.tenancy.roles import Role
from tests.factories import make_member
from tests.waiting import behind

pytestmark = pytest.mark.django_db
ANN, BEN = Actor("user", "1", "Ann"), Actor("user", "2", "Ben")
CANCEL = (ActionSpec(key="cancel"),)


def tree(*items: dict[str, Any], match: str = "all") -> FilterSpec:
    return FilterSpec(tree={"version": 1, "root": {"match": match, "items": list(items)}})


OVER = {"field": "totalPrice", "operator": "gt", "value": Decimal("100.50")}
BELOW = {"field": "totalPrice", "operator": "lt", "value": 500}
TAGGED = {"field": "tags", "operator": "contains_any", "value": ["vip", "gift"]}


def code(text: str) -> FilterSpec:
    return FilterSpec(kind="code", code=text)


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule with three versions: Ann's, Ben's, Ann's."""
    made = services.create_rule(
        source.organization, "NEW_ORDER", Definition(name="Dear", filter=tree(OVER), actions=CANCEL), by=ANN
    )
    second = Definition(name="Dear and tagged", filter=tree(OVER, TAGGED), actions=CANCEL)
    made = services.save_rule(made, second, by=BEN, seen=1)
    third = second.model_copy(update={"sources": (source.public_id,), "filter": tree(TAGGED, BELOW)})
    return services.save_rule(made, third, by=ANN, seen=2)


def versions(rule: Rule) -> list[tuple[int, str, str, str]]:
    rows = RuleVersion.across.filter(rule=rule).order_by("number")
    return [(one.number, one.by_name, one.definition["name"], one.summary) for one in rows]


def told(rule: Rule, before: int, after: int) -> Comparison:
    rows = {one.number: one.definition for one in RuleVersion.across.filter(rule=rule)}
    names = dict(Source.across.values_list("public_id", "name"))
    zone = zone_of(rule.organization)
    return compare(rows[before], rows[after], triggers.get(rule.trigger), zone, names, is_default=rule.is_default)


def difference(lines: list[Any]) -> list[str]:
    return [f"{line.sign} {line.text}" for line in lines]


def test_each_save_says_who_and_when_and_what_it_said(rule: Rule) -> None:
    assert versions(rule) == [
        (1, "Ann", "Dear", ""), (2, "Ben", "Dear and tagged", ""), (3, "Ann", "Dear and tagged", ""),
    ]  # fmt: skip
    assert all(abs((now() - one.created_at).total_seconds()) < 60 for one in RuleVersion.across.all())


def test_an_old_version_comes_back_as_a_new_one_that_names_it(rule: Rule) -> None:
    restored = services.restore(rule, 1, by=BEN, seen=3)
    assert versions(restored)[3:] == [(4, "Ben", "Dear", "Restored version 1.")]
    assert restored.name == "Dear"
    last = History.across.filter(entity_type="rule", entity_id=rule.pk).order_by("-id")[0]
    assert (last.verb, last.actor_name, last.summary) == ("restored", "Ben", "Saved version 4: Restored version 1.")
    listed = RuleSetVersion.across.order_by("-number")[0]
    assert (listed.by_name, listed.summary) == ("Ben", "Restored “Dear”")
    assert listed.entries[0]["version"] == restored.current_id


def test_restoring_what_it_says_already_makes_no_version(rule: Rule) -> None:
    services.restore(rule, 3, by=BEN)
    assert len(versions(rule)) == 3


def test_restoring_over_a_colleagues_save_is_refused(rule: Rule) -> None:
    services.rename(rule, "Mine", by=BEN)
    with pytest.raises(services.ChangedMeanwhile, match="Ben"):
        services.restore(rule, 1, by=ANN, seen=3)
    assert len(versions(rule)) == 4


def test_a_version_that_does_not_fit_any_more_is_not_restored(rule: Rule, source: Source) -> None:
    services.save_rule(rule, Definition(name="Free", actions=CANCEL), by=ANN)
    Source.across.update(state="deleted")
    with pytest.raises(services.RuleInvalid, match="“Tea shop” is not there any more"):
        services.restore(rule, 3, by=ANN)
    assert len(versions(rule)) == 4


def test_the_version_of_another_rule_is_not_restored(rule: Rule, source: Source) -> None:
    other = services.create_rule(source.organization, "NEW_ORDER", Definition(name="O", actions=CANCEL), by=ANN)
    with pytest.raises(RuleVersion.DoesNotExist):
        services.restore(other, 2, by=ANN)


def test_a_new_name_is_a_version_and_moves_nothing(rule: Rule, source: Source) -> None:
    services.create_rule(source.organization, "NEW_ORDER", Definition(name="Last", actions=CANCEL), by=ANN)
    before = list(Rule.across.order_by("position").values_list("pk", flat=True))
    renamed = services.rename(rule, "  Zebra \n crossing ", by=BEN)
    assert renamed.name == "Zebra crossing"
    assert versions(renamed)[-1] == (4, "Ben", "Zebra crossing", "Renamed to “Zebra crossing”.")
    assert told(rule, 3, 4).parts == ["general"]
    assert list(Rule.across.order_by("position").values_list("pk", flat=True)) == before


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_that_is_none_is_refused(rule: Rule, name: str) -> None:
    with pytest.raises(services.RuleInvalid) as refused:
        services.rename(rule, name, by=ANN)
    assert refused.value.faults[0].place == "name"
    assert len(versions(rule)) == 3


def test_a_note_is_a_version_and_the_same_note_is_none(rule: Rule) -> None:
    services.annotate(rule, "For the fair in May.", by=BEN)
    services.annotate(rule, "For the fair in May. ", by=BEN)
    assert versions(rule)[3:] == [(4, "Ben", "Dear and tagged", "Changed the note.")]
    assert Rule.across.select_related("current").get().current.definition["description"] == "For the fair in May."  # type: ignore[union-attr]


def test_a_rule_that_cannot_be_read_any_more_can_be_renamed(rule: Rule) -> None:
    assert rule.current is not None
    stored = RuleVersion.across.get(pk=rule.current.pk)
    RuleVersion.across.filter(pk=stored.pk).update(definition={**stored.definition, "actions": [{"key": "gone"}]})
    assert services.rename(rule, "Broken", by=ANN).name == "Broken"


def test_a_copy_says_what_it_is_a_copy_of(rule: Rule) -> None:
    copy = services.duplicate(rule, by=BEN)
    assert versions(copy) == [
        (1, "Ben", "Dear and tagged (copy)", "Copied from “Dear and tagged”, version 3."),
    ]
    assert copy.enabled is False


def test_what_is_switched_on_must_be_valid_now(rule: Rule) -> None:
    Source.across.update(state="deleted")
    with pytest.raises(services.RuleInvalid, match="“Tea shop” is not there any more"):
        services.set_enabled(rule, True, by=ANN)
    assert Rule.across.get().enabled is False


def test_what_is_on_can_always_be_switched_off(rule: Rule) -> None:
    services.set_enabled(rule, True, by=ANN)
    Source.across.update(state="deleted")
    assert services.set_enabled(rule, False, by=BEN).enabled is False


def test_a_person_who_looked_at_it_begins_the_count_of_failures_anew(rule: Rule) -> None:
    RuleCounter.across.create(organization=rule.organization, rule=rule, hour=now(), errors=30, failures=19, timeouts=4)
    services.set_enabled(rule, True, by=ANN)
    counted = RuleCounter.across.get()
    assert (counted.errors, counted.failures, counted.timeouts) == (30, 0, 0)


def test_conditions_are_compared_one_by_one(rule: Rule) -> None:
    compared = told(rule, 1, 3)
    assert compared.parts == ["general", "sources", "filter"]
    assert [(one.label, one.before, one.after) for one in compared.general] == [("Name", "Dear", "Dear and tagged")]
    assert difference(compared.sources) == ["− every source", "+ Tea shop"]
    assert difference(compared.filter) == [
        "− total is over 100.50", "+ any tag is “vip” or “gift”", "+ total is under 500",
    ]  # fmt: skip
    assert compared.sentences[0] == "when total is over 100.50 → cancel"
    assert compared.sentences[1] == "when any tag is “vip” or “gift” and total is under 500 from Tea shop → cancel"


def compared(organization: Organization, before: Definition, after: Definition) -> Comparison:
    made = services.create_rule(organization, "NEW_ORDER", before, by=ANN)
    services.save_rule(made, after, by=BEN)
    return told(made, 1, 2)


def test_groups_are_told_with_what_joins_them(source: Source) -> None:
    group = {"match": "any", "items": [OVER, TAGGED]}
    found = compared(
        source.organization,
        Definition(name="A", filter=tree(OVER), actions=CANCEL),
        Definition(name="A", filter=tree(OVER, group), actions=CANCEL),
    )
    assert difference(found.filter) == [
        "  total is over 100.50", "+ any of", "+ total is over 100.50", "+ any tag is “vip” or “gift”",
    ]  # fmt: skip
    assert [line.depth for line in found.filter] == [0, 0, 1, 1]


def test_code_is_compared_line_by_line_and_what_stayed_is_cut(source: Source) -> None:
    lines = [f"const a{number} = {number};" for number in range(12)]
    before = "\n".join([*lines, "return entity.totalPrice > 100;"])
    after = "\n".join([*lines, "return entity.totalPrice > 200;"])
    found = compared(
        source.organization,
        Definition(name="A", filter=code(before), actions=CANCEL),
        Definition(name="A", filter=code(after), actions=CANCEL),
    )
    assert found.code
    assert difference(found.filter) == [
        "  9", "  const a9 = 9;", "  const a10 = 10;", "  const a11 = 11;",
        "− return entity.totalPrice > 100;", "+ return entity.totalPrice > 200;",
    ]  # fmt: skip


def test_a_filter_that_became_code_shows_both(source: Source) -> None:
    found = compared(
        source.organization,
        Definition(name="A", filter=tree(OVER), actions=CANCEL),
        Definition(name="A", filter=code("return true;"), actions=CANCEL),
    )
    assert difference(found.filter) == ["− total is over 100.50", "+ return true;"]


def test_actions_are_compared_setting_by_setting(source: Source) -> None:
    hold = ActionSpec(key="hold", settings={"minutes": 45})
    later = ActionSpec(
        key="hold", settings={"minutes": 60, "next_status": "reviewRequired"}, off=True, note="Not in May."
    )
    found = compared(
        source.organization,
        Definition(name="A", actions=(hold, *CANCEL)),
        Definition(name="A", actions=(later, ActionSpec(key="archive"))),
    )
    assert [(one.kind, one.place, one.label) for one in found.actions] == [
        ("changed", 1, "Hold order"), ("removed", 2, "Cancel order"), ("added", 2, "Archive order"),
    ]  # fmt: skip
    settings = {one.label: (one.before, one.after) for one in found.actions[0].settings}
    assert settings["Action"] == ("on", "switched off")
    assert settings["Note"] == ("", "Not in May.")
    assert settings["Minutes"] == ("45", "60")
    assert ("Ready for fulfillment", "Review required") in settings.values()


def test_two_versions_that_say_the_same_differ_in_nothing(rule: Rule) -> None:
    services.restore(rule, 1, by=BEN)
    assert told(rule, 1, 4).parts == []


def test_the_list_says_who_switched_and_moved_what(rule: Rule, source: Source) -> None:
    for name in ("Second", "Third"):
        services.create_rule(source.organization, "NEW_ORDER", Definition(name=name, actions=CANCEL), by=ANN)
    services.set_enabled(rule, True, by=BEN)
    services.move(Rule.across.get(name="Third"), 1, by=ANN)
    services.delete_rule(Rule.across.get(name="Second"), by=BEN)
    from automations.views.versions import told_rows

    found = list(RuleSetVersion.across.order_by("number"))
    rows = told_rows(source.organization, found)
    changes = [
        (after.by_name, changes_of(before.entries, after.entries, rows)) for before, after in itertools.pairwise(found)
    ]
    assert changes[2:] == [
        ("Ann", ["“Second” was added, switched off"]),
        ("Ann", ["“Third” was added, switched off"]),
        ("Ben", ["“Dear and tagged” was switched on"]),
        ("Ann", ["“Third” moved from place 3 to place 1"]),
        ("Ben", ["“Second” was taken out"]),
    ]
    assert changes[0] == ("Ben", ["“Dear and tagged” was saved"])


def test_two_people_at_once_make_two_versions_one_after_the_other(source: Source) -> None:
    made = services.create_rule(source.organization, "NEW_ORDER", Definition(name="A", actions=CANCEL), by=ANN)
    stale = Rule.across.get(pk=made.pk)
    services.save_rule(made, Definition(name="B", actions=CANCEL), by=ANN, seen=1)
    with pytest.raises(services.ChangedMeanwhile):
        services.save_rule(stale, Definition(name="C", actions=CANCEL), by=BEN, seen=1)
    services.save_rule(stale, Definition(name="C", actions=CANCEL), by=BEN, seen=2)
    assert [(one[1], one[2]) for one in versions(made)] == [("Ann", "A"), ("Ann", "B"), ("Ben", "C")]


def test_an_order_is_refused_only_where_the_rules_or_their_order_are_others_by_now(source: Source) -> None:
    made = [
        services.create_rule(source.organization, "NEW_ORDER", Definition(name=name, actions=CANCEL), by=ANN)
        for name in "ABC"
    ]
    one, two, three = (rule.public_id for rule in made)
    seen = list_version(source.organization, triggers.get("NEW_ORDER"))
    services.set_enabled(made[0], True, by=BEN)
    wanted, organization = [three, one, two], source.organization
    assert services.reorder(organization, "NEW_ORDER", wanted, by=ANN, seen=seen) == seen + 2
    for outdated in (seen, seen + 1, 99):
        with pytest.raises(services.ChangedMeanwhile):
            services.reorder(organization, "NEW_ORDER", [one, two, three], by=BEN, seen=outdated)
    services.delete_rule(made[2], by=BEN)
    with pytest.raises(services.ChangedMeanwhile):
        services.reorder(organization, "NEW_ORDER", wanted, by=ANN, seen=seen + 2)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_somebody_at_the_same_list_goes_on_from_there(source: Source) -> None:
    """Both switches count, also where the second was pressed before the first one's list was published."""
    first, second = (
        services.create_rule(source.organization, "NEW_ORDER", Definition(name=name, actions=CANCEL), by=ANN)
        for name in "AB"
    )
    before = RuleSetVersion.across.count()
    behind(
        lambda: services.set_enabled(first, True, by=ANN),
        lambda: services.set_enabled(second, True, by=BEN),
    )
    numbers = RuleSetVersion.across.order_by("number").values_list("number", "by_name")
    assert list(numbers)[before:] == [(before + 1, "Ann"), (before + 2, "Ben")]
    assert Rule.across.filter(enabled=True, pk__in=[first.pk, second.pk]).count() == 2


def test_a_person_of_another_role_is_named_as_well(organization: Organization, source: Source) -> None:
    ben = make_member(organization, Role.USER, name="Ben User")
    made = services.create_rule(organization, "NEW_ORDER", Definition(name="A", actions=CANCEL), by=ANN)
    services.rename(made, "B", by=Actor.user(ben.user))
    assert versions(made)[-1][1] == "Ben User"
