"""A small catalogue with every type, every kind of path and every way to find a field in SQL."""

import datetime as dt

from portal.filters.fields import Catalogue, Field, Type, choices

NOW = dt.datetime(2026, 1, 10, 12, 0, tzinfo=dt.UTC)

SAMPLE = Catalogue(
    "sample",
    "order",
    [
        Field(
            "status",
            "Status",
            Type.ENUM,
            group="State",
            choices=choices({"new": "New", "onHold": "On hold", "draft": "Draft"}),
            column="status",
        ),
        Field("paymentStatus", "Payment status", Type.ENUM, choices=choices({"paid": "Paid", "open": "Open"})),
        Field("email", "E-mail", Type.TEXT, group="Customer", noun="e-mail"),
        Field("customer.lastName", "Last name", Type.TEXT, group="Customer", folded="last_name_folded"),
        Field("shippingAddress.country", "Shipping country", Type.COUNTRY, group="Shipping"),
        Field("totalPrice", "Total", Type.MONEY, group="Totals", column="total", currency="currency"),
        Field("weight", "Weight", Type.NUMBER),
        Field("createdAt", "Created", Type.DATETIME, column="created_at"),
        Field("shipByDate", "Ship by", Type.DATETIME),
        Field("isMultiAddress", "Several addresses", Type.BOOLEAN),
        Field("test", "Test order", Type.BOOLEAN, column="test"),
        Field("tags", "Tags", Type.LIST, noun="tag", folded="tags_folded", writable=True),
        Field("payments[].method", "Payment methods", Type.LIST, noun="payment method"),
        Field("billingAddress.country", "Billing country", Type.COUNTRY, group="Billing"),
        Field("dueDate", "Due", Type.DATETIME),
        Field("discount", "Discount", Type.MONEY),
        Field("customFields", "Custom field", Type.TEXT, noun="custom field", keyed=("name", "value")),
        Field("lineItems.sku", "Line SKU", Type.TEXT, noun="SKU", line=True, folded="sku_folded"),
        Field("lineItems.name", "Line name", Type.TEXT, noun="name", line=True),
        Field("lineItems.quantity", "Quantity", Type.NUMBER, line=True, column="quantity"),
        Field("lineItems.itemPrice", "Item price", Type.MONEY, line=True),
        Field("lineItems.taxable", "Taxable", Type.BOOLEAN, line=True),
        Field("lineItems.customFields", "Line field", Type.TEXT, line=True, keyed=("name", "value")),
    ],
)
UPDATED = SAMPLE.updated()
