"""The endpoints that components bring along."""

from django.urls import path

from portal.ui import filter_views, kit, saved, saved_page, suggest

app_name = "ui"
urlpatterns = [
    path("views", saved.create, name="views"),
    path("views/<slug:public_id>", saved.change, name="view"),
    path("views/<slug:public_id>/restore", saved.restore, name="view_restore"),
    path("views/of/<slug:list_key>", saved_page.show, name="views_of"),
    path("views/of/<slug:list_key>/order", saved.order, name="views_order"),
    path("views/of/<slug:list_key>/default", saved.choose, name="views_default"),
    path("views/of/<slug:list_key>/roles", saved.choose_for_roles, name="views_roles"),
    path("lists/<slug:key>/suggest", suggest.suggest, name="suggest"),
    path("filters/<slug:key>", filter_views.show, name="filter"),
    path("filters/<slug:key>/step", filter_views.step, name="filter_step"),
    path("filters/<slug:key>/count", filter_views.count, name="filter_count"),
    path("filters/<slug:key>/why", filter_views.why, name="filter_why"),
    path("filters/<slug:key>/apply", filter_views.apply, name="filter_apply"),
    path("ui-kit", kit.kit, name="kit"),
]
