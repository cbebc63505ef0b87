"""An engine: what it does, its switch, its settings, and what was changed."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.engines import setting
from orders.models import EngineSetting, ExceptionSweep
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, check, may, page
from portal.ui.components import Happening
from portal.ui.engines import Engine, engines
from portal.ui.htmx import add_message, done

HISTORY = 50
_ICONS = {"switched_on": "player-play", "switched_off": "player-pause", "edited": "settings"}


def _engine(key: str) -> Engine:
    if key not in engines or not engines.get(key).switchable:
        raise Http404
    return engines.get(key)


@page()
def engine(request: PageRequest, key: str) -> HttpResponse:
    """Show an engine; those who may, set it."""
    one = _engine(key)
    now = setting.state(request.organization, key)
    if request.method != "POST":
        form = one.form(initial=dict(now.settings)) if one.form else None
        return _show(request, one, form)
    check(request, Permission.CREDENTIALS)
    if one.form is None:
        raise Http404
    form = one.form(request.POST)
    if not form.is_valid():
        return _show(request, one, form, status=422)
    version = request.POST.get("version", "")
    try:
        setting.save(
            request.organization, key, form.cleaned_data,
            version=int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1,
            by=Actor.user(request.user),
        )  # fmt: skip
    except setting.ChangedMeanwhile:
        form.add_error(None, _("Somebody else has changed this meanwhile. Look at it again, then save."))
        return _show(request, one, form, status=409)
    add_message(request, _("Saved"))
    return HttpResponseRedirect(reverse("orders:engine", args=[key]))


def _show(request: PageRequest, one: Engine, form: forms.Form | None, *, status: int = 200) -> HttpResponse:
    now = setting.state(request.organization, one.key)
    context = {
        "engine": one,
        "state": one.state(request.organization) if one.state else None,
        "setting": now,
        "form": form,
        "may_change": may(request, Permission.CREDENTIALS),
        "happenings": _happenings(request, one.key),
        "sweep": _sweep(request) if one.key == setting.EXCEPTIONS else None,
    }
    return render(request, "orders/engine.html", context, status=status)


def _sweep(request: PageRequest) -> ExceptionSweep | None:
    found: ExceptionSweep | None = ExceptionSweep.objects.within(request.organization).first()
    return found


def _happenings(request: PageRequest, key: str) -> list[Happening]:
    own = EngineSetting.objects.within(request.organization).filter(engine=key).values("pk")
    rows = History.objects.within(request.organization).filter(entity_type="engine", entity_id__in=own)
    return [
        Happening(row.at, row.actor_name, row.summary, _ICONS.get(row.verb, "point"), changes=_readable(row.changes))
        for row in rows.order_by("-id")[:HISTORY]
    ]


def _readable(changes: Any) -> Any:
    return [one for one in changes if one["path"] != "/enabled"]


@require_POST
@page(Permission.CREDENTIALS)
def toggle(request: PageRequest, key: str) -> HttpResponse:
    """Switch an engine on or off, at once; `on` in the form says which, without it the other way round."""
    one = _engine(key)
    enabled = setting.state(request.organization, key).enabled
    on = request.POST.get("on", "no" if enabled else "yes") == "yes"
    setting.switch(request.organization, key, on=on, by=Actor.user(request.user))
    text = _("%(name)s is on. It catches up with what came meanwhile.") if on else _("%(name)s is off.")
    undo = reverse("orders:engine_toggle", args=[key])
    back = request.POST.get("back", "")
    fits = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
    url = back if fits else reverse("orders:engine", args=[key])
    return done(request, url, text % {"name": one.name}, event="integrationChanged", undo_url=undo)
