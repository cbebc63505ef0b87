"""A whole rule in one sentence, always true to what is below it."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from automations.definition import Definition
from automations.engine.actions import actions
from automations.engine.triggers import Trigger
from portal.filters.codec import decode
from portal.filters.fields import Choice
from portal.filters.problems import BadFilter
from portal.filters.to_words import sentence


def condition(
    definition: Definition, trigger: Trigger, zone: dt.tzinfo, sources: Mapping[str, str], *, is_default: bool = False
) -> str:
    """Return when a rule matches: “when total is over 100”, “every order”, “when its code says so”.

    The default rule (`is_default`) of a trigger whose default takes whatever is left says just that.
    """
    if is_default and (trigger.default is None or trigger.default.fixed_filter):
        return _("every {record} that is left").format(record=_(trigger.catalogue.noun))
    if definition.filter.kind == "code":
        return _("when its code says so")
    try:
        tree = decode(definition.filter.tree)
        told = sentence(tree, trigger.catalogue, say=_, zone=zone, names=lambda path: _named(path, sources))
    except BadFilter:
        return _("when a filter holds that cannot be read any more")
    return _("every {record}").format(record=_(trigger.catalogue.noun)) if told == _("always") else told


def _named(path: str, sources: Mapping[str, str]) -> list[Choice]:
    return [Choice(*one) for one in sources.items()] if path == "integration" else []


def effect(definition: Definition) -> str:
    """Return what a rule does: “hold 10 minutes …, then cancel”; what is switched off is left out."""
    told = []
    for spec in definition.actions:
        if spec.off:
            continue
        if spec.key not in actions:
            told.append(_("an unknown action"))
            continue
        action = actions.get(spec.key)
        told.append(action.words(action.settings.model_validate(spec.settings)))
    return _(", then ").join(told) or _("do nothing yet")


def once(definition: Definition, trigger: Trigger) -> str:
    """Return that a rule runs once for a record: “once for each order”; empty where it may run again."""
    if not definition.once or not trigger.may_run_once:
        return ""
    return _("once for each {record}").format(record=_(trigger.catalogue.noun))


def unfinished() -> str:
    """Return what stands in place of the sentence while something is still open."""
    return _("Something in the filter or the actions is not complete yet.")


def where(definition: Definition, sources: Mapping[str, str]) -> str:
    """Return which sources a rule is for: “from Tea shop”; empty for every source."""
    names = [sources.get(public_id, _("a deleted source")) for public_id in definition.sources]
    return _("from {sources}").format(sources=_(" or ").join(names)) if names else ""
