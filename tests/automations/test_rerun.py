"""What running rules again would come to: they are judged as they are now, and nothing they want is done."""

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, Run
from orders.exceptions.foresee import foresee
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from tests.factories import make_orders
from tests.whole import everything

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
BROKEN = "return entity.nothing.here"


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule that cancels what is dear and fails on three orders, which the default rule holds for review now."""
    services.ensure_defaults(source.organization)
    rule = services.create_rule(source.organization, "NEW_ORDER", _definition(BROKEN), by=ANN)
    rule = services.set_enabled(rule, True, by=ANN)
    make_orders(source, (1001, 1002, 1003))
    drain("automations")
    return rule


def _definition(code: str) -> Definition:
    return Definition(
        name="Cancel dear ones", filter=FilterSpec(kind="code", code=code), actions=(ActionSpec(key="cancel"),)
    )


def save(rule: Rule, code: str) -> None:
    row = Rule.across.select_related("current", "organization").get(pk=rule.pk)
    services.save_rule(row, _definition(code), by=ANN)


def told() -> list[tuple[str, str]]:
    """Return fate and reason of each exception, by order; nothing is written meanwhile."""
    rows = OrderException.across.filter(type="rule_failed", state="active").select_related("organization")
    some = list(rows.order_by("entity_label"))
    before = everything()
    found = foresee(some)
    assert everything() == before
    return [(found[one.pk].fate.value, found[one.pk].why) for one in some]


def test_a_rule_that_was_mended_clears_what_it_matches(rule: Rule) -> None:
    assert [fate for fate, _why in told()] == ["stays"] * 3
    assert all("here" in why for _fate, why in told())
    save(rule, "return entity.extOrderId === '#1001'")
    assert told() == [
        ("clears", "The rule can do its work."),
        *[("stays", "The rule does not match any more: decide about it by hand.")] * 2,
    ]
    assert set(Order.across.values_list("status", flat=True)) == {"onHold"}


def test_a_rule_that_is_off_is_not_judged(rule: Rule) -> None:
    services.set_enabled(Rule.across.get(pk=rule.pk), False, by=ANN)
    assert told() == [("stays", "Its rule is switched off.")] * 3


def test_a_run_that_was_run_again_is_not_run_twice(rule: Rule) -> None:
    Run.across.filter(rule=rule).delete()
    assert told() == [("stays", "There is no work behind it any more that could be tried again.")] * 3
