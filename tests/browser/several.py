"""A page with two filter builders in one form, as a rule with a filter inside one of its actions has them."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path, reverse
from django.utils import timezone

from orders.documents.catalogue import ORDER
from portal.filters.builder import DraftGroup
from portal.ui import filter_views
from portal.ui.access import PageRequest, page
from portal.ui.filter_builder import Builder, Urls, build

SCOPES = {"": "Which orders", "a.0.condition.": "Until when"}
PAGE = """{% extends "base.html" %}
{% block page_title %}Two filters{% endblock %}
{% block content %}<form method="post" hx-sync="this:queue all">{% csrf_token %}
{% for builder in builders %}{% include "ui/filter/builder.html" %}{% endfor %}</form>{% endblock %}"""


def _urls() -> Urls:
    return Urls(reverse("several_step"), reverse("ui:filter_count", args=["orders"]))


def _built(scope: str) -> Builder:
    zone = timezone.get_current_timezone()
    return build(DraftGroup(), ORDER, urls=_urls(), zone=zone, scope=scope, label=SCOPES[scope], spans=True)


@page()
def several(request: PageRequest) -> HttpResponse:
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"builders": [_built(scope) for scope in SCOPES]}, request))


@page()
def step(request: PageRequest) -> HttpResponse:
    return filter_views.answer(request, ORDER, _urls(), timezone.get_current_timezone())


urlpatterns = [
    path("several", several, name="several"),
    path("several/step", step, name="several_step"),
    path("", include("portal.urls")),
]

handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
