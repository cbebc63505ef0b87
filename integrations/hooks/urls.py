"""Addresses that outside systems call."""

from django.urls import path

from integrations.hooks import views

app_name = "hooks"
urlpatterns = [
    path("<slug:connector>", views.shared, name="shared"),
    path("<slug:connector>/<str:token>", views.own, name="own"),
    path("<slug:connector>/<str:token>/<str:topic>", views.own, name="topic"),
]
