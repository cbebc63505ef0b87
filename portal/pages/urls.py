"""The portal's own pages."""

from django.urls import path

import portal.ui.paths  # noqa: F401 - brings <record:…>
from portal.pages import account, api_keys, dashboard, health, settings

app_name = "portal"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("login", account.SignIn.as_view(), name="login"),
    path("logout", account.sign_out, name="logout"),
    path("organization", account.switch_organization, name="switch_organization"),
    path("theme", account.choose_theme, name="choose_theme"),
    path("settings", settings.organization, name="settings"),
    path("settings/members", settings.members, name="members"),
    path("settings/members/add", settings.add_member, name="add_member"),
    path("settings/members/<int:member>", settings.change_member, name="member"),
    path("settings/api-keys", api_keys.api_keys, name="api_keys"),
    path("settings/api-keys/make", api_keys.make_api_key, name="make_api_key"),
    path("settings/api-keys/<record:public_id>/revoke", api_keys.revoke_api_key, name="revoke_api_key"),
    path("settings/webhook-secret", api_keys.rotate_webhook_secret, name="rotate_webhook_secret"),
    path("settings/account", settings.account, name="account"),
    path("settings/password", settings.password, name="password"),
    path("health", health.health, name="health"),
]
