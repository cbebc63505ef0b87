"""The code editor's questions: which words there are, and what is wrong with what is typed. Saves and runs nothing."""

from typing import cast

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from automations.code_words import words_of
from automations.scripting.contract import Kind
from automations.scripting.pool import default_pool
from automations.views.rules import trigger_of
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, page

KINDS = ("filter", "action")


@require_GET
@page()
def words(request: PageRequest, trigger: str) -> HttpResponse:
    """Return fields, related documents and helpers for the editor of rules of this trigger, as JSON."""
    return JsonResponse(words_of(trigger_of(trigger)))


@require_POST
@page(Permission.EDIT_CODE_RULES)
def check(request: PageRequest) -> HttpResponse:
    """Say what is wrong with the syntax of `code`, a “filter” or an “action”: [{"line", "column", "text"}].

    Lines and columns count from 1; they are null for a problem of the whole.
    """
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        return JsonResponse({"problems": []}, status=400)
    code = request.POST.get("code", "").replace("\r\n", "\n")
    problem = default_pool().check(code, cast(Kind, kind)) if code.strip() else None
    found = [{"line": problem.line, "column": problem.column, "text": problem.message}] if problem else []
    return JsonResponse({"problems": found})
