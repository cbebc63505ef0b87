"""What an order can be asked: the field catalogue of its document (labels as in behaviour.md 3.6). Pure."""

from orders.lifecycle.order import CHOICES
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _

_STATE, _CUSTOMER, _SHIPPING, _BILLING = _("Order"), _("Customer"), _("Shipping"), _("Billing")
_TOTALS, _PAID, _DATES, _TAGS, _LINES, _OTHER = (
    _("Totals"),
    _("Payments and discounts"),
    _("Dates"),
    _("Tags and notes"),
    _("Line items"),
    _("Custom fields"),
)

_PAYMENT = choices(
    {
        "paid": _("Paid"),
        "awaitingPayment": _("Awaiting payment"),
        "partiallyRefunded": _("Partially refunded"),
        "refunded": _("Refunded"),
        "canceled": _("Canceled"),
        "incomplete": _("Incomplete"),
        "other": _("Other"),
    }
)
_ORIGINS = choices(
    {
        "online": _("Online"), "pos": _("Point of sale"), "wholesale": _("Wholesale"), "edi": _("EDI"),
        "b2b": _("B2B"), "aggregation": _("Aggregation"), "other": _("Other"),
    }
)  # fmt: skip

_ROUTING = choices(
    {
        "pending": _("Not routed yet"), "ready": _("Routed"), "failed": _("Failed"),
        "pendingInventory": _("Waits for stock"), "excluded": _("Nothing to route"),
    }
)  # fmt: skip
"""How far routing has come with an order (behaviour.md 2.1, `routingStatus`)."""

_BUYERS = choices({"individual": _("Person"), "company": _("Company")})


def _address(prefix: str, group: str, name: str, country_column: str | None = None) -> list[Field]:
    """Return the fields of an address, labelled by the flattened path in words."""
    parts = (
        ("firstName", _("first name")), ("lastName", _("last name")), ("company", _("company")),
        ("address1", _("address line 1")), ("address2", _("address line 2")), ("city", _("city")),
        ("stateOrProvince", _("state or province")), ("zipCodeOrPostalCode", _("postal code")),
        ("email", _("e-mail")), ("phone", _("phone")),
    )  # fmt: skip
    fields = [Field(f"{prefix}.{key}", f"{name} {label}", Type.TEXT, group, writable=True) for key, label in parts]
    country = Field(
        f"{prefix}.country", f"{name} {_('country')}", Type.COUNTRY, group, folded=country_column, writable=True
    )
    return [*fields, country]


def _money(path: str, label: str, column: str | None = None) -> Field:
    return Field(path, label, Type.MONEY, _TOTALS, column=column, currency="currency")


def _moment(path: str, label: str, column: str | None = None, *, writable: bool = False, help: str = "") -> Field:
    return Field(path, label, Type.DATETIME, _DATES, column=column, writable=writable, help=help)


def _each(path: str, label: str, noun: str, help: str = "") -> Field:
    """Return a list of what all payments, discounts or charges of an order say."""
    return Field(path, label, Type.LIST, _PAID, noun=noun, help=help)


def _line(path: str, label: str, kind: Type, noun: str, *, help: str = "", currency: str | None = None) -> Field:
    return Field(f"lineItems.{path}", label, kind, _LINES, noun=noun, line=True, help=help, currency=currency)


ORDER = Catalogue(
    "order",
    _("order"),
    [
        Field("status", _("Status"), Type.ENUM, _STATE, choices=choices(dict(CHOICES)), column="status", writable=True),
        Field("exceptions", _("Exceptions"), Type.LIST, _STATE, noun=_("exception"), folded="exceptions",
              help=_("Types of the exceptions that are active now, such as rule_failed.")),
        Field("disposition", _("Lines taken out"), Type.LIST, _STATE, noun=_("line outcome"),
              help=_("What became of lines here: canceled, rejected, routed, sent, fulfilled or failed, with partially "
                     "before it where it is not all of it; unrouted, unsent, unfulfilled.")),
        Field("dispositions[].uniqueId", _("Lines taken out, by line ID"), Type.LIST, _STATE, noun=_("line taken out"),
              help=_("The IDs of lines that were canceled or rejected here, wholly or in part.")),
        Field("orderId", _("Order ID"), Type.TEXT, _STATE, folded="public_id"),
        Field("extOrderId", _("Order number"), Type.TEXT, _STATE, folded="number_folded"),
        Field("extOrderApiId", _("Order ID in the channel"), Type.TEXT, _STATE,
              help=_("The ID that the store's own programs use")),
        Field("extOrderUrl", _("Order page in the channel"), Type.TEXT, _STATE),
        Field("integration", _("Source"), Type.TEXT, _STATE, help=_("The store that the order was taken from")),
        Field("orderSource", _("Channel"), Type.TEXT, _STATE,
              help=_("Where the customer ordered, in the words of the store")),
        Field("orderSourceType", _("Kind of sale"), Type.ENUM, _STATE, choices=_ORIGINS),
        Field("paymentStatus", _("Payment status"), Type.ENUM, _STATE, choices=_PAYMENT),
        Field("fulfillmentStatus", _("Fulfillment status in the channel"), Type.TEXT, _STATE,
              help=_("What the store says; the status here is the field Status")),
        Field("customerPONumber", _("Purchase order number"), Type.TEXT, _STATE, writable=True),
        Field("email", _("E-mail"), Type.TEXT, _CUSTOMER, folded="email_folded", writable=True),
        Field("customer.firstName", _("Customer first name"), Type.TEXT, _CUSTOMER, writable=True),
        Field("customer.lastName", _("Customer last name"), Type.TEXT, _CUSTOMER, writable=True),
        Field("customer.company", _("Customer company"), Type.TEXT, _CUSTOMER, writable=True),
        Field("customer.extCustomerId", _("Customer ID in the channel"), Type.TEXT, _CUSTOMER),
        Field("customer.type", _("Customer type"), Type.ENUM, _CUSTOMER, choices=_BUYERS),
        *_address("shippingAddress", _SHIPPING, _("Shipping"), "country_folded"),
        Field("shippingCode", _("Shipping code"), Type.TEXT, _SHIPPING, writable=True),
        Field("shippingCarrier", _("Shipping carrier"), Type.TEXT, _SHIPPING, writable=True),
        Field("shippingClass", _("Shipping class"), Type.TEXT, _SHIPPING, writable=True),
        Field("shippingNote", _("Shipping note"), Type.TEXT, _SHIPPING, writable=True),
        Field("routingStatus", _("Routing"), Type.ENUM, _SHIPPING, choices=_ROUTING, column="routing_status",
              help=_("How far routing has come with the order")),
        Field("locationId", _("Ship from"), Type.TEXT, _SHIPPING, writable=True,
              help=_("The ID of a location, ours or the store's. It counts where “Ship from there only” is yes.")),
        Field("respectLocationId", _("Ship from there only"), Type.BOOLEAN, _SHIPPING, writable=True,
              help=_("Routing uses the location of the order, or of the line, and asks no card where")),
        Field("preferredLocationGroupId", _("Preferred location groups"), Type.LIST, _SHIPPING,
              noun=_("location group"), writable=True, help=_("Their IDs. Routing tries their locations first.")),
        *_address("billingAddress", _BILLING, _("Billing")),
        _money("totalPrice", _("Total"), "total"),
        _money("subTotalPrice", _("Subtotal")),
        _money("orderDiscount", _("Discount")),
        _money("orderTax", _("Tax")),
        _money("shippingPrice", _("Shipping price")),
        Field("currency", _("Currency"), Type.TEXT, _TOTALS),
        _each("payments[].method", _("Payment methods"), _("payment method")),
        _each("payments[].kind", _("Payment kinds"), _("payment kind"), _("The brand of a card, for example")),
        _each("payments[].status", _("Payment results"), _("payment result"), _("As the store has it")),
        _each("payments[].reference", _("Payment references"), _("payment reference")),
        _each("payments[].currency", _("Payment currencies"), _("payment currency")),
        _each("discounts[].name", _("Discount names"), _("discount name")),
        _each("discounts[].code", _("Discount codes"), _("discount code")),
        _each("additionalCharges[].name", _("Extra charges"), _("extra charge"), _("Their names, such as Gift wrap")),
        _each("additionalCharges[].code", _("Extra charge codes"), _("extra charge code")),
        _moment("extOrderCreatedAt", _("Placed"), "placed_at", help=_("When the customer ordered")),
        _moment("extOrderUpdatedAt", _("Changed in the channel"), help=_("As the store says")),
        _moment("createdAt", _("Ingested"), "created_at", help=_("When the order came in here")),
        _moment("updatedAt", _("Changed"), "updated_at", help=_("When anything changed here")),
        _moment("fulfilledAt", _("Fulfilled"), help=_("When all of it had been shipped")),
        _moment("holdUntil", _("Hold ends"), "hold_until"),
        _moment("shipAfterDate", _("Ship after"), writable=True),
        _moment("shipByDate", _("Ship by"), writable=True),
        _moment("expectedDeliveryDate", _("Expected delivery"), writable=True),
        Field("tags", _("Tags"), Type.LIST, _TAGS, noun=_("tag"), folded="tags_folded", writable=True),
        Field("orderNote", _("Order note"), Type.TEXT, _TAGS, writable=True),
        Field("giftNote", _("Gift note"), Type.TEXT, _TAGS, writable=True),
        Field("customFields", _("Custom field"), Type.TEXT, _OTHER, noun=_("custom field"), keyed=("name", "value"),
              writable=True, help=_("By its name, as the store gives it")),
        Field("customFields[].name", _("Custom field names"), Type.LIST, _OTHER, noun=_("custom field name")),
        Field("customFields[].value", _("Custom field values"), Type.LIST, _OTHER, noun=_("custom field value"),
              help=_("Of any custom field, whatever its name")),
        Field("lineItems.sku", _("Line SKU"), Type.TEXT, _LINES, noun=_("SKU"), line=True, folded="sku_folded"),
        Field("lineItems.name", _("Line name"), Type.TEXT, _LINES, noun=_("name"), line=True, folded="name_folded"),
        Field("lineItems.quantity", _("Line quantity"), Type.NUMBER, _LINES, noun=_("quantity"), line=True,
              column="quantity"),
        Field("lineItems.itemPrice", _("Line price"), Type.MONEY, _LINES, noun=_("price"), line=True,
              column="item_price", currency="currency"),
        Field("lineItems.requiresShipping", _("Line requires shipping"), Type.BOOLEAN, _LINES,
              noun=_("requires shipping"), line=True, column="requires_shipping"),
        _line("itemDiscount", _("Line discount"), Type.MONEY, _("discount"), currency="currency"),
        _line("itemTax", _("Line tax"), Type.MONEY, _("tax"), currency="currency"),
        _line("taxable", _("Line is taxable"), Type.BOOLEAN, _("taxable")),
        _line("locationId", _("Line location"), Type.TEXT, _("location"), help=_("Where it is to be shipped from")),
        _line("respectLocationId", _("Line ships from its location only"), Type.BOOLEAN,
              _("ships from its location only")),
        _line("uniqueId", _("Line ID"), Type.TEXT, _("line ID")),
        Field("lineItems.customFields", _("Line custom field"), Type.TEXT, _LINES, noun=_("custom field"), line=True,
              keyed=("name", "value"), help=_("By its name, as the store gives it")),
    ],
)  # fmt: skip
