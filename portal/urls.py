"""Names every app, decides nothing."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("orders/", include("orders.urls")),
    path("integrations/", include("integrations.urls")),
    path("automations/", include("automations.urls")),
    path("admin/", admin.site.urls),
]
