"""The page of rules: by entity and trigger, what each did day by day, renamed where it stands, found by name."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations import queries, services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.triggers import triggers
from automations.models import Rule, RuleCounter
from automations.shown.bars import Bar, bars, days_until
from automations.shown.teaching import example
from orders.models import Source
from portal.audit.actor import Actor
from portal.kit.clock import now
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
HX = {"HX-Request": "true"}
TODAY = dt.date(2026, 1, 30)


def a_rule(organization: Organization, name: str = "Dear", trigger: str = "NEW_ORDER", **values: Any) -> Rule:
    key = "set_exception_status" if trigger.startswith("EXCEPTION") else "cancel"
    definition = Definition(name=name, actions=(ActionSpec(key=key),), **values)
    return services.create_rule(organization, trigger, definition, by=ANN)


def count(rule: Rule, *, days: float, matches: int = 0, errors: int = 0) -> None:
    at = now() - dt.timedelta(days=days)
    RuleCounter.across.create(
        organization=rule.organization, rule=rule, hour=at.replace(minute=0, second=0, microsecond=0),
        matches=matches, errors=errors, last_matched_at=at if matches else None,
    )  # fmt: skip


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/automations/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_triggers_stand_by_kind_of_record_with_the_number_of_their_rules(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    a_rule(source.organization)
    groups = queries.groups(source.organization)
    assert [(group.entity.key, [link.trigger.key for link in group.links]) for group in groups][:2] == [
        ("order", ["NEW_ORDER", "UPDATED_ORDER"]),
        ("exception", ["EXCEPTION_MODIFIED", "EXCEPTION_SCHEDULED"]),
    ]
    assert [(link.rules, link.on) for group in groups[:2] for link in group.links] == [(2, 1), (0, 0), (0, 0), (1, 1)]
    text = page(as_owner)
    assert text.index("Orders</h2>") < text.index("New order") < text.index("Exceptions</h2>")


@pytest.mark.parametrize("key", triggers.keys())
def test_each_trigger_says_what_it_is_for_and_gives_an_example(as_owner: Client, source: Source, key: str) -> None:
    text = page(as_owner, f"?trigger={key}")
    assert triggers.get(key).explains in text
    assert example(triggers.get(key)) in text
    assert "There is no rule here yet." in text


def test_with_nothing_but_the_default_rule_the_page_still_teaches(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    assert "You have no rule of your own here yet." in page(as_owner)
    a_rule(source.organization)
    assert "You have no rule of your own here yet." not in page(as_owner)


def test_an_unknown_trigger_is_not_found(as_owner: Client, source: Source) -> None:
    assert as_owner.get("/automations/?trigger=NOPE").status_code == 404


def test_a_card_counts_thirty_days_and_remembers_when_it_fired_last(source: Source) -> None:
    rule, quiet = a_rule(source.organization), a_rule(source.organization, "Quiet")
    count(rule, days=0, matches=3, errors=1)
    count(rule, days=2, matches=2)
    count(rule, days=40, matches=9)
    count(quiet, days=45, matches=1)
    first, second = queries.cards(source.organization, triggers.get("NEW_ORDER"))
    assert (first.did.matches, first.did.errors, len(first.did.bars)) == (5, 1, 2)
    assert (second.did.matches, second.did.errors, second.did.bars) == (0, 0, ())
    assert second.did.last_matched_at is not None
    assert first.place == 1
    assert second.place == 2


def test_days_are_those_of_the_organization(source: Source) -> None:
    organization = source.organization
    organization.timezone = "Pacific/Kiritimati"  # UTC+14
    organization.save()
    rule = a_rule(organization)
    count(rule, days=0, matches=1)
    (card,) = queries.cards(organization, triggers.get("NEW_ORDER"))
    (day,) = card.did.days
    zone = queries.zone_of(organization)
    assert day == now().replace(minute=0).astimezone(zone).date()


def test_bars_stand_on_the_ground_with_errors_on_top() -> None:
    days = {TODAY: (3, 1), TODAY - dt.timedelta(days=29): (8, 0), TODAY - dt.timedelta(days=1): (0, 1)}
    assert bars(days, TODAY) == (
        Bar(0, 0, 24, 0, 0, "January 1: 8 matches"),
        Bar(112, 24, 0, 21, 3, "January 29: 0 matches, 1 error"),
        Bar(116, 15, 9, 12, 3, "January 30: 3 matches, 1 error"),
    )
    assert bars({}, TODAY) == ()
    assert (days_until(TODAY)[0], len(days_until(TODAY))) == (dt.date(2026, 1, 1), 30)


def test_a_bar_never_leaves_its_chart() -> None:
    for pair in ((1, 1000), (1000, 1), (500, 500), (0, 7)):
        (bar,) = bars({TODAY: pair}, TODAY)
        assert bar.errors_top >= 0
        assert bar.height + bar.errors_height <= 24


def test_the_chart_is_drawn_without_styles_and_said_in_words(as_owner: Client, source: Source) -> None:
    count(a_rule(source.organization), days=0, matches=4, errors=2)
    text = page(as_owner)
    assert "Day by day for 30 days: 4 matches, 2 errors" in text
    assert 'class="rule-bar is-error"' in text
    assert "style=" not in text.split('id="rule-cards"')[1].split("</section>")[0]


def test_once_and_watching_are_marked(as_owner: Client, source: Source) -> None:
    rule = a_rule(source.organization, trigger="UPDATED_ORDER", once=True)
    text = page(as_owner, "?trigger=UPDATED_ORDER")
    assert "once for each order" in text
    assert "Watch only" not in text
    Rule.across.filter(pk=rule.pk).update(mode=Rule.Mode.WATCH)
    assert "Watch only" in page(as_owner, "?trigger=UPDATED_ORDER")


def test_a_default_rule_that_may_rest_has_a_switch_and_the_other_has_none(as_owner: Client, source: Source) -> None:
    services.ensure_defaults(source.organization)
    rule = Rule.across.get(trigger="EXCEPTION_SCHEDULED")
    text = page(as_owner, "?trigger=EXCEPTION_SCHEDULED")
    assert "first seen is more than 30 days ago" in text
    assert f"/automations/rules/{rule.public_id}/toggle/" in text
    assert as_owner.post(f"/automations/rules/{rule.public_id}/toggle/", {}).status_code == 302
    assert Rule.across.get(pk=rule.pk).enabled is False
    pinned = Rule.across.get(trigger="NEW_ORDER")
    assert f"/automations/rules/{pinned.public_id}/toggle/" not in page(as_owner)
    assert as_owner.post(f"/automations/rules/{pinned.public_id}/toggle/", {}).status_code == 409


def test_a_rule_that_is_not_valid_any_more_is_not_switched_on_and_says_why(as_owner: Client, source: Source) -> None:
    rule = a_rule(source.organization, sources=(source.public_id,))
    Source.across.update(state="deleted")
    answer = as_owner.post(f"/automations/rules/{rule.public_id}/toggle/", {"enabled": "on"}, headers=HX)
    assert answer.status_code == 409
    assert "“Dear” cannot be switched on." in answer.content.decode()
    assert "rulesChanged" in answer["HX-Trigger"]
    assert Rule.across.get(pk=rule.pk).enabled is False


def test_a_rule_is_renamed_where_it_stands(as_owner: Client, source: Source) -> None:
    rule = a_rule(source.organization)
    url = f"/automations/rules/{rule.public_id}/name/"
    form = as_owner.get(url, headers=HX).content.decode()
    assert 'value="Dear"' in form
    assert "data-busy" in form
    refused = as_owner.post(url, {"name": "  "}, headers=HX)
    assert (refused.status_code, "Give the rule a name." in refused.content.decode()) == (422, True)
    answer = as_owner.post(url, {"name": "Very <b>dear</b>"}, headers=HX)
    assert "Very &lt;b&gt;dear&lt;/b&gt;" in answer.content.decode()
    assert "rulesChanged" in answer["HX-Trigger"]
    changed = Rule.across.select_related("current").get(pk=rule.pk)
    assert changed.current is not None
    assert (changed.name, changed.current.number) == ("Very <b>dear</b>", 2)
    assert 'name="name"' not in as_owner.get(f"{url}?keep=1", headers=HX).content.decode()
    assert as_owner.post(url, {"name": "Plain"}).status_code == 302


def test_others_rename_nothing(as_colleague: Client, as_stranger: Client, source: Source) -> None:
    url = f"/automations/rules/{a_rule(source.organization).public_id}/name/"
    assert as_colleague.post(url, {"name": "x"}).status_code == 403
    assert as_stranger.get(url).status_code == 404
    assert as_stranger.post(url, {"name": "x"}).status_code == 404
    assert Rule.across.get().name == "Dear"


def test_a_viewer_sees_the_cards_and_no_handles(as_colleague: Client, source: Source) -> None:
    a_rule(source.organization)
    text = page(as_colleague)
    assert "Dear" in text
    for words in ("data-handle", "Rename", "Duplicate", "New rule", 'role="switch"'):
        assert words not in text


def test_many_rules_are_found_by_name_whatever_starts_them(
    as_owner: Client, as_stranger: Client, source: Source
) -> None:
    assert "Find a rule by its name" not in page(as_owner)
    for number in range(queries.MANY):
        a_rule(source.organization, f"Hold number {number}")
    a_rule(source.organization, "Dismiss number 3", "EXCEPTION_MODIFIED")
    assert "Find a rule by its name" in page(as_owner)
    text = page(as_owner, "?q=NUMBER+3")
    assert "Hold number 3" in text
    assert "Dismiss number 3" in text
    assert "Hold number 4" not in text
    assert text.index("Hold number 3") < text.index("Dismiss number 3")
    assert "No rule is called so" in page(as_owner, "?q=nothing")
    assert "Hold number 3" not in page(as_stranger, "?q=number")


def test_more_rules_cost_no_more_queries(as_owner: Client, source: Source) -> None:
    def cost() -> int:
        as_owner.get("/automations/")
        with CaptureQueriesContext(connection) as captured:
            as_owner.get("/automations/")
        return len(captured)

    count(a_rule(source.organization), days=1, matches=1)
    few = cost()
    for number in range(30):
        count(a_rule(source.organization, f"Rule {number}"), days=number, matches=number)
    assert cost() == few
    assert few <= 12


def test_a_rule_of_a_trigger_that_is_gone_breaks_no_page(as_owner: Client, source: Source) -> None:
    rule = a_rule(source.organization)
    Rule.across.filter(pk=rule.pk).update(trigger="LONG_GONE")
    assert "Dear" not in page(as_owner)
    assert "Dear" not in page(as_owner, "?q=Dear").split('id="main"')[-1].split("No rule is called so")[-1]


def test_a_rule_that_cannot_be_read_is_shown_as_paused(as_owner: Client, source: Source) -> None:
    rule = a_rule(source.organization, filter=FilterSpec())
    assert rule.current is not None
    type(rule.current).across.filter(pk=rule.current.pk).update(
        definition=rule.current.definition | {"actions": [{"key": "gone", "settings": {}}]}
    )
    assert "It does nothing until its filter is built again." in page(as_owner)
