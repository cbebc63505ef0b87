"""Routing of one order: trying it, running it again, what it made of the order before."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from orders import queries
from orders.routing import history
from orders.routing.decision import Outcome
from orders.routing.retry import rerun
from orders.routing.run import why_left
from orders.routing.try_route import try_route
from orders.views.acts import CHANGED, refused
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import done


@require_GET
@page()
def runs(request: PageRequest, public_id: str) -> HttpResponse:
    """Show every time that routing looked at an order."""
    found = queries.one(request.organization, public_id)
    context = {
        "order": found,
        "runs": history.lines(history.runs_of(found), history.MOST),
        "may_operate": may(request, Permission.OPERATE),
        "routable": not why_left(found),
        "untried": history.why_not_tried(found),
    }
    return render(request, "orders/routing_runs.html", context)


@require_GET
@page()
def run(request: PageRequest, public_id: str, run_id: str) -> HttpResponse:
    """Show one of them: each card and location with its reason."""
    found = queries.one(request.organization, public_id)
    one = history.run_of(found, run_id)
    context = {
        "order": found,
        "run": one,
        "told": history.shown(one.trace),
        "trigger": history.TRIGGERS.get(one.trigger, one.trigger),
        "document": history.document(one),
    }
    return render(request, "orders/routing_run.html", context)


@require_GET
@page()
def attempt(request: PageRequest, public_id: str) -> HttpResponse:
    """Show what routing would decide now, or why that could say nothing; nothing is written."""
    found = queries.one(request.organization, public_id)
    if untried := history.why_not_tried(found):
        return render(request, "orders/routing_try.html", {"order": found, "untried": untried})
    decision = try_route(found)
    context = {
        "order": found,
        "told": history.shown(decision.trace),
        "document": decision.trace,
        "left": why_left(found),
        "may_operate": may(request, Permission.OPERATE),
    }
    return render(request, "orders/routing_try.html", context)


@require_POST
@page(Permission.OPERATE)
def again(request: PageRequest, public_id: str) -> HttpResponse:
    """Route an order now. What keeps it from being routed is told."""
    found = queries.one(request.organization, public_id)
    result = rerun(found.pk, Actor.user(request.user))
    if result.outcome in (None, Outcome.FAILED):
        return refused(request, found, result.sentence)
    return done(request, reverse("orders:detail", args=[found.public_id]), result.sentence, event=CHANGED)
