"""The baseline mapping as people read it on the Mappings tab."""

from django.utils.translation import gettext_lazy as _

from integrations.manifest import MappingRow

REQUESTS = (
    MappingRow("extShipmentId", "order_number", _("The number that people see there.")),
    MappingRow("id", "reference_id", _("With sr- before it; ShipBob takes each only once.")),
    MappingRow("shippingMethodMapping, shippingCode", "shipping_method", _("The method of the settings if empty.")),
    MappingRow("locationId", "location_id", _("ShipBob's own number of the location.")),
    MappingRow("orderCreateTime", "purchase_date"),
    MappingRow("giftNote", "gift_message", _("At most 500 characters.")),
    MappingRow("shippingAddress.firstName, lastName", "recipient.name", _("The company where there is no name.")),
    MappingRow("shippingAddress.email", "recipient.email"),
    MappingRow("shippingAddress.phone", "recipient.phone_number"),
    MappingRow("shippingAddress", "recipient.address", _("Without what is empty.")),
    MappingRow("lineItems[].sku", "products[].sku, products[].reference_id", _("As ShipBob knows it.")),
    MappingRow("lineItems[].quantity", "products[].quantity"),
    MappingRow("lineItems[].name", "products[].name", _("Only if ShipBob may make products.")),
    MappingRow("lineItems[] (place)", "products[].external_line_id"),
    MappingRow("lineItems[].itemPrice", "products[].unit_price"),
)
FULFILLMENTS = (
    MappingRow("extFulfillmentId", "shipments[].id", _("Each shipment is one fulfillment.")),
    MappingRow("shippingRequest", "reference_id"),
    MappingRow("fulfillmentType", "shipments[].status", _("Completed is shipped; Cancelled is rejected.")),
    MappingRow("actualShipDate", "shipments[].actual_fulfillment_date"),
    MappingRow("lineItems[].sku", "shipments[].products[].sku"),
    MappingRow("lineItems[].quantity", "shipments[].products[].inventory_items[].quantity", _("All lots together.")),
    MappingRow("trackingNumber", "shipments[].tracking.tracking_number"),
    MappingRow("trackingUrl", "shipments[].tracking.tracking_url"),
    MappingRow("shippingCarrier", "shipments[].tracking.carrier"),
    MappingRow("shippingClass", "shipments[].tracking.carrier_service"),
    MappingRow("shippingCharge", "shipments[].invoice_amount"),
    MappingRow("reason", "shipments[].status_details"),
)
INVENTORY = (
    MappingRow("sku", "sku"),
    MappingRow("onHand", "fulfillable_quantity + committed_quantity", _("What can be shipped.")),
    MappingRow("unavailable", "on_hand_quantity − onHand", _("There, but damaged or in a transfer.")),
    MappingRow("incoming", "awaiting_quantity"),
)
PRODUCTS = (
    MappingRow("published[].sku", "variants[].sku", _("The same as here, or mapped on the Products tab.")),
    MappingRow("published[].name", "name, variants[].name"),
    MappingRow("published[].extProductApiId", "variants[].id"),
    MappingRow("published[].extProductId", "variants[].inventory.inventory_id"),
    MappingRow("published[].status", "variants[].status", _("Active is published.")),
    MappingRow("sku, name, upc", "variants[].sku, name, upc", _("Only of what is made there.")),
    MappingRow("weight, length, width, height", "variants[].weight, dimension", _("In ounces and inches.")),
    MappingRow("countryOfOrigin, harmonizedCode", "variants[].customs"),
)
LOCATIONS = (
    MappingRow("extLocationId", "id", _("Active ones that ship for the account.")),
    MappingRow("name", "name"),
    MappingRow("address", "services[].address", _("Of the service that ships.")),
)
