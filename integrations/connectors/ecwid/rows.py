"""The baseline mapping as people read it on the Mappings tab."""

from django.utils.translation import gettext_lazy as _

from integrations.manifest import MappingRow

ORDERS = (
    MappingRow("extOrderId", "id", _("The number that shoppers see.")),
    MappingRow("extOrderApiId", "internalId", _("Never changes, even if the store changes its prefix.")),
    MappingRow("extOrderCreatedAt", "createTimestamp"),
    MappingRow("extOrderUpdatedAt", "updateTimestamp"),
    MappingRow("status", "paymentStatus, fulfillmentStatus", _("Canceled, or refunded before shipping.")),
    MappingRow("paymentStatus", "paymentStatus"),
    MappingRow("fulfillmentStatus", "fulfillmentStatus"),
    MappingRow("email", "email"),
    MappingRow("customer", "billingPerson, customerId", _("The shipping person where there is no other.")),
    MappingRow("billingAddress", "billingPerson"),
    MappingRow("shippingAddress", "shippingPerson"),
    MappingRow("lineItems[].uniqueId", "items[].id"),
    MappingRow("lineItems[].sku", "items[].sku", _("Of the variation where one was chosen.")),
    MappingRow("lineItems[].name", "items[].name"),
    MappingRow("lineItems[].quantity", "items[].quantity"),
    MappingRow("lineItems[].itemPrice", "items[].price", _("With options, before discounts.")),
    MappingRow("lineItems[].itemDiscount", "items[].discounts[].total + couponAmount"),
    MappingRow("lineItems[].itemTax", "items[].tax"),
    MappingRow("lineItems[].requiresShipping", "items[].isShippingRequired"),
    MappingRow("lineItems[].customFields", "items[].selectedOptions", _("What the shopper chose or wrote.")),
    MappingRow("currency", "profile.formatsAndUnits.currency", _("Orders carry none; the store's counts.")),
    MappingRow("totalPrice", "total"),
    MappingRow("subTotalPrice", "subtotal"),
    MappingRow("orderDiscount", "discount + couponDiscount"),
    MappingRow("orderTax", "tax"),
    MappingRow("shippingPrice", "shippingOption.shippingRate"),
    MappingRow("additionalCharges", "handlingFee, customSurcharges"),
    MappingRow("shippingCode", "shippingOption.shippingMethodName"),
    MappingRow("shippingCarrier", "shippingOption.shippingCarrierName"),
    MappingRow("orderNote", "orderComments"),
    MappingRow("customFields", "orderExtraFields, extraFields, customerGroup, privateAdminNotes"),
)

PRODUCTS = (
    MappingRow("extProductApiId", "id, combinations[].id", _("Of a variation: both, with a dash between them.")),
    MappingRow("sku", "sku, combinations[].sku", _("A variation without one shares stock and SKU of its product.")),
    MappingRow("name", "name", _("Of a variation, its options follow in brackets.")),
    MappingRow("kind", "combinations, compositeComponents", _("With variations a parent, its variations children.")),
    MappingRow("status", "enabled"),
    MappingRow("description", "description"),
    MappingRow("upc", "attributes[UPC]"),
    MappingRow("vendor", "attributes[BRAND]"),
    MappingRow("prices[price]", "price", _("Of a variation without one: the product's, changed by its options.")),
    MappingRow("prices[compareAtPrice]", "compareToPrice"),
    MappingRow("cost", "costPrice"),
    MappingRow("taxable", "tax.taxable"),
    MappingRow("harmonizedCode", "customsHsTariffCode"),
    MappingRow("weight", "weight", _("In the unit of the store's profile.")),
    MappingRow("length, width, height", "dimensions", _("In the unit of the store's profile.")),
    MappingRow("imageURLs", "media.images[].imageOriginalUrl"),
    MappingRow("variantOptions", "combinations[].options"),
    MappingRow("inventoryNotTracked", "unlimited"),
)

LOCATIONS = (
    MappingRow("extLocationId", "ecwid-store-{storeId}", _("The store itself.")),
    MappingRow("name", "shipping.shippingOrigin.companyName", _("The company or the store's name where it is empty.")),
    MappingRow("address", "shipping.shippingOrigin", _("The company's address where it is empty.")),
    MappingRow("extLocationId (pickup)", "shippingOptions[].locationId", _("Each enabled pickup point.")),
)
