"""Names every app, decides nothing."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

# A schedule made in the administration could run any function there is.
for model in apps.get_app_config("django_q").get_models():
    if admin.site.is_registered(model):
        admin.site.unregister(model)

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.ui.urls")),
    path("", include("orders.urls")),
    path("integrations/", include("integrations.urls")),
    path("hooks/", include("integrations.hooks.urls")),
    path("automations/", include("automations.urls")),
    path("api/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "portal.api.errors.bad_request"
handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.api.errors.not_found"
handler500 = "portal.api.errors.failed"
