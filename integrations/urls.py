"""The addresses of the integrations app."""

from django.urls import path

from integrations.views import acts, catalogue, connect, detail, listing, wizard

app_name = "integrations"
urlpatterns = [
    path("", listing.integration_list, name="list"),
    path("add/", catalogue.catalogue, name="catalogue"),
    path("add/<slug:connector>/", wizard.add, name="add"),
    path("callback/<slug:connector>/", connect.callback, name="callback"),
    path("<slug:public_id>/", detail.settings, name="detail"),
    path("<slug:public_id>/mappings/", detail.mappings, name="mappings"),
    path("<slug:public_id>/activity/", detail.activity, name="activity"),
    path("<slug:public_id>/flows/", wizard.flows, name="flows"),
    path("<slug:public_id>/connect/", connect.connect, name="connect"),
    path("<slug:public_id>/authorize/", connect.authorize, name="authorize"),
    path("<slug:public_id>/token/", connect.token, name="token"),
    path("<slug:public_id>/returned/", connect.returned, name="returned"),
    path("<slug:public_id>/toggle/", acts.toggle, name="toggle"),
    path("<slug:public_id>/sync/", acts.sync, name="sync"),
    path("<slug:public_id>/delete/", acts.delete, name="delete"),
]
