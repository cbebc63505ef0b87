"""The baseline mapping of custom integrations, as their pages show it. Pure."""

from django.utils.translation import gettext_lazy as _

from integrations.manifest import MappingRow as Row

ORDERS = (
    Row("extOrderApiId", "id"),
    Row("extOrderId", "number"),
    Row("status", "status, payment_status", _("“on_hold” and unpaid orders wait as drafts; “cancelled” cancels")),
    Row("extOrderCreatedAt", "created_at"),
    Row("extOrderUpdatedAt", "updated_at", _("An older one than is known is passed over")),
    Row("currency", "currency"),
    Row("totalPrice", "total", _("Without it, the sum of lines and shipping")),
    Row("subTotalPrice, shippingPrice, orderTax, orderDiscount", "subtotal, shipping_total, tax_total, discount_total"),
    Row("shippingAddress, billingAddress", "ship_to, bill_to"),
    Row("shippingCode, shippingClass", "shipping_method"),
    Row("shipAfterDate", "requested_ship_date"),
    Row("expectedDeliveryDate", "requested_delivery_date"),
    Row("lineItems", "lines", _("unique_id is the line's id")),
    Row("customFields", "custom"),
)
PRODUCTS = (
    Row("extProductApiId, sku", "sku"),
    Row("name", "name"),
    Row("upc", "barcode"),
    Row("weight, length, width, height", "weight_g, length_mm, width_mm, height_mm"),
    Row("prices", "price, currency"),
    Row("bundleItems", "components", _("With them it is a bundle")),
    Row("parentExtApiId, variantOptions", "parent_sku, options"),
)
REQUESTS = (
    Row("id", "shipmentId", _("With “sr-” before it")),
    Row("order_number", "extOrderId"),
    Row("location_id", "locationId", _("What your warehouse calls the location")),
    Row("ship_to", "shippingAddress"),
    Row("shipping_method, carrier, service_level", "shippingCode, shippingCarrier, shippingClass"),
    Row("ship_by, ship_after", "shipByDate, shipAfterDate"),
    Row("gift_message, packing_note", "giftNote, shippingNote"),
    Row("lines", "lineItems", _("line_id is the order line's uniqueId")),
)
FULFILLMENTS_IN = (
    Row("extFulfillmentId", "id"),
    Row("shipment", "shipping_request_id"),
    Row("actualShipDate", "shipped_at"),
    Row("trackingNumber", "tracking_number, packages[].tracking_number"),
    Row("shippingCarrier, shippingClass", "carrier, service"),
    Row("shippingCharge, currency", "cost, currency"),
    Row("lineItems", "lines"),
)
FULFILLMENTS_OUT = (
    Row("id", "fulfillmentId"),
    Row("order_id, order_number", "extOrderApiId, extOrderId"),
    Row("tracking_numbers, tracking_urls", "trackingNumber, trackingUrl"),
    Row("carrier, service", "shippingCarrier, shippingClass"),
    Row("lines", "lineItems"),
)
PUSHED = (
    Row("id", "orderId"),
    Row("version", "", _("1 for the first push; a repeat of a version is the same push")),
    Row("number, store, store_order_id", "extOrderId, integration, extOrderApiId"),
    Row("status", "status", _("“cancelled” where it is canceled, else “open”")),
    Row("customer, ship_to, bill_to", "customer, email, shippingAddress, billingAddress"),
    Row("currency, total, subtotal", "currency, totalPrice, subTotalPrice"),
    Row("shipping_total, tax_total, discount_total", "shippingPrice, orderTax, orderDiscount"),
    Row("shipping_method, carrier, service_level", "shippingCode, shippingCarrier, shippingClass"),
    Row("purchase_order, note, gift_message", "customerPONumber, orderNote, giftNote"),
    Row("tags, custom", "tags, customFields"),
    Row("lines", "lineItems", _("line_id is the line’s uniqueId; cancelled are the units taken out")),
)
INVENTORY = (
    Row("onHand", "on_hand", _("Without it, available and committed together")),
    Row("incoming", "incoming"),
    Row("unavailable", "unsellable"),
)
