"""What lies in the demo warehouses: the goods of a small tea shop, in three places."""

from typing import Any

Json = dict[str, Any]

GOODS: dict[str, str] = {
    "TEA-ASSAM-100": "Morning Assam, 100 g",
    "TEA-OOLONG-050": "Mountain Oolong, 50 g",
    "TEA-SENCHA-100": "Spring Sencha, 100 g",
    "TEA-MINT-080": "Garden Mint, 80 g",
    "TIN-ROUND-S": "Round tin, small",
    "TIN-ROUND-M": "Round tin, medium",
    "TIN-ROUND-L": "Round tin, large",
    "TIN-SQUARE": "Square tin, plain",
    "TIN-SQUARE-GRN": "Square tin, forest green",
    "TIN-SQUARE-RED": "Square tin, brick red",
    "POT-STONE-06": "Stoneware pot, 0.6 l",
    "POT-GLASS-10": "Glass pot, 1 l",
    "CUP-SET-2": "Pair of cups",
    "INFUSER-STEEL": "Steel infuser",
    "SCOOP-BAMBOO": "Bamboo scoop",
}


def location(number: int, name: str, short: str, zone: str, address: Json, **more: Any) -> Json:
    """Return a warehouse as the API tells it."""
    service = {"service_type": "Shipping", "enabled": True, "address": {"name": name, **address}}
    plain = {"is_active": True, "is_shipping_enabled": True, "is_receiving_enabled": True, "access_granted": True}
    region = {"id": 1, "name": address["country"]}
    return {"id": number, "name": name, "abbreviation": short, **plain, **more, "region": region, "timezone": zone,
            "services": [service]}  # fmt: skip


def _address(street: str, city: str, state: str, country: str, code: str) -> Json:
    return {"address1": street, "address2": "", "city": city, "state": state, "country": country, "zip_code": code}


LOCATIONS: tuple[Json, ...] = (
    location(156, "Moreno Valley (CA)", "MV1", "America/Los_Angeles",
             _address("24300 Nandina Ave", "Moreno Valley", "CA", "US", "92551")),
    location(8, "Cicero (IL)", "CHI1", "America/Chicago", _address("5900 W Ogden Ave", "Cicero", "IL", "US", "60804")),
    location(214, "Ede (NL)", "EDE1", "Europe/Amsterdam", _address("Frankeneng 18", "Ede", "", "NL", "6716 AA")),
    location(91, "Old dock (closed)", "OLD", "America/Chicago",
             _address("1 Dock St", "Joliet", "IL", "US", "60431"), is_active=False, is_shipping_enabled=False),
)  # fmt: skip

CARRIERS = {
    "UPS": ("UPS Ground", "1Z", "https://www.ups.com/track?tracknum="),
    "USPS": ("Priority Mail", "9400", "https://tools.usps.com/go/TrackConfirmAction?tLabels="),
    "DHL": ("Express Worldwide", "JD", "https://www.dhl.com/en/express/tracking.html?AWB="),
    "FedEx": ("Home Delivery", "7712", "https://www.fedex.com/fedextrack/?trknbr="),
}

PROBLEMS: dict[str, str] = {
    "InvalidAddress": "The address cannot be delivered to; it needs to be corrected.",
    "OutOfStock": "Not enough units lie in this warehouse.",
    "MissingItems": "Units could not be found on the shelf.",
    "DamagedItems": "Units were found damaged while picking.",
}
HOLDS: dict[str, str] = {
    "MerchantRequestedHold": "Waits at the merchant's request.",
    "CustomsInformationMissing": "Waits for customs information.",
}
