"""The store profile, shipping options and order statuses: small answers the connector reads now and then."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from integrations.connectors.ecwid.sandbox.shapes.numbers import number
from integrations.connectors.ecwid.sandbox.shapes.product import tax_id
from integrations.connectors.ecwid.sandbox.shapes.shipping import TOWN, WORLD, shipping_options
from integrations.connectors.ecwid.sandbox.shapes.store import HOME, WAREHOUSE, Address, Store

Json = dict[str, Any]

PAYMENT_STATUSES = ("AWAITING_PAYMENT", "PAID", "CANCELLED", "REFUNDED", "PARTIALLY_REFUNDED", "INCOMPLETE")
FULFILLMENT_STATUSES = (
    "AWAITING_PROCESSING",
    "PROCESSING",
    "SHIPPED",
    "DELIVERED",
    "WILL_NOT_DELIVER",
    "RETURNED",
    "READY_FOR_PICKUP",
    "OUT_FOR_DELIVERY",
)
CUSTOM_PAYMENT = tuple(f"CUSTOM_PAYMENT_STATUS_{n}" for n in (1, 2, 3))
CUSTOM_FULFILLMENT = tuple(f"CUSTOM_FULFILLMENT_STATUS_{n}" for n in (1, 2, 3))


def order_statuses() -> Json:
    """Every status with its switches; custom ones are off, as in a new store."""
    items: list[Json] = []
    for kind, plain, custom in (
        ("PAYMENT_STATUS", PAYMENT_STATUSES, CUSTOM_PAYMENT),
        ("FULFILLMENT_STATUS", FULFILLMENT_STATUSES, CUSTOM_FULFILLMENT),
    ):
        shared = {"orderStatusType": kind, "sendNotificationWhenStatusIsAssigned": True}
        items += [{"statusId": status, "defaultStatus": True, "enabled": True, **shared} for status in plain]
        items += [{"statusId": status, "enabled": False, **shared} for status in custom]
    return {"items": items}


def profile(store: Store, *, currency: str | None = None) -> Json:
    """The whole profile; ``currency`` overrides the store's, for the fault that names one nobody knows."""
    options = shipping_options(store)
    return {
        "generalInfo": _general(store),
        "account": {
            "accountName": f"{store.name} owner",
            "accountNickName": store.name,
            "accountEmail": store.email,
            "whiteLabel": False,
            "brandName": "Ecwid",
            "supportEmail": "support@sandbox.example",
            "suspended": False,
            "availableFeatures": list(store.features),
            "registrationDate": "2024-03-01 09:00:00 +0000",
            "paid": True,
            "limitsAndRestrictions": {"maxProductLimit": 2500},
        },
        "settings": {
            "closed": False,
            "storeName": store.name,
            "storeDescription": "",
            "hideOutOfStockProductsInStorefront": False,
            "allowPreordersForOutOfStockProducts": True,
            "abandonedSales": {"autoAbandonedSalesRecovery": True},
            "productReviewsFeatureEnabled": False,
        },
        "mailNotifications": _mails(store),
        "company": {**_place(HOME), "companyName": store.name, "email": store.email},
        "formatsAndUnits": _formats(store, currency or store.currency),
        "languages": {"enabledLanguages": ["en"], "facebookPreferredLocale": "en_US", "defaultLanguage": "en"},
        "shipping": {
            "handlingFee": {"value": 0},
            "shippingOrigin": {
                **_place(WAREHOUSE),
                "companyName": f"{store.name} store room",
                "email": store.email,
                "countryName": "United States",
            },
            "shippingOptions": options,
        },
        "zones": [dict(WORLD), dict(TOWN)],
        "taxes": [_tax(store)],
        "taxSettings": {
            "automaticTaxEnabled": False,
            "euIossEnabled": False,
            "ukVatRegistered": False,
            "taxes": [_tax(store)],
            "pricesIncludeTax": store.prices_include_tax,
            "taxExemptBusiness": False,
            "b2b_b2c": "b2c",
        },
        "payment": {
            "paymentOptions": [_bank_transfer()],
            "applePay": {"enabled": False, "available": False},
            "applePayOptions": [],
        },
        "featureToggles": [
            {"name": "ALLOW_EMPTY_AND_NON_UNIQUE_SKU", "visible": False, "enabled": False},
            {"name": "CONSECUTIVE_ORDER_IDS", "visible": False, "enabled": False},
            {"name": "RANDOM_ORDER_IDS", "visible": False, "enabled": True},
        ],
        "legalPagesSettings": {"requireTermsAgreementAtCheckout": False, "legalPages": []},
        "orderInvoiceSettings": {"invoiceLogoUrl": "", "attachInvoiceToOrderEmailNotifications": "DO_NOT_ATTACH"},
        "tipsSettings": {
            "enabled": False,
            "type": "ABSOLUTE",
            "options": [0, 4, 8],
            "defaultOption": 0,
            "title": "Add a tip",
            "subtitle": "",
            "titleTranslated": {"en": "Add a tip"},
            "subtitleTranslated": {"en": ""},
        },
    }


def _general(store: Store) -> Json:
    site = f"https://{store.slug}.shop.example"
    starter = {
        "ecwidSubdomain": store.slug,
        "generatedUrl": site,
        "storeLogoUrl": "",
        "ecwidSubdomainSuffix": "shop.example",
        "slugsWithoutIdsEnabled": True,
    }
    return {
        "storeId": store.id,
        "storeUrl": f"{site}/products",
        "websitePlatform": "instantsite",
        "profileId": f"p{store.id}",
        "starterSite": starter,
    }


def _place(address: Address) -> Json:
    kept = asdict(address)
    return {
        "companyName": kept["name"],
        "street": kept["street"],
        "city": kept["city"],
        "countryCode": kept["country"],
        "postalCode": kept["postcode"],
        "stateOrProvinceCode": kept["state"],
        "phone": kept["phone"],
    }


def _mails(store: Store) -> Json:
    on = {"enabled": True}
    customer = {
        "orderConfirmation": {"enabled": True, "marketingBlockEnabled": True},
        "orderStatusChanged": on,
        "orderIsReadyForPickup": on,
        "downloadEgoods": on,
        "orderShipped": on,
        "orderDelivered": {"enabled": False},
    }
    admin = {"newOrderPlaced": on, "lowStockNotification": on, "weeklyStatsReport": {"enabled": False}}
    return {
        "adminNotificationEmails": [store.email],
        "customerNotificationFromEmail": store.email,
        "customerOrderMessages": customer,
        "adminMessages": admin,
    }


def _formats(store: Store, currency: str) -> Json:
    marks = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
    return {
        "currency": currency,
        "currencyPrefix": marks.get(currency, ""),
        "currencySuffix": "",
        "currencyGroupSeparator": ",",
        "currencyDecimalSeparator": ".",
        "currencyPrecision": store.precision,
        "currencyTruncateZeroFractional": False,
        "currencyRate": 1,
        "weightUnit": "POUND",
        "weightGroupSeparator": ",",
        "weightDecimalSeparator": ".",
        "weightTruncateZeroFractional": False,
        "timeFormat": "hh:mm a",
        "dateFormat": "MMM d, yyyy",
        "timezone": store.timezone,
        "dimensionsUnit": "IN",
        "volumeUnit": "ML",
        "orderNumberPrefix": store.prefix,
        "orderNumberSuffix": store.suffix,
    }


def _tax(store: Store) -> Json:
    return {
        "id": tax_id(store),
        "name": "Sales tax",
        "enabled": True,
        "includeInPrice": store.prices_include_tax,
        "useShippingAddress": True,
        "taxShipping": False,
        "appliedByDefault": True,
        "defaultTax": number(Decimal(store.tax_rate)),
        "rules": [],
    }


def _bank_transfer() -> Json:
    how = {"instructionsTitle": "", "instructions": "", "instructionsTranslated": {"en": ""}}
    return {
        "id": "13379-1606718590771",
        "enabled": True,
        "configured": True,
        "checkoutTitle": "Bank transfer",
        "checkoutTitleTranslated": {"en": "Bank transfer"},
        "checkoutDescription": "",
        "paymentProcessorId": "offline",
        "paymentProcessorTitle": "",
        "orderBy": 0,
        "appClientId": "",
        "instructionsForCustomer": how,
        "methods": [],
    }
