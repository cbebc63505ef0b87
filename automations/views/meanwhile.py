"""Two people at one rule: each is told when the other saves, and sees what is different."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from automations import queries, words
from automations.definition import Definition
from automations.engine.triggers import Trigger
from automations.models import Rule, RuleVersion
from automations.views.rules import rule_of, trigger_of
from portal.ui.access import PageRequest, page
from portal.ui.components import DiffRow


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a colleague has saved since a version was opened; `newer` is None while nobody has."""

    rule: Rule
    seen: int
    newer: RuleVersion | None = None
    rows: tuple[DiffRow, ...] = ()

    @classmethod
    def of(cls, request: PageRequest, rule: Rule, trigger: Trigger, seen: str) -> "Meanwhile":
        """Compare the version that was opened with the one that counts now."""
        current = rule.current
        assert current is not None
        number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else current.number
        if number >= current.number:
            return cls(rule, current.number)
        before = RuleVersion.objects.within(request.organization).filter(rule=rule, number=number).first()
        rows = differences(request, trigger, before, current) if before else ()
        return cls(rule, number, current, tuple(rows))


@require_GET
@page()
def meanwhile(request: PageRequest, public_id: str) -> HttpResponse:
    """Say whether a colleague has saved the rule since version `seen`; 204 while there is nothing new to say."""
    rule = rule_of(request, public_id)
    assert rule.current is not None
    seen, shown = request.GET.get("seen", ""), request.GET.get("shown", "")
    if str(rule.current.number) == (shown or seen) and "accept" not in request.GET:
        return HttpResponse(status=204)
    told = Meanwhile.of(request, rule, trigger_of(rule.trigger), seen)
    return render(request, "automations/_meanwhile.html", {"meanwhile": told, "accepted": "accept" in request.GET})


def differences(request: PageRequest, trigger: Trigger, before: RuleVersion, after: RuleVersion) -> Iterator[DiffRow]:
    """Yield what two versions of a rule say differently, part by part, in words."""
    names = queries.names_of_sources(request.organization)
    zone = queries.zone_of(request.organization)

    def told(version: RuleVersion) -> dict[str, str]:
        try:
            one = Definition.model_validate(version.definition)
        except ValueError:
            return {}
        code = one.filter.code if one.filter.kind == "code" else ""
        return {
            _("Name"): one.name,
            _("Description"): one.description,
            _("Once"): words.once(one, trigger),
            _("Source integration"): words.where(one, names),
            _("Filter"): code or words.condition(one, trigger, zone, names),
            _("Actions"): words.effect(one),
        }

    old, new = told(before), told(after)
    for part in dict.fromkeys([*new, *old]):
        if old.get(part) != new.get(part):
            yield DiffRow(part, old.get(part) or None, new.get(part) or None)
