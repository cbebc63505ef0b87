"""The addresses of the API. They are made once every app has brought its resources."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path

from portal.api import docs, problems
from portal.api.frame import framed, make_api, nowhere

api = make_api()
_patterns, _app, _namespace = api.urls
for pattern in _patterns:
    if isinstance(pattern, URLPattern):
        pattern.callback = framed(pattern.callback)


def _nowhere(request: HttpRequest) -> HttpResponse:
    return problems.response(nowhere())


_patterns.append(re_path(r"^.*$", framed(_nowhere), name="nowhere"))
app_name = "api"
urlpatterns = [
    path("docs", docs.page_of_api, name="docs"),
    path("v1/", include((_patterns, _app), namespace=_namespace)),
]
