"""Versions of rules and of lists: who saved what when, what differs, and bringing an old one back."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from automations import queries, services
from automations.comparing.lists import Entry, Row, changes_of, entries_of
from automations.comparing.rules import compare as compare_definitions
from automations.engine.triggers import triggers
from automations.models import Rule, RuleSetVersion, RuleVersion
from automations.services.code import writes_code
from automations.views.rules import trigger_of
from portal.audit.actor import Actor
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import add_message, redirect

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a rule as its list shows it."""

    version: RuleVersion
    parts: list[str]
    """What differs from the one before, in words."""
    first: bool
    current: bool


@dataclass(frozen=True, slots=True)
class ListRow:
    """A version of a list as its page shows it."""

    version: RuleSetVersion
    changes: list[str]
    entries: list[Entry]
    current: bool


@page()
def versions(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the versions of a rule, the newest first: who, when, and what differs from the one before."""
    rule = _rule(request, public_id)
    rows = list(_below(RuleVersion.objects.within(request.organization).filter(rule=rule), request)[: PER_PAGE + 1])
    context = {
        "rule": rule,
        "trigger": triggers.get(rule.trigger),
        "rows": _rows(request, rule, rows),
        "older": rows[PER_PAGE - 1].number if len(rows) > PER_PAGE else 0,
        "numbers": list(
            RuleVersion.objects.within(request.organization)
            .filter(rule=rule)
            .order_by("-number")
            .values_list("number", flat=True)
        ),
        "may_edit": may(request, Permission.EDIT_RULES) and rule.deleted_at is None,
    }
    return render(request, "automations/versions.html", context)


@page()
def compare(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what differs between two versions of a rule: `?from=3&to=5`; without them, the last two."""
    rule = _rule(request, public_id)
    assert rule.current is not None
    newer = _numbered(request, "to", rule.current.number)
    older = _numbered(request, "from", max(1, newer - 1))
    found = {
        one.number: one
        for one in RuleVersion.objects.within(request.organization).filter(rule=rule, number__in=(older, newer))
    }
    if {older, newer} - found.keys():
        raise Http404(_("There is no such version of this rule."))
    names = queries.names_of_sources(request.organization)
    compared = compare_definitions(
        found[older].definition,
        found[newer].definition,
        triggers.get(rule.trigger),
        queries.zone_of(request.organization),
        names,
        is_default=rule.is_default,
    )
    context = {
        "rule": rule,
        "trigger": triggers.get(rule.trigger),
        "before": found[older],
        "after": found[newer],
        "compared": compared,
        "heads": list(zip((found[older], found[newer]), compared.sentences, strict=True)),
        "numbers": list(
            RuleVersion.objects.within(request.organization)
            .filter(rule=rule)
            .order_by("-number")
            .values_list("number", flat=True)
        ),
        "may_edit": may(request, Permission.EDIT_RULES) and rule.deleted_at is None,
    }
    return render(request, "automations/compare.html", context)


@require_POST
@page(Permission.EDIT_RULES)
def restore(request: PageRequest, public_id: str) -> HttpResponse:
    """Bring an old version back as a new one. What is not valid any more is refused, and nothing is changed."""
    rule = _rule(request, public_id)
    if rule.deleted_at is not None or rule.current is None:
        raise Http404
    number, seen = request.POST.get("number", ""), request.POST.get("seen", "")
    old = (
        RuleVersion.objects.within(request.organization)
        .filter(rule=rule, number=int(number) if _is_number(number) else 0)
        .first()
    )
    if old is None:
        raise Http404(_("There is no such version of this rule."))
    if writes_code(old.definition, rule.current.definition) and not may(request, Permission.EDIT_CODE_RULES):
        raise PermissionDenied(_("Your role may not write JavaScript rules. Ask a developer or an administrator."))
    try:
        services.restore(
            rule, old.number, by=Actor.user(request.user), seen=int(seen) if _is_number(seen) else None
        )  # fmt: skip
    except services.RuleInvalid as error:
        return _refused(request, rule, old.number, [fault.message for fault in error.faults])
    except services.ChangedMeanwhile:
        message = _("Somebody has saved this rule in the meantime. Look at its versions again.")
        return _refused(request, rule, old.number, [message])
    add_message(request, _("Version {number} is back, as a new version.").format(number=old.number))
    return redirect(request, reverse("automations:versions", args=[rule.public_id]))


@page()
def list_versions(request: PageRequest, trigger: str) -> HttpResponse:
    """Show the versions of a trigger's list: who added, switched, moved and saved what, and when."""
    chosen = trigger_of(trigger)
    rows = RuleSetVersion.objects.within(request.organization).filter(rule_set__trigger=chosen.key)
    found = list(_below(rows.select_related("rule_set"), request)[: PER_PAGE + 1])
    context = {
        "trigger": chosen,
        "triggers": sorted(triggers.all(), key=lambda one: one.position),
        "rows": _list_rows(request, found),
        "older": found[PER_PAGE - 1].number if len(found) > PER_PAGE else 0,
    }
    return render(request, "automations/versions_of_list.html", context)


def _rule(request: PageRequest, public_id: str) -> Rule:
    """Return a rule of the organization, also a deleted one: its runs still point to its versions."""
    return get_or_404(Rule, request.organization, "current", "organization", public_id=public_id)


def _below(rows: Any, request: PageRequest) -> Any:
    """Return the rows below the number that the address names, the newest first."""
    before = request.GET.get("before", "")
    return (rows.filter(number__lt=int(before)) if _is_number(before) else rows).order_by("-number")


def _rows(request: PageRequest, rule: Rule, found: list[RuleVersion]) -> list[VersionRow]:
    names, zone = queries.names_of_sources(request.organization), queries.zone_of(request.organization)
    trigger, made = triggers.get(rule.trigger), list[VersionRow]()
    for one, before in zip(found, [*found[1:], None], strict=False):
        parts = []
        if before is not None:
            told = (before.definition, one.definition, trigger, zone, names)
            parts = compare_definitions(*told, is_default=rule.is_default).parts
        made.append(VersionRow(one, parts, one.number == 1, one.pk == rule.current_id))
    return made[:PER_PAGE]


def told_rows(organization: Organization, found: list[RuleSetVersion]) -> dict[int, Row]:
    """Return what versions of a list speak of, by rule version: in one query, without what the rules say."""
    wanted = {entry["version"] for one in found for entry in one.entries}
    rows = RuleVersion.objects.within(organization).filter(pk__in=wanted)
    parts = ("pk", "rule_id", "definition__name", "number", "rule__is_default")
    return {pk: Row(*told) for pk, *told in rows.values_list(*parts)}


def _list_rows(request: PageRequest, found: list[RuleSetVersion]) -> list[ListRow]:
    told = told_rows(request.organization, found)
    made = []
    for one, before in zip(found, [*found[1:], None], strict=False):
        former = before.entries if before is not None else []
        changes = changes_of(former, one.entries, told) if before is not None or one.number == 1 else []
        if len(changes) == 1 and "“" in one.summary:  # the summary names the rule, and says the same
            changes = []
        current = one.pk == one.rule_set.published_id
        made.append(ListRow(one, changes, entries_of(one.entries, told), current))
    return made[:PER_PAGE]


def _numbered(request: PageRequest, name: str, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if _is_number(value) else default


def _is_number(value: str) -> bool:
    return value.isdecimal() and len(value) < 10


def _refused(request: PageRequest, rule: Rule, number: int, messages: list[str]) -> HttpResponse:
    context = {"rule": rule, "number": number, "messages_told": messages}
    return render(request, "automations/versions_refused.html", context, status=422)
