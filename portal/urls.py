"""Names every app, decides nothing."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.ui.urls")),
    path("", include("orders.urls")),
    path("integrations/", include("integrations.urls")),
    path("automations/", include("automations.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
handler500 = "portal.ui.errors.failed"
