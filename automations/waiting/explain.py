"""What the order page says of a conditional hold: what ends it, in the words of the rule as it is now."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automations.actions.conditional_hold import until
from automations.queries import names_of_sources, zone_of
from automations.waiting import conditions
from automations.waiting.conditions import Current, Lost
from orders.models import Hold, Order
from orders.shown.holds import Until, explainers
from portal.filters.fields import Choice

_LOST = {
    Lost.DELETED: gettext_lazy("The rule is deleted: nothing looks at it any more."),
    Lost.OFF: gettext_lazy("The rule is switched off: it is looked at again when the rule is switched on."),
    Lost.WATCHES: gettext_lazy("The rule only watches now: nothing looks at it until the rule is live again."),
    Lost.WITHOUT: gettext_lazy("The rule has no conditional hold any more: nothing looks at it."),
    Lost.UNREADABLE: gettext_lazy("The condition of the rule cannot be read any more: save the rule anew."),
}


def explain(order: Order, holds: Sequence[Hold]) -> Mapping[int, Until]:
    """Return what ends conditional holds of an order, by their ids."""
    rules = conditions.current(order.organization, {conditions.rule_of(one.placed_by_id) for one in holds})
    found = {}
    for hold in holds:
        rule = rules.get(conditions.rule_of(hold.placed_by_id))
        found[hold.pk] = _until(rule, order) if rule else Until(note=str(_LOST[Lost.DELETED]))
    return found


def _until(rule: Current, order: Order) -> Until:
    url = "" if rule.lost is Lost.DELETED else reverse("automations:edit", args=[rule.public_id])
    if rule.condition is None:
        return Until(rule=rule.name, url=url, note=str(_LOST[rule.lost]) if rule.lost else "")
    settings = rule.condition.settings
    if settings.condition.kind == "code":
        words = _("the code of the rule says so")
    else:
        organization = order.organization
        names = [Choice(*one) for one in names_of_sources(organization).items()]
        words = until(
            settings.condition,
            zone=zone_of(organization),
            names=lambda path: names if path == "integration" else [],
        )
    return Until(words, settings.next_status, rule.name, url)


explainers.register("automations", explain)
