"""The addresses of the automations app."""

from django.urls import URLPattern

app_name = "automations"
urlpatterns: list[URLPattern] = []
