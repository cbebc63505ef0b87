"""What people do with exceptions: one, the ticked ones, all that share a cause; how far it is; undoing it."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from orders.exceptions import acts, work
from orders.exceptions.alike import Alike, One, reasons
from orders.exceptions.catalogue import retry_of
from orders.exceptions.forecast import Forecast, of_ticked
from orders.exceptions.form import ActForm, form_of
from orders.exceptions.groups import Result, results
from orders.exceptions.groups import members as group_members
from orders.exceptions.look_after import members
from orders.exceptions.settle import can_retry
from orders.lists.exceptions import cause_url, type_label
from orders.lists.exceptions import exception_list as the_list
from orders.models import ExceptionWork
from orders.views.exceptions import one, show
from orders.views.foreseen import alike
from portal.kit.clock import now
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, page
from portal.ui.amounts import count as grouped
from portal.ui.htmx import add_message, page_or_part, redirect
from portal.ui.ticked import carried, way_back

MOST = 20_000
"""So many exceptions one piece of work takes on; more need a narrower filter."""
WATCHED = dt.timedelta(minutes=15)
_OUTCOMES = {
    "again": ("failed", ngettext_lazy("%(count)s not cleared", "%(count)s not cleared", "n")),
    "left": ("skipped", ngettext_lazy("%(count)s left as it was", "%(count)s left as they were", "n")),
    "trying": ("running", ngettext_lazy("%(count)s is being tried", "%(count)s are being tried", "n")),
    "cleared": ("resolved", ngettext_lazy("%(count)s cleared", "%(count)s cleared", "n")),
    "done": ("completed", ngettext_lazy("%(count)s done", "%(count)s done", "n")),
}
"""Status and words of what became of exceptions."""
_STAYS = ("assign", "wake", "reopen")
"""Acts after which one goes on with the same exception."""
_WORDS = {
    "retry": gettext_lazy("It is being tried again"),
    "resolve": gettext_lazy("Marked as resolved"),
    "dismiss": gettext_lazy("Dismissed"),
    "assign": gettext_lazy("Assigned"),
    "snooze": gettext_lazy("Snoozed. It comes back by itself"),
    "wake": gettext_lazy("Its snooze is ended"),
    "reopen": gettext_lazy("Open again"),
}


@require_POST
@page(Permission.OPERATE)
def act(request: PageRequest, public_id: str, key: str) -> HttpResponse:
    """Do one act to one exception."""
    found = one(request, public_id)
    if key not in acts.ACTS or (key == "retry" and not can_retry(found)):
        raise Http404
    form = form_of(key, request.POST, request.organization, members(request.organization))
    if not form.is_valid():
        return show(request, found, status=422, forms={f"{key}_form": form})
    done = work.ask(request.organization, key, [found.pk], form.values(), user=request.user)
    item = done.items.get()
    if item.outcome == "left":
        found.refresh_from_db()
        return show(request, found, notice=_(item.why), status=409)
    add_message(request, _WORDS[key], undo_url=_undo(done))
    stays = key in _STAYS
    return redirect(request, reverse("orders:exception", args=[public_id]) if stays else reverse("orders:exceptions"))


def _undo(done: ExceptionWork) -> str:
    return reverse("orders:exception_work_undo", args=[done.public_id]) if work.can_undo(done) else ""


@dataclass(frozen=True)
class Preview:
    """What an act on the ticked exceptions will do: to how many, and why the others stay as they are."""

    act: acts.Act
    ids: Sequence[int]
    types: Sequence[tuple[str, int]]
    left: Sequence[tuple[str, int]]
    too_many: bool
    forecast: Forecast | None = None
    """What trying them again would come to, where that is asked."""

    @property
    def alike(self) -> Sequence[Alike]:
        """The forecast as the page shows it."""
        return alike(self.forecast) if self.forecast else ()

    @property
    def fitting(self) -> int:
        """To how many it will be done."""
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many are ticked."""
        return self.fitting + sum(number for _why, number in self.left)


@require_POST
@page(Permission.OPERATE)
def act_on_ticked(request: PageRequest, key: str) -> HttpResponse:
    """Show first what will be done to how many; with `sure`, do it."""
    preview = _preview(request, acts.ACTS[key])
    people = members(request.organization)
    form = form_of(key, request.POST if "sure" in request.POST else None, request.organization, people)
    if form.is_valid() and preview.fitting and not preview.too_many:
        done = work.ask(request.organization, key, preview.ids, form.values(), user=request.user)
        return _after(request, done)
    context = {"preview": preview, "form": form, "most": MOST, **carried(request, "orders:exceptions")}
    return render(request, "orders/exceptions_bulk.html", context)


def _preview(request: PageRequest, wanted: acts.Act) -> Preview:
    rows = list(the_list().selected(request).order_by("pk")[: MOST + 1])
    why = {row.pk: wanted.why_not(row) for row in rows}
    fitting = [row for row in rows if not why[row.pk]]
    types = Counter(type_label(row.type) for row in fitting).most_common()
    left = Counter(str(told) for told in why.values() if told).most_common()
    asked = wanted.key == "retry" and len(rows) <= MOST and "sure" not in request.POST
    told = of_ticked(fitting) if asked and fitting else None
    return Preview(wanted, [row.pk for row in fitting], types, left, len(rows) > MOST, told)


def _after(request: PageRequest, done: ExceptionWork) -> HttpResponse:
    """Go back to the list where all is over and well, else to the page that tells what came of it."""
    left = done.items.exclude(outcome="done").count()
    if done.finished_at is None or left or done.act == "retry":
        return HttpResponseRedirect(reverse("orders:exception_work", args=[done.public_id]))
    words = ngettext("%(count)s exception: done", "%(count)s exceptions: done", done.total)
    add_message(request, words % {"count": grouped(done.total)}, undo_url=_undo(done))
    return HttpResponseRedirect(way_back(request, "orders:exceptions"))


@require_GET
@page()
def work_page(request: PageRequest, public_id: str) -> HttpResponse:
    """Show how far a piece of work is and what came of it; the part reads itself afresh until all is told."""
    found = get_or_404(ExceptionWork, request.organization, "user", "organization", public_id=public_id)
    return page_or_part(request, "orders/exception_work.html", "told", _told(found))


def _told(found: ExceptionWork) -> dict[str, Any]:
    told = results(found)
    waiting = sum(one.outcome == "waiting" for one in told)
    running = found.finished_at is None
    trying = any(one.outcome == "trying" for one in told)
    return {
        "work": found,
        "label": _label(found),
        "rest": _rest(found),
        "cause_url": cause_url(found.values["type"], found.values["cause"]) if "cause" in found.values else "",
        "alike": _alike(told),
        "dealt_with": found.total - waiting,
        "running": running,
        "live": running or (trying and _recent(found)),
        "can_undo": work.can_undo(found),
        "undo_url": reverse("orders:exception_work_undo", args=[found.public_id]),
    }


def _alike(told: Sequence[Result]) -> list[Alike]:
    """Return what became of exceptions, what needs a look first."""
    counts = Counter(one.outcome for one in told)
    return [
        Alike(
            status,
            str(words % {"n": counts[outcome], "count": grouped(counts[outcome])}),
            reasons(One(one.exception, one.why) for one in told if one.outcome == outcome),
        )
        for outcome, (status, words) in _OUTCOMES.items()
        if counts[outcome]
    ]


def _label(found: ExceptionWork) -> StrOrPromise:
    cure = retry_of(found.values.get("type", ""))
    if cure is not None:
        return str(cure.label)
    return acts.ACTS[found.act].label if found.act in acts.ACTS else _("Undo")


def _rest(found: ExceptionWork) -> int:
    """Count what is open still of the cause that was cured."""
    if "cause" not in found.values:
        return 0
    return group_members(found.organization, found.values["type"], found.values["cause"]).count()


def _recent(found: ExceptionWork) -> bool:
    """Say whether it is worth looking again by itself: what is tried for longer is found when the page is opened."""
    return found.finished_at is not None and now() - found.finished_at < WATCHED


@require_POST
@page(Permission.OPERATE)
def undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a piece of work back."""
    found = get_or_404(ExceptionWork, request.organization, "organization", public_id=public_id)
    try:
        done = work.undo(found, user=request.user)
    except work.CannotUndo:
        add_message(request, _("This cannot be undone any more."))
        return redirect(request, reverse("orders:exception_work", args=[public_id]))
    left = done.items.exclude(outcome="done").count()
    if done.finished_at is None or left:
        return redirect(request, reverse("orders:exception_work", args=[done.public_id]))
    add_message(request, _("Undone"))
    return redirect(request, reverse("orders:exceptions"))


__all__ = ["ActForm", "act", "act_on_ticked", "undo", "work_page"]
