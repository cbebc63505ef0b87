"""The addresses of the integrations app."""

from django.urls import URLPattern

app_name = "integrations"
urlpatterns: list[URLPattern] = []
