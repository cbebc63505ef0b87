"""The rules of a trigger, in their order."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from automations import queries, services
from automations.engine.entities import entities
from automations.engine.triggers import Trigger, triggers
from automations.models import Rule
from automations.shown import teaching
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import done, is_part, page_or_part, redirect, said, toast

TEMPLATE = "automations/rules.html"
CARD = "automations/_card.html"


def trigger_of(key: str) -> Trigger:
    """Return a trigger by its key, or 404."""
    if key not in triggers:
        raise Http404
    return triggers.get(key)


def rule_of(request: PageRequest, public_id: str) -> Rule:
    """Return a rule of the organization that is not deleted, or 404."""
    rows = get_or_404(Rule, request.organization, public_id=public_id, deleted_at=None)
    return Rule.across.select_related("current", "organization").get(pk=rows.pk)


@page()
def rule_list(request: PageRequest) -> HttpResponse:
    """Show the rules of a trigger as cards; with `q`, the rules of all triggers that are called so."""
    trigger = trigger_of(request.GET.get("trigger", "NEW_ORDER"))
    search = " ".join(request.GET.get("q", "").split())[:120]
    groups = queries.groups(request.organization)
    context = {
        "trigger": trigger,
        "entity": entities.get(trigger.entity),
        "groups": groups,
        "may_edit": may(request, Permission.EDIT_RULES),
        "search": search,
        "many": sum(link.rules for group in groups for link in group.links) >= queries.MANY,
    }
    if search:
        return render(request, TEMPLATE, context | {"found": queries.found(request.organization, search)})
    context |= {
        "cards": queries.cards(request.organization, trigger),
        "version": queries.list_version(request.organization, trigger),
        "example": teaching.example(trigger),
    }
    return page_or_part(request, TEMPLATE, "cards", context)


@require_POST
@page(Permission.EDIT_RULES)
def toggle(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch a rule on or off. One that may not be on is told why, and its switch goes back."""
    rule = rule_of(request, public_id)
    enabled = request.POST.get("enabled") == "on"
    try:
        services.set_enabled(rule, enabled, by=Actor.user(request.user))
    except services.Pinned as error:
        return _refused(str(error))
    except services.RuleInvalid as error:
        told = _("“{name}” cannot be switched on. {why}")
        return _refused(told.format(name=rule.name, why=" ".join(fault.message for fault in error.faults)))
    word = _("“{name}” runs from now on.") if enabled else _("“{name}” does not run any more.")
    return done(request, _list_of(rule), word.format(name=rule.name), event="rulesChanged")


@page(Permission.EDIT_RULES)
def rename_here(request: PageRequest, public_id: str) -> HttpResponse:
    """Give a rule another name where it stands: the form, and what it sends; `?keep` shows the name again."""
    rule = rule_of(request, public_id)
    if request.method != "POST":
        part = "name" if "keep" in request.GET else "rename"
        return render(request, f"{CARD}#{part}", {"rule": rule, "name": rule.name, "may_edit": True})
    name = request.POST.get("name", "")
    try:
        rule = services.rename(rule, name, by=Actor.user(request.user))
    except services.RuleInvalid as error:
        told = {"rule": rule, "name": name, "error": " ".join(fault.message for fault in error.faults)}
        return render(request, f"{CARD}#rename", told, status=422)
    if not is_part(request):
        return redirect(request, _list_of(rule))
    shown = render(request, f"{CARD}#name", {"rule": rule, "may_edit": True, "focused": True})
    return said(shown, "rulesChanged")


@require_POST
@page(Permission.EDIT_RULES)
def reorder(request: PageRequest, trigger: str) -> HttpResponse:
    """Save the order in which the rules were dragged; a list that changed meanwhile is refused."""
    seen = request.GET.get("seen", "0")
    try:
        number = services.reorder(
            request.organization,
            trigger_of(trigger).key,
            request.POST.getlist("order"),
            by=Actor.user(request.user),
            seen=int(seen) if seen.isdecimal() else 0,
        )
    except services.ChangedMeanwhile as error:
        return _refused(str(error))
    answer = done(request, reverse("automations:list"), _("The new order is in force."), event="rulesChanged")
    return said(answer, "reordered", {"seen": str(number)})


@require_POST
@page(Permission.EDIT_RULES)
def duplicate(request: PageRequest, public_id: str) -> HttpResponse:
    """Add a disabled copy and open it."""
    try:
        copy = services.duplicate(rule_of(request, public_id), by=Actor.user(request.user))
    except services.RuleInvalid as error:
        return render(request, "automations/refused.html", {"message": str(error)}, status=422)
    return redirect(request, reverse("automations:edit", args=[copy.public_id]))


@require_POST
@page(Permission.EDIT_RULES)
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a rule out of its list."""
    rule = rule_of(request, public_id)
    try:
        services.delete_rule(rule, by=Actor.user(request.user))
    except services.Pinned as error:
        return _refused(str(error))
    return redirect(request, _list_of(rule))


def _refused(why: str) -> HttpResponse:
    """Say why nothing was done, and have the cards read afresh as they are."""
    response = toast(HttpResponse(why, status=409, content_type="text/plain"), why, tone="error")
    return said(response, "rulesChanged")


def _list_of(rule: Rule) -> str:
    return f"{reverse('automations:list')}?trigger={rule.trigger}"
