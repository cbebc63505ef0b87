"""What happens to orders, shipping requests and exceptions."""

from django.utils.translation import gettext_lazy as _

from portal.events.catalogue import event

ORDER_CREATED = event("order.created", _("Order ingested"), "order")
ORDER_UPDATED = event("order.updated", _("Order updated"), "order")
ORDER_DELETED = event("order.deleted", _("Order deleted"), "order")
EXCEPTION_MODIFIED = event("exception.modified", _("Exception raised or changed"), "exception")
INVENTORY_CHANGED = event("inventory.changed", _("Stock changed"), "inventory")
SHIPPING_REQUEST_CREATED = event("shippingRequest.created", _("Shipping request made"), "shippingRequest")
SHIPPING_REQUEST_UPDATED = event("shippingRequest.updated", _("Shipping request changed"), "shippingRequest")
FULFILLMENT_CREATED = event("fulfillment.created", _("Fulfillment created"), "fulfillment")
PRODUCT_CREATED = event("product.created", _("Product added"), "product")
PRODUCT_UPDATED = event("product.updated", _("Product changed"), "product")
PRODUCT_DELETED = event("product.deleted", _("Product deleted"), "product")
