"""Shipping methods: which method of a warehouse is meant by what orders ask for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from orders.methods.queries import warehouses
from orders.methods.write import ChangedMeanwhile, Chosen, Known, add, save
from orders.models import MethodPolicy, Source
from portal.audit.actor import Actor
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, get_or_404, may, page
from portal.ui.htmx import add_message, redirect

MAX_CODE = 300


@require_GET
@page()
def methods(request: PageRequest) -> HttpResponse:
    """Show each warehouse with its methods and the mapping."""
    return _shown(request)


@require_POST
@page(Permission.EDIT_RULES)
def save_mapping(request: PageRequest, public_id: str) -> HttpResponse:
    """Keep the mapping of a warehouse; what was chosen stays on the page when somebody else was faster."""
    source = get_or_404(Source, request.organization, public_id=public_id)
    given = request.POST
    unmapped = given.get("unmapped", "")
    if unmapped not in MethodPolicy.Unmapped.values:
        unmapped = MethodPolicy.Unmapped.AS_IS
    mapped = {key.removeprefix("m."): value for key, value in given.items() if key.startswith("m.") and value}
    chosen = Chosen(unmapped, given.get("default", ""), {key: str(value) for key, value in mapped.items()})
    version = given.get("version", "")
    if unmapped == MethodPolicy.Unmapped.DEFAULT and not chosen.default:
        fault = _("Choose the method that is used instead.")
        return _shown(request, fault=(source.public_id, fault), chosen=chosen, status=422)
    try:
        save(source, chosen, version=int(version) if version.isdecimal() else -1, by=Actor.user(request.user))
    except ChangedMeanwhile as error:
        return _shown(request, fault=(source.public_id, str(error)), chosen=chosen, status=409)
    add_message(request, _("The shipping methods of {name} are saved.").format(name=source.name))
    return redirect(request, reverse("orders:shipping_methods"))


@require_POST
@page(Permission.EDIT_RULES)
def add_method(request: PageRequest, public_id: str) -> HttpResponse:
    """Add a method of a warehouse by hand; a fault stands at the field, with what was typed."""
    source = get_or_404(Source, request.organization, public_id=public_id)
    code, name = (" ".join(request.POST.get(key, "").split()) for key in ("code", "name"))
    fault = ""
    if not code:
        fault = _("Type the code that the warehouse understands.")
    elif max(len(code), len(name)) > MAX_CODE:
        fault = _("Use at most {most} characters.").format(most=MAX_CODE)
    else:
        try:
            add(source, code, name, by=Actor.user(request.user))
        except Known as error:
            fault = str(error)
    if fault:
        return _shown(request, typed=(source.public_id, code, name, fault), status=422)
    add_message(request, _("The method “{code}” is added.").format(code=code))
    return redirect(request, reverse("orders:shipping_methods"))


def _shown(
    request: PageRequest,
    *,
    fault: tuple[str, str] | None = None,
    chosen: Chosen | None = None,
    typed: tuple[str, str, str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = warehouses(request.organization)
    cards: list[dict[str, Any]] = []
    for one in found:
        wrong = fault[1] if fault and fault[0] == one.source.public_id else ""
        if wrong and chosen:
            one.policy.unmapped = chosen.unmapped
            one.rows = [(asked, chosen.mapped.get(asked.public_id, "")) for asked, _mapped in one.rows]
        own = typed if typed and typed[0] == one.source.public_id else None
        cards.append({"warehouse": one, "fault": wrong, "typed": own})
    context = {"cards": cards, "may_edit": may(request, Permission.EDIT_RULES), "choices": _CHOICES}
    return render(request, "orders/methods.html", context, status=status)


U = MethodPolicy.Unmapped
_CHOICES = (
    (U.AS_IS, gettext_lazy("Pass it on as it is"), gettext_lazy("The warehouse reads what the order says.")),
    (U.DEFAULT, gettext_lazy("Use another method instead"), gettext_lazy("The one that is chosen below.")),
    (
        U.STOP,
        gettext_lazy("Stop and tell"),
        gettext_lazy("The request waits, and an exception says which method is to be mapped."),
    ),
)
