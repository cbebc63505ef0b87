"""The addresses of the orders app."""

from django.urls import path

import portal.ui.paths  # noqa: F401 - brings <record:…>
from orders.exceptions.acts import ACTS
from orders.views import (
    acts,
    edit,
    exceptions,
    exceptions_acts,
    exceptions_causes,
    fulfillments,
    inventory,
    inventory_many,
    location_groups,
    locations,
    methods,
    order,
    request_by_hand,
    routing,
    routing_cards,
    shipping_requests,
    shipping_requests_bulk,
    who,
)
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
    path("orders/<record:public_id>/edit/line", edit.line, name="edit_line"),
    path("orders/<record:public_id>/who", who.who, name="who"),
    path("orders/<record:public_id>/who.json", who.who_json, name="who_json"),
    path("orders/<record:public_id>/unpin", who.unpin, name="unpin"),
    path("orders/<record:public_id>/requests/new", request_by_hand.new, name="request_by_hand"),
    path("orders/<record:public_id>/do/<slug:key>", acts.act, name="act"),
    path("orders/<record:public_id>/routing", routing.runs, name="order_routing"),
    path("orders/<record:public_id>/routing/try", routing.attempt, name="order_routing_try"),
    path("orders/<record:public_id>/routing/again", routing.again, name="order_routing_again"),
    path("orders/<record:public_id>/routing/<record:run_id>", routing.run, name="order_routing_run"),
    *list_paths("shipping-requests", shipping_requests.request_list, name="shipping_requests"),
    path("shipping-requests/bulk/cancel", shipping_requests_bulk.cancel_ticked, name="bulk_cancel_requests"),
    path("shipping-requests/<record:public_id>", shipping_requests.shipping_request, name="shipping_request"),
    path("shipping-requests/<record:public_id>.json", shipping_requests.request_json, name="shipping_request_json"),
    path(
        "shipping-requests/<record:public_id>/cancel", shipping_requests.cancel_request, name="shipping_request_cancel"
    ),
    path("shipping-requests/<record:public_id>/sent", shipping_requests.sent, name="shipping_request_sent"),
    path("shipping-requests/<record:public_id>/ready", shipping_requests.ready, name="shipping_request_ready"),
    *list_paths("fulfillments", fulfillments.fulfillment_list, name="fulfillments"),
    path("fulfillments/<record:public_id>", fulfillments.fulfillment, name="fulfillment"),
    path("fulfillments/<record:public_id>.json", fulfillments.fulfillment_json, name="fulfillment_json"),
    path("shipping-requests/<record:public_id>/report", fulfillments.report, name="report_shipment"),
    *list_paths("locations", locations.location_page, name="locations"),
    path("locations/new", locations.new, name="location_new"),
    path("locations/groups", location_groups.group_page, name="location_groups"),
    path("locations/groups/<record:public_id>/rename", location_groups.rename, name="location_group_rename"),
    path("locations/groups/<record:public_id>/delete", location_groups.delete, name="location_group_delete"),
    path("locations/<record:public_id>", locations.location, name="location"),
    path("locations/<record:public_id>.json", locations.location_json, name="location_json"),
    path("locations/<record:public_id>/merge", locations.merge, name="location_merge"),
    path("locations/<record:public_id>/<slug:key>", locations.act, name="location_act"),
    path("routing", routing_cards.card_list, name="routing"),
    path("routing/new", routing_cards.new, name="routing_new"),
    path("routing/draft", routing_cards.draft, name="routing_draft"),
    path("routing/reorder", routing_cards.reorder, name="routing_reorder"),
    path("routing/methods", methods.methods, name="shipping_methods"),
    path("routing/methods/<record:public_id>", methods.save_mapping, name="shipping_methods_save"),
    path("routing/methods/<record:public_id>/add", methods.add_method, name="shipping_method_add"),
    path("routing/<record:public_id>", routing_cards.edit, name="routing_card"),
    path("routing/<record:public_id>.json", routing_cards.card_json, name="routing_json"),
    path("routing/<record:public_id>/meanwhile", routing_cards.meanwhile, name="routing_meanwhile"),
    path("routing/<record:public_id>/toggle", routing_cards.toggle, name="routing_toggle"),
    path("routing/<record:public_id>/duplicate", routing_cards.duplicate, name="routing_duplicate"),
    path("routing/<record:public_id>/delete", routing_cards.delete, name="routing_delete"),
    *list_paths("inventory", inventory.inventory, name="inventory"),
    *list_paths("inventory/by-sku", inventory.totals, name="inventory_totals"),
    path("inventory/import", inventory_many.import_page, name="inventory_import"),
    *(
        path(f"inventory/bulk/{key}", inventory_many.act, {"key": key}, name=f"inventory_bulk_{key}")
        for key in ("set", "lock", "unlock")
    ),
    path("inventory/<record:public_id>", inventory.record, name="inventory_record"),
    path("inventory/<record:public_id>.json", inventory.record_json, name="inventory_record_json"),
    path("inventory/<record:public_id>/edit", inventory.edit, name="inventory_edit"),
    path("inventory/<record:public_id>/lock", inventory.lock, name="inventory_lock"),
    path("inventory/<record:public_id>/unlock", inventory.unlock, name="inventory_unlock"),
    path("inventory/<record:public_id>/copy", inventory.copy, name="inventory_copy"),
    *list_paths("products", products.product_page, name="products"),
    path("products/new", products.new, name="product_new"),
    path("products/part", products.part_row, name="product_part"),
    path("products/import", products_many.import_page, name="products_import"),
    path("products/undo/<int:moment>", products_many.undo, name="products_undo"),
    *(
        path(f"products/bulk/{key}", products_many.act, {"key": key}, name=f"products_bulk_{key}")
        for key in ("publish", "unpublish", "tracking", "delete")
    ),
    path("products/<record:public_id>", products.product, name="product"),
    path("products/<record:public_id>.json", products.product_json, name="product_json"),
    path("products/<record:public_id>/edit", products.edit, name="product_edit"),
    path("products/<record:public_id>/channels", products.channel, name="product_channel"),
    path("products/<record:public_id>/give-back", products.give_back, name="product_give_back"),
    path("products/<record:public_id>/delete", products.delete, name="product_delete"),
    path("products/<record:public_id>/restore", products.restore, name="product_restore"),
    *list_paths("exceptions", exceptions.exception_list, name="exceptions"),
    path("exceptions/causes", exceptions_causes.causes, name="exception_causes"),
    path("exceptions/cause", exceptions_causes.cause, name="exception_cause"),
    path("exceptions/cause/cure", exceptions_causes.cure, name="exception_cure"),
    *(
        path(f"exceptions/bulk/{key}", exceptions_acts.act_on_ticked, {"key": key}, name=f"bulk_exceptions_{key}")
        for key in ACTS
    ),
    path("exceptions/work/<record:public_id>", exceptions_acts.work_page, name="exception_work"),
    path("exceptions/work/<record:public_id>/undo", exceptions_acts.undo, name="exception_work_undo"),
    path("exceptions/<record:public_id>", exceptions.exception, name="exception"),
    path("exceptions/<record:public_id>.json", exceptions.exception_json, name="exception_json"),
    path("exceptions/<record:public_id>/raw", exceptions.raw, name="exception_raw"),
    path("exceptions/<record:public_id>/note", exceptions.note, name="exception_note"),
    path("exceptions/<record:public_id>/<slug:key>", exceptions_acts.act, name="exception_act"),
]
