"""The rules of a trigger, in their order."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from automations import queries, services
from automations.engine.triggers import Trigger, triggers
from automations.models import Rule
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import done, page_or_part, redirect, said, toast


def trigger_of(key: str) -> Trigger:
    """Return a trigger by its key, or 404."""
    from django.http import Http404

    if key not in triggers:
        raise Http404
    return triggers.get(key)


def rule_of(request: PageRequest, public_id: str) -> Rule:
    """Return a rule of the organization that is not deleted, or 404."""
    rows = get_or_404(Rule, request.organization, public_id=public_id, deleted_at=None)
    return Rule.across.select_related("current", "organization").get(pk=rows.pk)


@page()
def rule_list(request: PageRequest) -> HttpResponse:
    """Show the rules of a trigger as cards."""
    trigger = trigger_of(request.GET.get("trigger", "NEW_ORDER"))
    context = {
        "trigger": trigger,
        "triggers": triggers.all(),
        "cards": queries.cards(request.organization, trigger),
        "version": queries.list_version(request.organization, trigger),
        "may_edit": may(request, Permission.EDIT_RULES),
    }
    return page_or_part(request, "automations/rules.html", "cards", context)


@require_POST
@page(Permission.EDIT_RULES)
def toggle(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch a rule on or off."""
    rule = rule_of(request, public_id)
    enabled = request.POST.get("enabled") == "on"
    try:
        services.set_enabled(rule, enabled, by=Actor.user(request.user))
    except services.Pinned as error:
        return HttpResponse(str(error), status=409, content_type="text/plain")
    word = _("“{name}” runs from the next order on.") if enabled else _("“{name}” does not run any more.")
    return done(request, _list_of(rule), word.format(name=rule.name), event="rulesChanged")


@require_POST
@page(Permission.EDIT_RULES)
def reorder(request: PageRequest, trigger: str) -> HttpResponse:
    """Save the order in which the rules were dragged; a list that changed meanwhile is refused."""
    seen = request.GET.get("seen", "0")
    try:
        services.reorder(
            request.organization,
            trigger_of(trigger).key,
            request.POST.getlist("order"),
            by=Actor.user(request.user),
            seen=int(seen) if seen.isdecimal() else 0,
        )
    except services.ChangedMeanwhile as error:
        response = toast(HttpResponse(str(error), status=409, content_type="text/plain"), str(error), tone="error")
        return said(response, "rulesChanged")
    return done(request, reverse("automations:list"), _("The new order is in force."), event="rulesChanged")


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
        return HttpResponse(str(error), status=409, content_type="text/plain")
    return redirect(request, _list_of(rule))


def _list_of(rule: Rule) -> str:
    return f"{reverse('automations:list')}?trigger={rule.trigger}"
