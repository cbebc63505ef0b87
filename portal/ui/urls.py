"""The endpoints that components bring along."""

from django.urls import path

from portal.ui import kit, saved, suggest

app_name = "ui"
urlpatterns = [
    path("views", saved.create, name="views"),
    path("views/<slug:public_id>", saved.change, name="view"),
    path("lists/<slug:key>/suggest", suggest.suggest, name="suggest"),
    path("ui-kit", kit.kit, name="kit"),
]
