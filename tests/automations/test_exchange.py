"""Rules as YAML, out and in: the round trip, what each rule becomes, and that a fault anywhere imports nothing."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.actions import actions
from automations.exchange.exports import export_all, export_one
from automations.exchange.imports import Preview, Refused, import_rules, preview
from automations.exchange.writing import write
from automations.models import Rule, RuleSetVersion, RuleVersion
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Membership, Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
DEAR = {
    "version": 1,
    "root": {"match": "all", "items": [{"field": "totalPrice", "operator": "gt", "value": Decimal("100.50")}]},
}
CODE = "// only at night\nconst hour = helpers.dates.hour(helpers.now, 'Europe/London');\nreturn hour < 6;\n"


def add(organization: Organization, name: str, *, trigger: str = "NEW_ORDER", **parts: Any) -> Rule:
    parts.setdefault("actions", (ActionSpec(key="cancel"),))
    return services.create_rule(organization, trigger, Definition(name=name, **parts), by=ANN)


def known_as(row: Rule | Source, public_id: str) -> None:
    """Give a row an ID that does not change from run to run: some read as numbers, and are quoted."""
    row.public_id = public_id
    row.save(update_fields=["public_id"])


@pytest.fixture
def rules(source: Source) -> list[Rule]:
    """Three rules and the default one: simple with a source, code, and one of another trigger that is on."""
    ours = source.organization
    services.ensure_defaults(ours)
    known_as(source, "5a1e5a1e5a1e5a1e")
    hold = ActionSpec(key="hold", settings={"minutes": 45}, note="until the shift begins")
    made = [
        add(ours, "Dear orders", filter=FilterSpec(tree=DEAR), sources=(source.public_id,), actions=(hold,)),
        add(ours, "At night", filter=FilterSpec(kind="code", code=CODE), description="Nobody is there.\nSo wait."),
        add(ours, "Once only", trigger="UPDATED_ORDER", once=True),
    ]
    services.set_enabled(made[2], True, by=ANN)
    for number, one in enumerate([*made, Rule.across.get(is_default=True, trigger="NEW_ORDER")]):
        known_as(one, f"abcdef000000000{number}")
    return made


NAMED = ("Dear orders", "Dearest", "At night", "Once only", "Once and never again", "Default rule")


def outcomes(found: Preview) -> list[tuple[str, str]]:
    """What becomes of the rules that these tests know; other triggers may have default rules of their own."""
    return [(entry.text.name, entry.outcome) for entry in found.entries if entry.text.name in NAMED]


def hold(minutes: int) -> str:
    """The settings of a hold as they stand in the document."""
    return write(actions.get("hold").settings(minutes=minutes).model_dump(mode="json"), indent=14)


def troubles(organization: Organization, text: str, *, may_code: bool = True) -> list[tuple[int, str, str]]:
    found = preview(organization, text.encode(), may_code=may_code)
    assert found.refused
    if found.problem is not None:
        return [(found.problem.line, "", found.problem.message)]
    return [(one.line, one.place, one.message) for entry in found.entries for one in entry.troubles]


def test_the_document_reads_like_a_text(rules: list[Rule], source: Source) -> None:
    dear, night, once = rules
    default = Rule.across.get(is_default=True, trigger="NEW_ORDER")
    text = export_all(source.organization, trigger="NEW_ORDER")
    assert (
        re.sub("from when .*", "…", text)
        == f"""\
# Automation rules. What may stand here: docs/rules-as-yaml.md. An import lands switched off.
switchyard: rules
version: 1
organization: Tea & Tins Ltd
triggers:
  - trigger: NEW_ORDER
    rules:
      # when total is over 100.50 from Tea shop → hold 45 minutes …
      - id: {dear.public_id}
        name: Dear orders
        enabled: false
        sources:
          - id: {source.public_id}
            name: Tea shop
        filter:
          kind: simple
          match: all
          items:
            - field: totalPrice
              operator: gt
              value: 100.50
        actions:
          - action: hold
            note: until the shift begins
            settings:
{hold(45)}      # when its code says so → cancel
      - id: {night.public_id}
        name: At night
        description: |-
          Nobody is there.
          So wait.
        enabled: false
        sources: all
        filter:
          kind: code
          code: |
            // only at night
            const hour = helpers.dates.hour(helpers.now, 'Europe/London');
            return hour < 6;
        actions:
          - action: cancel
      # every order that is left → hold 10 minutes …
      - id: {default.public_id}
        name: Default rule
        description: Every order that no rule above has moved on.
        enabled: true
        default: true
        sources: all
        filter:
          kind: simple
          match: all
          items: []
        actions:
          - action: hold
            settings:
{hold(10)}"""
    )
    assert (
        export_all(source.organization, trigger="UPDATED_ORDER").split("rules:\n")[1]
        == f"""\
      # every order → cancel
      - id: {once.public_id}
        name: Once only
        enabled: true
        once: true
        sources: all
        filter:
          kind: simple
          match: all
          items: []
        actions:
          - action: cancel
"""
    )


def test_what_was_exported_is_unchanged_and_importing_it_writes_nothing(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization)
    before = RuleVersion.across.count(), RuleSetVersion.across.count()
    found = import_rules(source.organization, text.encode(), by=ANN, may_code=False)
    assert {entry.outcome for entry in found.entries} == {"unchanged"}
    assert (RuleVersion.across.count(), RuleSetVersion.across.count()) == before
    assert export_all(source.organization) == text


def test_one_trigger_or_one_rule_is_exported_alone(rules: list[Rule], source: Source) -> None:
    assert "Once only" not in export_all(source.organization, trigger="NEW_ORDER")
    one = export_one(rules[1])
    assert ("At night" in one, "Dear orders" in one, "Default rule" in one) == (True, False, False)


def test_a_change_lands_as_a_version_that_is_switched_off(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization).replace("name: Once only", "name: Once and never again")
    found = import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert outcomes(found)[-1] == ("Once and never again", "changed")
    rule = Rule.across.select_related("current").get(pk=rules[2].pk)
    assert rule.current is not None
    assert (rule.name, rule.enabled, rule.current.number, rule.current.summary) == (
        "Once and never again", False, 2, "Imported.",
    )  # fmt: skip
    entries = RuleSetVersion.across.filter(rule_set__trigger="UPDATED_ORDER").order_by("-number")[0].entries
    assert entries == [{"rule": rule.pk, "version": rule.current_id, "enabled": False, "watch": False}]


def test_an_older_export_brings_every_rule_back(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization)
    for rule in rules:
        services.rename(rule, f"{rule.name}!", by=ANN)
    import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert export_all(source.organization) == text.replace(
        "name: Once only\n        enabled: true", "name: Once only\n        enabled: false"
    )


def test_in_another_organization_rules_are_added_in_their_order_and_off(
    rules: list[Rule], source: Source, stranger: Membership
) -> None:
    theirs = stranger.organization
    Source.across.create(organization=theirs, name="Tea shop", connector="ecwid")
    services.ensure_defaults(theirs)
    text = export_all(source.organization)
    found = import_rules(theirs, text.encode(), by=ANN, may_code=True)
    assert [outcome for _, outcome in outcomes(found)] == ["new", "new", "unchanged", "new"]
    made = Rule.across.filter(organization=theirs, is_default=False).order_by("pk")
    assert [(rule.name, rule.enabled) for rule in made] == [
        ("Dear orders", False), ("At night", False), ("Once only", False),
    ]  # fmt: skip
    assert not {rule.public_id for rule in made} & {rule.public_id for rule in rules}
    assert all(rule.name for rule in rules)
    again = export_all(theirs)
    for rule, copy in zip(rules, made, strict=True):
        again = again.replace(copy.public_id, rule.public_id)
    assert _without_ids(again) == _without_ids(
        text.replace("enabled: true\n        once", "enabled: false\n        once")
    )


def _without_ids(text: str) -> list[str]:
    return [line for line in text.split("\n") if " id: " not in line and "organization:" not in line]


def test_a_default_rule_that_differs_is_left_alone(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization).replace("minutes: 10", "minutes: 30")
    found = import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert ("Default rule", "kept") in outcomes(found)
    default = Rule.across.select_related("current").get(is_default=True, trigger="NEW_ORDER")
    assert default.current is not None
    assert (default.current.number, default.enabled) == (1, True)


def test_one_fault_anywhere_imports_nothing(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization).replace("Dear orders", "Dearest").replace("once: true", "once: maybe")
    before = export_all(source.organization)
    with pytest.raises(Refused) as refused:
        import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert outcomes(refused.value.preview)[0] == ("Dearest", "changed")
    assert outcomes(refused.value.preview)[-1] == ("Once only", "refused")
    assert export_all(source.organization) == before


HEAD = "switchyard: rules\nversion: 1\ntriggers:\n  - trigger: NEW_ORDER\n    rules:\n"
GOOD = """\
      - name: A rule
        filter:
          kind: simple
          match: all
          items: []
        actions:
          - action: cancel
"""
FAULTS: dict[str, tuple[str, str, list[tuple[int, str, str]]]] = {
    "an unknown part": (
        "name: A rule", "name: A rule\n        colour: red",
        [(7, "colour", "“colour” is not known here. There are id, name, description, enabled, watch, default, once, "
          "sources, filter, actions.")],
    ),
    "an unknown part of an action": (
        "action: cancel", "action: cancel\n            when: now",
        [(13, "actions.0.when", "“when” is not known here. There are action, settings, off, note.")],
    ),
    "an unknown action": ("action: cancel", "action: explode", [(12, "actions.0", "There is no action “explode”.")]),
    "an unknown setting": (
        "action: cancel", "action: hold\n            settings:\n              minutes: 5\n              colour: red",
        [(15, "actions.0.colour", "Extra inputs are not permitted")],
    ),
    "a setting of a wrong type": (
        "action: cancel", "action: hold\n            settings:\n              minutes: soon",
        [(14, "actions.0.minutes", "Input should be a valid integer, unable to parse string as an integer")],
    ),
    "settings that are a list": (
        "action: cancel", "action: hold\n            settings: [5]",
        [(13, "actions.0.settings", "Settings are names with values.")],
    ),
    "an action that is a text": (
        "- action: cancel", "- cancel", [(12, "actions.0", "An action has a name under “action”, and its settings.")],
    ),
    "an unknown trigger": (
        "trigger: NEW_ORDER", "trigger: FULL_MOON", [(6, "", "There is no trigger “FULL_MOON”.")],
    ),
    "an unknown source": (
        "        filter:", "        sources: [{id: 00000000deadbeef, name: Nowhere}]\n        filter:",
        [(7, "sources.0", "There is no source “Nowhere” 00000000deadbeef here.")],
    ),
    "a source that is a number": (
        "        filter:", "        sources: [7]\n        filter:",
        [(7, "sources.0", "Give the id or the name of the source as text.")],
    ),
    "an unknown field": (
        "items: []", "items:\n            - {field: colour, operator: equals, value: red}",
        [(11, "filter.0", "0: There is no such field.")],
    ),
    "a condition on a foreign source": (
        "items: []", "items:\n            - {field: integration, operator: equals, value: 00000000deadbeef}",
        [(11, "filter.0", "There is no source 00000000deadbeef here. Give the ID of one of yours.")],
    ),
    "items that are a text": (
        "items: []", "items: no", [(8, "filter", "root: The items of the group are not a list.")],
    ),
    "a filter without items": (
        "          items: []\n", "", [(8, "filter", "A simple filter has match and items. No items: every record.")],
    ),
    "no filter at all": (
        "        filter:\n          kind: simple\n          match: all\n          items: []\n", "",
        [(6, "", "“filter” is missing.")],
    ),
    "a name that is a number": ("name: A rule", "name: 7", [(6, "name", "This must be a text. Put it in quotes.")]),
    "no actions": (
        "actions:\n          - action: cancel\n", "actions: []\n", [(11, "actions", "Add at least one action.")],
    ),
    "code that does not parse": (
        "kind: simple\n          match: all\n          items: []",
        "kind: code\n          code: |\n            return (",
        [(9, "filter.code", "Line 2: Brackets, quotes")],
    ),
    "an ID that is none of ours twice": (
        GOOD, GOOD.replace("name", "id: 00000000deadbeef\n        name") * 2,
        [(14, "id", "The ID 00000000deadbeef stands in this document twice.")],
    ),
    "a rule that is a text": (GOOD, "      - cancel everything\n", [(6, "", "A rule has parts with names:")]),
    "a terminal action that is not the last": (
        "- action: cancel", "- action: cancel\n          - action: hold",
        [(12, "actions.0", "“Cancel order” must be the last action; nothing runs after it.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_what_does_not_fit_is_told_with_line_and_place(
    source: Source, old: str, new: str, told: list[tuple[int, str, str]]
) -> None:
    assert old in HEAD + GOOD
    text = (HEAD + GOOD).replace(old, new)
    found = troubles(source.organization, text)
    assert [(line, place, message[: len(expected)]) for (line, place, message), (_, _, expected) in
            zip(found, told, strict=True)] == told  # fmt: skip
    with pytest.raises(Refused):
        import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert not Rule.across.filter(organization=source.organization, is_default=False).exists()


def test_code_needs_the_right_to_write_it_unless_it_is_here_already(rules: list[Rule], source: Source) -> None:
    text = export_all(source.organization)
    renamed = text.replace("name: At night", "name: By night")
    assert not preview(source.organization, renamed.encode(), may_code=False).refused
    changed = text.replace("hour < 6", "hour < 7")
    message = "It holds JavaScript, which your role may not write. Ask a developer or an administrator."
    assert [one[2] for one in troubles(source.organization, changed, may_code=False)] == [message]
    assert not preview(source.organization, changed.encode(), may_code=True).refused


@pytest.mark.parametrize("public_id", ["93299046e6555924", "0329904616555924"])
def test_an_id_that_reads_as_a_number_is_an_id(rules: list[Rule], source: Source, public_id: str) -> None:
    known_as(rules[1], public_id)
    text = export_all(source.organization, trigger="NEW_ORDER")
    assert f"- id: '{public_id}'\n" in text
    assert ("At night", "unchanged") in outcomes(preview(source.organization, text.encode(), may_code=True))


def test_the_id_of_another_list_is_refused(rules: list[Rule], source: Source) -> None:
    text = HEAD + GOOD.replace("name", f"id: {rules[2].public_id}\n        name", 1)
    told = f"The rule {rules[2].public_id} belongs to the trigger UPDATED_ORDER. Leave the ID out to copy it."
    assert troubles(source.organization, text) == [(6, "id", told)]


def test_the_id_of_somebody_elses_rule_adds_a_new_one(rules: list[Rule], stranger: Membership) -> None:
    text = HEAD + GOOD.replace("name", f"id: {rules[0].public_id}\n        name", 1)
    (entry,) = import_rules(stranger.organization, text.encode(), by=ANN, may_code=True).entries
    assert (entry.outcome, entry.rule is not None and entry.rule.organization_id) == ("new", stranger.organization_id)
    rules[0].refresh_from_db()
    assert rules[0].name == "Dear orders"


def test_a_source_is_found_by_its_name_where_its_id_is_another_ones(source: Source) -> None:
    text = HEAD + GOOD.replace("        filter", "        sources: [Tea shop]\n        filter")
    (entry,) = preview(source.organization, text.encode(), may_code=False).entries
    assert entry.text.definition is not None
    assert entry.text.definition.sources == (source.public_id,)


def test_a_name_that_two_sources_have_is_refused(source: Source) -> None:
    Source.across.create(organization=source.organization, name="Tea shop", connector="shopify")
    text = HEAD + GOOD.replace("        filter", "        sources: [Tea shop]\n        filter")
    assert troubles(source.organization, text) == [
        (7, "sources.0", "Two sources are called “Tea shop”. Give the ID of one."),
    ]


def test_a_rule_of_a_deleted_source_is_unchanged_but_cannot_be_changed(rules: list[Rule], source: Source) -> None:
    Source.across.update(state="deleted")
    text = export_all(source.organization, trigger="NEW_ORDER")
    assert not preview(source.organization, text.encode(), may_code=True).refused
    changed = text.replace("minutes: 45", "minutes: 50")
    assert troubles(source.organization, changed) == [
        (13, "sources", "“Tea shop” is not there any more. Choose among those that are shown."),
    ]


def test_a_rule_that_cannot_be_read_any_more_is_exported_and_unchanged(rules: list[Rule], source: Source) -> None:
    """A field that is gone, a later version of the filter, an action that is not there any more."""
    assert rules[0].current is not None
    said = rules[0].current.definition
    later = {"kind": "simple", "code": "", "tree": {"version": 9, "root": {"match": "all", "items": []}}}
    gone = {"key": "gone", "settings": {"b": 1, "a": [2]}, "off": False, "note": ""}
    broken = {**said, "filter": later, "actions": [gone]}
    RuleVersion.across.filter(pk=rules[0].current.pk).update(definition=broken)
    text = export_all(source.organization)
    assert "version: 9" in text
    found = preview(source.organization, text.encode(), may_code=False)
    assert {entry.outcome for entry in found.entries} == {"unchanged"}
    changed = troubles(source.organization, text.replace("name: Dear orders", "name: Dearest"))
    assert [(place, message[:30]) for _, place, message in changed] == [
        ("filter", "root: The version of the filte"), ("actions.0", "There is no action “gone”."),
    ]  # fmt: skip


def test_the_example_in_the_documentation_can_be_imported(source: Source) -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules-as-yaml.md").read_text()
    text = page.split("```yaml\n")[1].split("```")[0]
    found = import_rules(source.organization, text.encode(), by=ANN, may_code=True)
    assert outcomes(found) == [("Dear orders", "new"), ("At night", "new")]
