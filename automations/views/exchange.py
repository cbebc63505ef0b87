"""Rules out as YAML and in again: a look first, then all of it or nothing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from automations.comparing.lines import of_texts
from automations.engine.triggers import triggers
from automations.exchange.exports import export_all, export_one
from automations.exchange.imports import Entry, Preview, Refused, import_rules, preview
from automations.exchange.reading import MAX_BYTES
from automations.models import Rule
from automations.services.sets import stored
from automations.views.rules import trigger_of
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import add_message, redirect


@require_GET
@page()
def export(request: PageRequest) -> HttpResponse:
    """Show the rules as YAML: all, those of `?trigger=`, or the one of `?rule=`; `?download=1` sends the file."""
    rule, trigger = _asked(request)
    text = export_one(rule) if rule is not None else export_all(request.organization, trigger=trigger)
    if request.GET.get("download"):
        what = rule.name if rule is not None else trigger or request.organization.name
        response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rules-{slugify(what)[:60] or "all"}.yaml"'
        return response
    context = {
        "text": text,
        "rule": rule,
        "trigger": trigger,
        "triggers": sorted(triggers.all(), key=lambda one: one.position),
    }
    return render(request, "automations/export.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def import_page(request: PageRequest) -> HttpResponse:
    """Take a file or pasted text: show what it would do, and do it when that is confirmed."""
    if request.method == "GET":
        return render(request, "automations/import.html", {"most": MAX_BYTES})
    data = _posted(request)
    may_code = may(request, Permission.EDIT_CODE_RULES)
    if request.POST.get("do") != "import":
        return _show(request, data, preview(request.organization, data, may_code=may_code))
    try:
        found = import_rules(request.organization, data, by=Actor.user(request.user), may_code=may_code)
    except Refused as refused:
        return _show(request, data, refused.preview)
    text = ngettext("{count} rule is imported and off.", "{count} rules are imported and off.", found.writes)
    add_message(request, text.format(count=found.writes))
    return redirect(request, _list_of(found))


def _asked(request: PageRequest) -> tuple[Rule | None, str]:
    public_id, trigger = request.GET.get("rule", ""), request.GET.get("trigger", "")
    if public_id:
        kept = {"public_id": public_id, "deleted_at": None}
        return get_or_404(Rule, request.organization, "current", "organization", **kept), ""
    return None, trigger_of(trigger).key if trigger else ""


def _posted(request: PageRequest) -> bytes:
    """Return the file, else the pasted text; of a file no more than is needed to say that it is too large."""
    file = request.FILES.get("file")
    if file is not None:
        return bytes(file.read(MAX_BYTES + 1))
    return request.POST.get("text", "").replace("\r\n", "\n").encode("utf-8", "surrogatepass")


def _show(request: PageRequest, data: bytes, found: Preview) -> HttpResponse:
    text = data.decode("utf-8-sig", "replace") if len(data) <= MAX_BYTES else ""
    context = {
        "most": MAX_BYTES,
        "text": text,
        "preview": found,
        "rows": [_row(entry) for entry in found.entries],
        "counts": _counts(found),
    }
    return render(request, "automations/import.html", context, status=422 if found.refused else 200)


def _row(entry: Entry) -> dict[str, Any]:
    """Return a rule of the document as the page shows it, with what would change as lines of its text."""
    lines = []
    if entry.outcome in ("changed", "kept") and entry.rule is not None and entry.text.definition is not None:
        after = stored(entry.text.definition)
        lines = of_texts(_own_part(export_one(entry.rule)), _own_part(export_one(entry.rule, definition=after)))
    known = entry.text.trigger in triggers
    label = triggers.get(entry.text.trigger).label if known else entry.text.trigger
    return {"entry": entry, "lines": lines, "trigger": label}


def _own_part(text: str) -> str:
    """Return the text of the only rule of a document, without the frame and where it is on or off."""
    body = text.split("    rules:\n", 1)[-1]
    return "\n".join(line[6:] for line in body.split("\n") if not line.startswith("        enabled: "))


def _counts(found: Preview) -> list[tuple[str, int, str]]:
    told = (
        ("new", _("new")),
        ("changed", _("changed")),
        ("unchanged", _("unchanged")),
        ("kept", _("left alone")),
        ("refused", _("refused")),
    )
    return [(key, found.count(key), label) for key, label in told if found.count(key)]


def _list_of(found: Preview) -> str:
    written = [entry.text.trigger for entry in found.entries if entry.outcome in ("new", "changed")]
    return f"{reverse('automations:list')}?trigger={(written or ['NEW_ORDER'])[0]}"
