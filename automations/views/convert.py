"""*Convert to code* and *Back to the builder*: the filter of the rule editor changes its form, never its meaning."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from automations import forms, queries
from automations.definition import MAX_CODE
from automations.engine.triggers import Trigger
from automations.forms import RuleDraft
from automations.validation import Fault
from automations.views.parts import show_parts
from automations.views.rules import trigger_of
from portal.filters import builder
from portal.filters.from_js import from_js
from portal.filters.js_syntax import CannotShow, Piece
from portal.filters.problems import BadFilter
from portal.filters.settle import settle
from portal.filters.to_js import to_js
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page

MOST = 20
"""How many places in code are told at once."""


@require_POST
@page(Permission.EDIT_RULES)
def convert(request: PageRequest, trigger: str) -> HttpResponse:
    """Draw the parts of the form with the filter as code (`do` = “code”) or in the builder. Saves nothing.

    What cannot be converted stays as it is, with what is in the way at its place.
    """
    chosen = trigger_of(trigger)
    to_code = request.POST.get("do") == "code"
    if to_code and not may(request, Permission.EDIT_CODE_RULES):
        raise PermissionDenied(_("Your role may not write JavaScript rules. Ask a developer or an administrator."))
    try:
        typed = forms.read(request.POST)
    except BadFilter as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    typed = replace(typed, filter=settle(typed.filter, chosen.catalogue))
    zone = queries.zone_of(request.organization)
    code = None
    if not builder.judge(typed.filter, chosen.catalogue, zone=zone):
        code = to_js(builder.tree_of(typed.filter, chosen.catalogue, zone=zone), chosen.catalogue, zone)
    if to_code:
        return _as_code(request, trigger, typed, code)
    if code is not None and _same(code, typed.code):
        # Nobody has touched the code: the builder's own filter, which never left the form, says the same.
        return _shown(request, chosen, replace(typed, kind="simple"))
    try:
        tree = from_js(typed.code, chosen.catalogue, zone)
    except CannotShow as error:
        return _shown(request, chosen, replace(typed, kind="code"), faults=_faults(error.pieces))
    draft = builder.draft_of(tree, chosen.catalogue, zone=zone)
    return _shown(request, chosen, replace(typed, kind="simple", filter=draft))


def _as_code(request: PageRequest, trigger: str, typed: RuleDraft, code: str | None) -> HttpResponse:
    chosen = trigger_of(trigger)
    if code is None:
        fault = Fault("filter.convert", _("Complete the conditions first; then they can become code."))
        return _shown(request, chosen, replace(typed, kind="simple"), faults=[fault], judged=True)
    if len(code) > MAX_CODE:
        fault = Fault("filter.convert", _("The filter is too long for code. Split it over several rules."))
        return _shown(request, chosen, replace(typed, kind="simple"), faults=[fault])
    return _shown(request, chosen, replace(typed, kind="code", code=code))


def _shown(
    request: PageRequest, trigger: Trigger, typed: RuleDraft, *, faults: Sequence[Fault] = (), judged: bool = False
) -> HttpResponse:
    return show_parts(request, trigger, typed, faults=faults, judged=judged, converted=True)


def _same(one: str, other: str) -> bool:
    """Say whether two codes differ in nothing but white space at the ends of lines."""
    return [row.rstrip() for row in one.strip().split("\n")] == [row.rstrip() for row in other.strip().split("\n")]


def _faults(pieces: list[Piece]) -> list[Fault]:
    return [
        Fault("filter.code", _("Line {line}: {problem}").format(line=piece.line, problem=piece))
        for piece in pieces[:MOST]
    ]
