"""The Files tab of a custom integration: CSV files brought and fetched by people."""

import csv
import io
from itertools import islice

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from integrations.custom.files import written
from integrations.custom.files.columns import layout
from integrations.custom.files.sheet import MAX_BYTES
from integrations.custom.files.take import KINDS, OUT, NotTaken, take_file
from integrations.models import ExchangedFile, Integration
from integrations.views.detail import frame
from integrations.views.found import found
from portal.kit.clock import now
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, check, page
from portal.ui.htmx import add_message

SHOWN, FAULTS = 50, 20
LABELS: dict[str, StrOrPromise] = {
    "orders": gettext_lazy("Orders"),
    "order_cancels": gettext_lazy("Canceled orders"),
    "products": gettext_lazy("Products"),
    "fulfillments": gettext_lazy("Fulfillments"),
    "inventory": gettext_lazy("Stock"),
    "shipping_request_answers": gettext_lazy("Answers to shipping requests"),
    "shipping_requests": gettext_lazy("Shipping requests"),
    "shipping_request_cancels": gettext_lazy("Canceled shipping requests"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def files(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the files; take one in that was chosen."""
    integration = _custom(request, public_id)
    if request.method != "POST":
        return _shown(request, integration)
    check(request, Permission.OPERATE)
    kind, file = request.POST.get("kind", ""), request.FILES.get("file")
    if file is None:
        return _shown(request, integration, problem=_("Choose a file first."), status=422)
    if not integration.enabled:
        problem = _("It is switched off: nothing is taken in. Switch it on, then bring the file again.")
        return _shown(request, integration, problem=problem, status=422)
    try:
        row, fresh = take_file(integration, kind, file.name or "", bytes(file.read(MAX_BYTES + 1)))
    except NotTaken as refused:
        return _shown(request, integration, problem=str(refused), status=422)
    if not fresh:
        add_message(request, _("This file was taken before: nothing was done."))
    elif row.taken:
        count = row.rows - row.refused
        add_message(request, ngettext("%(n)s row is taken.", "%(n)s rows are taken.", count) % {"n": f"{count:,}"})
    return (
        _shown(request, integration, latest=row if row.errors and fresh else None) if row.errors else _back(integration)
    )


@require_GET
@page()
def download(request: PageRequest, public_id: str, kind: str) -> HttpResponse:
    """Return what waits for the other side as a file. It marks nothing: an answer does."""
    integration = _custom(request, public_id)
    if kind not in OUT.get(integration.connector, ()):
        raise Http404(_("There is no such file."))
    try:
        batch = written.waiting(integration, kind)
    except NotTaken as refused:
        return _shown(request, integration, problem=str(refused), status=409)
    if batch is None:
        add_message(request, _("Nothing waits: there is no file to download."))
        return _back(integration)
    return _file(f"{kind}_{now():%Y%m%dT%H%M%SZ}_1.csv", batch.data)


@require_GET
@page()
def file_errors(request: PageRequest, public_id: str, file_id: str) -> HttpResponse:
    """Return what was wrong with a file."""
    integration = _custom(request, public_id)
    row = ExchangedFile.objects.filter(integration=integration, public_id=file_id).first()
    if row is None or not row.errors:
        raise Http404(_("There is no such file."))
    return _file(f"{row.name}.errors.csv", row.errors.encode())


def _file(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    response["Content-Disposition"] = f'attachment; filename="{safe[-150:]}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(
    request: PageRequest, integration: Integration, *, problem: str = "", latest: ExchangedFile | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    kinds = [(kind, LABELS[kind], ", ".join(layout(kind).needed)) for kind in KINDS[integration.connector]]
    context = frame(request, integration, "files") | {
        "problem": problem,
        "latest": latest,
        "faults": _faults(latest) if latest else [],
        "kinds": kinds,
        "outs": [(kind, LABELS[kind]) for kind in OUT[integration.connector]],
        "rows": [
            (one, LABELS.get(one.kind, one.kind))
            for one in ExchangedFile.objects.filter(integration=integration).order_by("-id")[:SHOWN]
        ],
    }
    return render(request, "integrations/files.html", context, status=422 if latest and not latest.taken else status)


def _faults(file: ExchangedFile) -> list[list[str]]:
    """Return the first of a file's faults: row, column and what is wrong."""
    rows = csv.reader(io.StringIO(file.errors, newline=""))
    return [row for row in islice(rows, 1, FAULTS + 1) if len(row) == 3]


def _custom(request: PageRequest, public_id: str) -> Integration:
    """Return an integration that exchanges files. Raises Http404."""
    integration = found(request, public_id)
    if integration.connector not in KINDS:
        raise Http404(_("This integration exchanges no files."))
    return integration


def _back(integration: Integration) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:files", args=[integration.public_id]))
