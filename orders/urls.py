"""The addresses of the orders app."""

from django.urls import path

import portal.ui.paths  # noqa: F401 - brings <record:…>
from orders.views import acts, edit, exceptions, order, shipping_requests, shipping_requests_bulk, who
from orders.views import list as many
from portal.ui.lists import list_paths

app_name = "orders"
urlpatterns = [
    *list_paths("orders", many.order_list, name="list"),
    *(
        path(f"orders/bulk/{key}", many.act, {"key": key}, name=f"bulk_{key}")
        for key in ("release", "ready", "archive", "cancel")
    ),
    path("search", many.find, name="search"),
    path("orders/<record:public_id>", order.order, name="detail"),
    path("orders/<record:public_id>.json", order.order_json, name="json"),
    path("orders/<record:public_id>/document", order.order_document, name="document"),
    path("orders/<record:public_id>/hold", acts.hold, name="hold"),
    path("orders/<record:public_id>/holds/<record:hold_id>/release", acts.release_hold, name="release_hold"),
    path("orders/<record:public_id>/comment", acts.comment, name="comment"),
    path("orders/<record:public_id>/edit", edit.edit, name="edit"),
    path("orders/<record:public_id>/who", who.who, name="who"),
    path("orders/<record:public_id>/who.json", who.who_json, name="who_json"),
    path("orders/<record:public_id>/unpin", who.unpin, name="unpin"),
    path("orders/<record:public_id>/do/<slug:key>", acts.act, name="act"),
    *list_paths("shipping-requests", shipping_requests.request_list, name="shipping_requests"),
    path("shipping-requests/bulk/cancel", shipping_requests_bulk.cancel_ticked, name="bulk_cancel_requests"),
    path("shipping-requests/<record:public_id>", shipping_requests.shipping_request, name="shipping_request"),
    path("shipping-requests/<record:public_id>.json", shipping_requests.request_json, name="shipping_request_json"),
    path(
        "shipping-requests/<record:public_id>/cancel", shipping_requests.cancel_request, name="shipping_request_cancel"
    ),
    path("shipping-requests/<record:public_id>/sent", shipping_requests.sent, name="shipping_request_sent"),
    path("shipping-requests/<record:public_id>/ready", shipping_requests.ready, name="shipping_request_ready"),
    *list_paths("exceptions", exceptions.exception_list, name="exceptions"),
    path("exceptions/<record:public_id>", exceptions.exception, name="exception"),
    path("exceptions/<record:public_id>.json", exceptions.exception_json, name="exception_json"),
    path("exceptions/<record:public_id>/raw", exceptions.raw, name="exception_raw"),
    path("exceptions/<record:public_id>/note", exceptions.note, name="exception_note"),
    path("exceptions/<record:public_id>/<slug:key>", exceptions.act, name="exception_act"),
]
