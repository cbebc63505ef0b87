"""The addresses of the integrations app."""

from django.urls import path

from integrations.views import acts, catalogue, connect, custom, detail, files, items, listing, wizard

app_name = "integrations"
urlpatterns = [
    path("", listing.integration_list, name="list"),
    path("add/", catalogue.catalogue, name="catalogue"),
    path("add/<slug:connector>/", wizard.add, name="add"),
    path("callback/<slug:connector>/", connect.callback, name="callback"),
    path("<slug:public_id>/", detail.settings, name="detail"),
    path("<slug:public_id>/mappings/", detail.mappings, name="mappings"),
    path("<slug:public_id>/products/", items.products, name="products"),
    path("<slug:public_id>/products/map/", items.join, name="join_product"),
    path("<slug:public_id>/products/<slug:product_id>/part/", items.part, name="part_product"),
    path("<slug:public_id>/products/<slug:product_id>/make/", items.make, name="make_product"),
    path("<slug:public_id>/activity/", detail.activity, name="activity"),
    path("<slug:public_id>/flows/", wizard.flows, name="flows"),
    path("<slug:public_id>/connect/", connect.connect, name="connect"),
    path("<slug:public_id>/authorize/", connect.authorize, name="authorize"),
    path("<slug:public_id>/token/", connect.token, name="token"),
    path("<slug:public_id>/returned/", connect.returned, name="returned"),
    path("<slug:public_id>/connection/", custom.connection, name="connection"),
    path("<slug:public_id>/connection/key/", custom.make_key, name="make_key"),
    path("<slug:public_id>/connection/key/<slug:key_id>/revoke/", custom.revoke_key, name="revoke_key"),
    path("<slug:public_id>/connection/secret/", custom.rotate, name="rotate_secret"),
    path("<slug:public_id>/connection/address/", custom.save_address, name="save_address"),
    path("<slug:public_id>/connection/test/", custom.test, name="test_address"),
    path("<slug:public_id>/files/", files.files, name="files"),
    path("<slug:public_id>/files/<slug:kind>.csv", files.download, name="download"),
    path("<slug:public_id>/files/<slug:file_id>/errors.csv", files.file_errors, name="file_errors"),
    path("<slug:public_id>/toggle/", acts.toggle, name="toggle"),
    path("<slug:public_id>/sync/", acts.sync, name="sync"),
    path("<slug:public_id>/secret/", acts.renew_hook, name="renew_hook"),
    path("<slug:public_id>/delete/", acts.delete, name="delete"),
]
