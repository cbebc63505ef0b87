"""The second look of rules that came on judges nothing that was judged, whether a rule ran for it or not."""

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, RuleCounter, Run
from automations.services import ensure_defaults
from orders.engines import setting
from orders.lifecycle import edits
from orders.models import EngineSetting, Order, Source
from portal.audit.actor import Actor
from portal.events import dispatch
from portal.events.models import Event, Handoff
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Actor("user", "1", "Ann")


def noting(source: Source, *conditions: Condition) -> Rule:
    """Return a rule that notes each order that has changed and fits, switched on."""
    spec = FilterSpec(tree=encode(Group("all", conditions)))
    note = (ActionSpec(key="add_note", settings={"text": "Seen"}),)
    rule = services.create_rule(
        source.organization, "UPDATED_ORDER", Definition(name="Notes", filter=spec, actions=note), by=ANN
    )
    services.set_enabled(rule, True, by=ANN)
    return rule


def on_again(source: Source) -> None:
    """Switch the engine on; what it has missed is judged."""
    organization = type(source.organization).objects.get(pk=source.organization_id)
    assert setting.switch(organization, setting.AUTOMATION, on=True, by=ANN)
    dispatch._yes.clear()
    dispatch.drain("automations")


def look_again() -> None:
    """Take the second look, as if all had ended who wrote as it came on; what it finds is judged."""
    EngineSetting.across.update(elders=1)
    setting.look_again()
    assert not EngineSetting.across.exclude(elders=None).exists()
    dispatch.drain("automations")


@pytest.fixture
def order(source: Source) -> Order:
    """An order that the rules have seen, in an organization whose rules rest now."""
    ensure_defaults(source.organization)
    made = make_order(source, 1)
    dispatch.drain("automations")
    return made


def rest(source: Source) -> None:
    setting.switch(source.organization, setting.AUTOMATION, on=False, by=ANN)
    dispatch._yes.clear()


def test_a_record_that_has_changed_twice_meanwhile_is_judged_once(source: Source, order: Order) -> None:
    rule = noting(source)
    rest(source)
    for text in ("one", "two"):
        edits.set_fields(order.pk, {"giftNote": text}, by=ANN)
    on_again(source)
    look_again()
    assert Run.across.filter(rule=rule).count() == 1


def test_what_no_rule_ran_for_is_not_judged_by_one_that_was_made_since(source: Source, order: Order) -> None:
    other = noting(source, Condition("giftNote", "equals", "other"))
    rest(source)
    edits.set_fields(order.pk, {"giftNote": "one"}, by=ANN)
    on_again(source)
    edits.set_fields(order.pk, {"giftNote": "two"}, by=ANN)  # this one is heard as it happens
    dispatch.drain("automations")
    looked = checks(other)
    later = noting(source)
    look_again()
    assert (Run.across.filter(rule=later).count(), checks(other)) == (0, looked)


def test_what_was_heard_although_it_began_before_is_judged_once(source: Source, order: Order) -> None:
    """The first look could not see it, and its own event was handed over."""
    other = noting(source, Condition("giftNote", "equals", "other"))
    rest(source)
    on_again(source)
    edits.set_fields(order.pk, {"giftNote": "one"}, by=ANN)
    dispatch.drain("automations")
    assert newest(order).pk in (EngineSetting.across.get(engine=setting.AUTOMATION).judged or ())
    looked = checks(other)
    noting(source)
    look_again()
    assert (checks(other), Run.across.filter(rule__trigger="UPDATED_ORDER").count()) == (looked, 0)
    row = EngineSetting.across.get(engine=setting.AUTOMATION)
    assert (row.first_look, row.judged) == ("", None)


def test_what_nobody_has_heard_of_is_judged_at_the_second_look(source: Source, order: Order) -> None:
    """Also of a record that the first look has handed over, and no rule ran for."""
    rule = noting(source, Condition("giftNote", "equals", "late"))
    rest(source)
    edits.set_fields(order.pk, {"giftNote": "early"}, by=ANN)
    on_again(source)
    change_unheard(order, "late")
    look_again()
    assert Run.across.filter(rule=rule).count() == 1


def change_unheard(order: Order, text: str) -> None:
    """Change an order as somebody does who takes the engine for off."""
    edits.set_fields(order.pk, {"giftNote": text}, by=ANN)
    Handoff.across.filter(event=newest(order)).delete()


def newest(order: Order) -> Event:
    return Event.across.filter(entity_type="order", entity_id=order.pk).latest("id")


def checks(rule: Rule) -> int:
    """Return how often a rule was asked."""
    return sum(RuleCounter.across.filter(rule=rule).values_list("non_matches", flat=True))
