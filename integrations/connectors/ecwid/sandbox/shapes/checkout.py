"""From a filled cart to the order document: every field the vendor's GET shows, with sums that hold to the cent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes.numbers import decimal, number, rounded, stamp
from integrations.connectors.ecwid.sandbox.shapes.people import Customer
from integrations.connectors.ecwid.sandbox.shapes.product import NO_SIZE, tax_id
from integrations.connectors.ecwid.sandbox.shapes.shipping import delivery
from integrations.connectors.ecwid.sandbox.shapes.store import Store

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CartLine:
    """A product (with the chosen variation, if it has any) and how many of it."""

    product: Json
    quantity: int
    combination: Json | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Who orders, when, and how it is paid and sent. ``option`` is one of the store's shipping options."""

    customer: Customer
    option: Json
    at: float
    payment_status: str = "PAID"
    comments: str = ""


@dataclass(frozen=True, slots=True)
class Ids:
    """The numbers a new order gets: internal id, public id, and the first line's id (the next lines count up)."""

    internal: int
    public: str
    first_line: int


def order(store: Store, cart: list[CartLine], placing: Placing, ids: Ids) -> Json:
    """Return the order as GET shows it. Net prices add the tax to the total, gross prices contain it."""
    shipped = any(line.product["isShippingRequired"] for line in cart)
    rate = decimal(placing.option["flatRate"]["rate"]) if shipped else Decimal(0)
    shares = _shares(rate, len(cart), store.precision)
    items = [_item(store, line, ids.first_line + n, shares[n]) for n, line in enumerate(cart)]
    subtotal = sum((decimal(item["price"]) * item["quantity"] for item in items), Decimal(0))
    tax = sum((decimal(item["tax"]) for item in items), Decimal(0))
    gross = store.prices_include_tax
    document = {
        **_identity(ids, placing),
        **_money(subtotal, rate, tax, gross=gross),
        **_customer(placing, ids),
        "items": items,
        "refunds": [],
        "billingPerson": placing.customer.person(),
        **_rest(store, items, subtotal, placing, ids),
        **(delivery(placing.option, placing.customer, rate, placing.at) if shipped else {}),
    }
    if placing.payment_status == "PAID":
        document |= {"paymentModule": "STRIPE", "externalTransactionId": f"pi_sandbox_{ids.internal}"}
    return document


def _shares(rate: Decimal, count: int, precision: int) -> list[Decimal]:
    """Split the shipping rate over the lines; what rounding leaves over goes to the first."""
    each = rounded(rate / count, precision)
    return [rate - each * (count - 1)] + [each] * (count - 1)


def _item(store: Store, line: CartLine, line_id: int, shipping: Decimal) -> Json:
    product, chosen = line.product, line.combination or {}
    price = decimal(chosen["defaultDisplayedPrice"] if chosen else product["price"])
    amount, rate = price * line.quantity, Decimal(store.tax_rate)
    taxed = amount * rate / (100 + rate if store.prices_include_tax else 100)
    tax = number(rounded(taxed, store.precision))
    item: Json = {
        "id": line_id,
        "productId": product["id"],
        "categoryId": product["defaultCategoryId"],
        "price": number(price),
        "priceWithoutTax": number(
            rounded(price / (1 + rate / 100), store.precision) if store.prices_include_tax else price
        ),
        "productPrice": product["price"],
        "sku": chosen.get("sku", product["sku"]),
        "quantity": line.quantity,
        "shortDescription": "",
        "shortDescriptionTranslated": {"en": ""},
        "tax": tax,
        "shipping": number(shipping),
        "quantityInStock": chosen.get("quantity", product.get("quantity", 0)),
        "name": product["name"],
        "nameTranslated": {"en": product["name"]},
        "isShippingRequired": product["isShippingRequired"],
        "weight": product.get("weight", 0),
        "trackQuantity": not product["unlimited"],
        "fixedShippingRateOnly": False,
        "fixedShippingRate": 0,
        "digital": not product["isShippingRequired"],
        "productAvailable": True,
        "couponApplied": False,
        "taxes": [_line_tax(store, tax)],
        "dimensions": dict(NO_SIZE),
        "discounts": [],
        "discountsAllowed": True,
        "taxable": True,
        "giftCard": False,
        "isCustomerSetPrice": False,
        "isPreorder": False,
        "attributes": [{"name": "Brand", "value": store.name}],
    }
    if chosen:
        item |= {
            "combinationId": chosen["id"],
            "selectedOptions": [_selected(product, option) for option in chosen["options"]],
        }
    return item


def _line_tax(store: Store, total: int | float) -> Json:
    return {
        "name": "Sales tax",
        "value": number(Decimal(store.tax_rate)),
        "total": total,
        "taxOnDiscountedSubtotal": total,
        "taxOnShipping": 0,
        "includeInPrice": store.prices_include_tax,
        "sourceTaxRateId": tax_id(store),
        "sourceTaxRateType": "MANUAL",
        "taxClassName": "Standard rate",
        "taxClassCode": "default",
    }


def _selected(product: Json, option: Json) -> Json:
    name, value = option["name"], option["value"]
    choices = next(o["choices"] for o in product["options"] if o["name"] == name)
    modifier = next(c["priceModifier"] for c in choices if c["text"] == value)
    return {
        "name": name,
        "nameTranslated": {"en": name},
        "value": value,
        "valueTranslated": {"en": value},
        "valuesArray": [value],
        "valuesArrayTranslated": {"en": [value]},
        "selections": [{"selectionTitle": value, "selectionModifier": modifier, "selectionModifierType": "ABSOLUTE"}],
        "type": "CHOICE",
    }


def _identity(ids: Ids, placing: Placing) -> Json:
    return {
        "id": ids.public,
        "internalId": ids.internal,
        "orderNumber": ids.internal,
        "vendorOrderNumber": ids.public,
        "publicUid": ids.public,
        "createDate": stamp(placing.at),
        "updateDate": stamp(placing.at),
        "createTimestamp": int(placing.at),
        "updateTimestamp": int(placing.at),
        "paymentStatus": placing.payment_status,
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "ticket": -ids.internal,
        "hidden": False,
    }


def _money(subtotal: Decimal, shipping: Decimal, tax: Decimal, *, gross: bool) -> Json:
    total = subtotal + shipping + (0 if gross else tax)
    none = (
        "couponDiscount",
        "volumeDiscount",
        "membershipBasedDiscount",
        "totalAndMembershipBasedDiscount",
        "discount",
        "giftCardRedemption",
        "refundedAmount",
    )
    return {
        "subtotal": number(subtotal),
        "subtotalWithoutTax": number(subtotal - tax if gross else subtotal),
        "total": number(total),
        "totalWithoutTax": number(total - tax),
        "tax": number(tax),
        "usdTotal": number(total),
        "totalBeforeGiftCardRedemption": number(total),
        "giftCardDoubleSpending": False,
        "customDiscount": [],
        "customSurcharges": [],
        **dict.fromkeys(none, 0),
    }


def _customer(placing: Placing, ids: Ids) -> Json:
    paid = placing.payment_status == "PAID"
    return {
        "email": placing.customer.email,
        "paymentMethod": "Credit or debit card" if paid else "Bank transfer",
        "customerId": 270_000_000 + ids.internal % 1_000_000,
        "customerTaxExempt": False,
        "customerTaxId": "",
        "customerTaxIdValid": False,
        "b2b_b2c": "b2b" if placing.customer.company else "b2c",
        "reversedTaxApplied": False,
        "customerRequestedInvoice": False,
        "customerFiscalCode": "",
        "electronicInvoicePecEmail": "",
        "electronicInvoiceSdiCode": "",
        "ipAddress": "203.0.113.24",
        "orderComments": placing.comments,
        "acceptMarketing": False,
        "lang": "en",
        "customerUserAgent": "Mozilla/5.0 (sandbox)",
    }


def _rest(store: Store, items: list[Json], subtotal: Decimal, placing: Placing, ids: Ids) -> Json:
    weight = sum((decimal(item["weight"]) * item["quantity"] for item in items), Decimal(0))
    package = {**NO_SIZE, "weight": number(weight), "declaredValue": number(subtotal)}
    site = f"https://{store.slug}.shop.example"
    return {
        "refererUrl": f"{site}/products/",
        "globalReferer": f"{site}/",
        "predictedPackage": [package] if weight else [],
        "shippingLabelAvailableForShipment": False,
        "shipments": [],
        "additionalInfo": {"google_customer_id": f"{ids.internal}.{int(placing.at)}"},
        "paymentParams": {},
        "extraFields": {},
        "taxesOnShipping": [],
        "disableAllCustomerNotifications": False,
        "externalFulfillment": False,
        "utmDataSets": [],
        "invoices": [],
        "pricesIncludeTax": store.prices_include_tax,
        "loyalty": {"customerEnabled": False, "earned": 0, "balance": 0},
    }
