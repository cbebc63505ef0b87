"""The portal's own pages."""

from django.urls import path

from portal.pages import account, dashboard, health

app_name = "portal"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("login", account.SignIn.as_view(), name="login"),
    path("logout", account.sign_out, name="logout"),
    path("organization", account.switch_organization, name="switch_organization"),
    path("theme", account.choose_theme, name="choose_theme"),
    path("health", health.health, name="health"),
]
