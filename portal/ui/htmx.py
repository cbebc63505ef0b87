"""Answers to HTMX: a part or the whole page, an event by name, a toast, the end of polling (style.md 15-17)."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling, trigger_client_event
from django_stubs_ext import StrOrPromise


def is_part(request: HttpRequest) -> bool:
    """Say whether HTMX asks for a part. Walking back in history asks for the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def page_or_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only its part when HTMX asks.

    `part` is the name of a `{% partialdef %}` of the template, or the path of a template of its own.
    """
    name = template if not is_part(request) else part if part.endswith(".html") or "#" in part else f"{template}#{part}"
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def said(response: HttpResponse, event: str, detail: Mapping[str, Any] | None = None) -> HttpResponse:
    """Tell the page that something happened, by name (`orderHeld`); parts that show it read afresh."""
    return trigger_client_event(response, event, dict(detail or {}))


def toast(response: HttpResponse, text: StrOrPromise, *, undo_url: str = "", tone: str = "success") -> HttpResponse:
    """Show a toast with this answer. `undo_url` adds an *Undo* that POSTs there; it stays for 10 s.

    For success only: an error stands where it happened (look.md 3.12).
    """
    return said(response, "toast", {"text": str(text), "undo": undo_url, "tone": tone})


def done(
    request: HttpRequest,
    url: str,
    text: StrOrPromise = "",
    *,
    event: str = "",
    undo_url: str = "",
) -> HttpResponse:
    """Answer an act. HTMX gets 204 with the event and a toast; without HTMX it is a redirect to `url` and a message."""
    if is_part(request):
        response = HttpResponse(status=204)
        if text:
            toast(response, text, undo_url=undo_url)
        return said(response, event) if event else response
    if text:
        add_message(request, text, undo_url=undo_url)
    return HttpResponseRedirect(url)


def add_message(request: HttpRequest, text: StrOrPromise, *, undo_url: str = "") -> None:
    """Keep a toast for the next page; the undo address travels in the message's extra tags."""
    from django.contrib import messages

    messages.success(request, str(text), extra_tags=json.dumps({"undo": undo_url}) if undo_url else "")


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Go to another page, whoever asks: HTMX by header, so that the whole page loads."""
    return HttpResponseClientRedirect(url) if is_part(request) else HttpResponseRedirect(url)


def stop_polling(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """Render the last state of long work and end the polling of the part that shows it."""
    content = render(request, template, dict(context or {})).content
    return HttpResponseStopPolling(content)
