"""The endpoints that components bring along."""

from django.urls import path

from portal.ui import kit, saved

app_name = "ui"
urlpatterns = [
    path("views", saved.create, name="views"),
    path("views/<slug:public_id>", saved.change, name="view"),
    path("ui-kit", kit.kit, name="kit"),
]
