"""Running again: one run from its page, many from the list; and judging a run again as it was, to compare."""

from collections import Counter

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from automations import replay
from automations.lists.runs import run_list
from automations.models import Run
from automations.shown import run as shown
from automations.views.history import TEMPLATE, context, whole_run
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message, page_or_part, redirect
from portal.ui.ticked import carried, way_back

MOST = 1_000
"""As many as one request can do in a few seconds; more need a narrower filter, or the command."""


@require_GET
@page()
def as_it_was(request: PageRequest, public_id: str) -> HttpResponse:
    """Judge a run's record again as it was and say whether the plan is the same. Writes nothing."""
    found = whole_run(request, public_id)
    told = {"run": found, "problem": "", "same": False, "steps": [], "error": ""}
    try:
        firing = replay.firing_of(found, replay.replayed(found))
        told |= {"same": replay.same(found, firing), "matched": firing is not None}
        if firing is not None:
            told |= {"steps": shown.steps(firing.trace), "error": firing.error}
    except replay.CannotRepeat as problem:
        told["problem"] = str(problem)
    return page_or_part(request, "automations/runs/as_it_was.html", "verdict", told)


@require_POST
@page(Permission.OPERATE)
def replay_one(request: PageRequest, public_id: str) -> HttpResponse:
    """Run a rule again on the record as it is now, and open the new run. A second press opens the same one."""
    found = whole_run(request, public_id)
    result = replay.run_again(request.organization, [found], by=Actor.user(request.user))
    again = result.runs[0] if result.runs else Run.objects.within(request.organization).filter(replay_of=found).first()
    if again is not None:
        if result.runs:
            add_message(request, shown.sentence(again))
        return redirect(request, reverse("automations:run", args=[again.public_id]))
    if result.unmatched:
        notice = _("The rule does not match the record as it is now: nothing was done.")
    else:
        notice = _("It was not run again: {why}.").format(why=result.left[0][1])
    return render(request, TEMPLATE, context(request, whole_run(request, public_id), notice=notice), status=409)


@require_POST
@page(Permission.OPERATE)
def replay_many(request: PageRequest) -> HttpResponse:
    """Show first which of the ticked runs will be run again; with `sure`, do it and go back to the list."""
    rows = list(run_list().selected(request).order_by("-pk")[: MOST + 1])
    too_many = len(rows) > MOST
    wanted = replay.plan([] if too_many else rows)
    if "sure" in request.POST and wanted.fitting:
        result = replay.run_again(request.organization, wanted.fitting, by=Actor.user(request.user))
        add_message(request, _told(result))
        return HttpResponseRedirect(way_back(request, "automations:history"))
    told = {
        "fitting": len(wanted.fitting),
        "rules": Counter(run.rule.name for run in wanted.fitting).most_common(),
        "left": Counter(why for _run, why in wanted.left).most_common(),
        "too_many": too_many,
        "most": MOST,
        **carried(request, "automations:history"),
    }
    return render(request, "automations/runs/bulk.html", told)


def _told(result: replay.Result) -> str:
    """Return what came of it in one sentence."""
    done = result.count(Run.Status.COMPLETED, Run.Status.WAITING)
    parts = [ngettext("{n} rule did its work", "{n} rules did their work", done).format(n=grouped(done))]
    if troubled := result.count(*replay.AGAIN):
        parts.append(ngettext("{n} failed again", "{n} failed again", troubled).format(n=grouped(troubled)))
    if result.unmatched:
        n = len(result.unmatched)
        parts.append(ngettext("{n} does not match any more", "{n} do not match any more", n).format(n=grouped(n)))
    if result.left:
        n, why = len(result.left), result.left[0][1]
        parts.append(ngettext("{n} was left: {why}", "{n} were left: {why}", n).format(n=grouped(n), why=why))
    return f"{_('Run again')}: {', '.join(parts)}."
