"""The pages of the Order Hold Engine: its settings, and its migration to rules. For organizations that have it."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from automations.hold_engine import migrate as migration
from automations.hold_engine import settings
from automations.hold_engine.forms import EngineForm
from automations.models import HoldEngine
from automations.services import RuleInvalid
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, check, may, page
from portal.ui.htmx import add_message


def _engine(request: PageRequest) -> HoldEngine:
    engine = settings.engine_of(request.organization)
    if engine is None:
        raise Http404(_("This organization has no Order Hold Engine: its new orders are held by rules."))
    return engine


@require_http_methods(["GET", "POST"])
@page()
def hold_engine(request: PageRequest) -> HttpResponse:
    """Show how long new orders wait, or change it."""
    engine = _engine(request)
    if request.method == "GET":
        form = EngineForm.of(request.organization, settings.setting_of(engine), engine.version)
        return _show(request, engine, form)
    check(request, Permission.EDIT_RULES)
    form = EngineForm.read(request.organization, request.POST)
    verb, _colon, number = request.POST.get("do", "save").partition(":")
    if verb == "add":
        form.add_row()
        return _show(request, engine, form, new_row=True)
    if verb == "remove":
        form.remove_row(number)
        return _show(request, engine, form)
    return _save(request, engine, form)


def _save(request: PageRequest, engine: HoldEngine, form: EngineForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, engine, form, status=422)
    try:
        settings.save(engine, form.setting(), by=Actor.user(request.user), seen=form.seen)
    except (settings.SettingsChangedMeanwhile, settings.Migrated) as error:
        form.notice = str(error)
        return _show(request, _engine(request), form, status=409)
    add_message(request, _("Saved: it acts from the next order on"))
    return HttpResponseRedirect(reverse("automations:hold_engine"))


def _show(
    request: PageRequest, engine: HoldEngine, form: EngineForm, *, status: int = 200, new_row: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {
        "engine": engine,
        "form": form,
        "new_row": form.rows[-1] if new_row and form.rows else None,
        "may_edit": may(request, Permission.EDIT_RULES),
    }
    return render(request, "automations/hold_engine/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def migrate(request: PageRequest) -> HttpResponse:
    """Show exactly what the migration to rules does, or do it."""
    engine = _engine(request)
    if request.method == "GET":
        return _preview(request, engine)
    seen = request.POST.get("seen", "")
    try:
        migration.migrate(engine, by=Actor.user(request.user), seen=int(seen) if seen.isdecimal() else None)
    except (settings.SettingsChangedMeanwhile, RuleInvalid) as error:
        return _preview(request, _engine(request), notice=str(error))
    add_message(request, _("Migrated: rules hold new orders from now on"))
    return HttpResponseRedirect(reverse("automations:hold_engine"))


def _preview(request: PageRequest, engine: HoldEngine, *, notice: str = "") -> HttpResponse:
    if engine.migrated_at is not None:
        return HttpResponseRedirect(reverse("automations:hold_engine"))
    context = {"engine": engine, "preview": migration.preview(engine), "notice": notice}
    return render(request, "automations/hold_engine/migrate.html", context, status=409 if notice else 200)
