"""An address as an envelope has it, line by line: city, state and postal code stand as its country is used to. Pure."""

from collections.abc import Mapping
from typing import Any

_FIRST = (("firstName", "lastName"), ("company",), ("address1",), ("address2",))
_KEYS = {"city": "city", "state": "stateOrProvince", "code": "zipCodeOrPostalCode"}
_USUAL = ("code city", "state")
"""“10115 Berlin”: most of the continent, and wherever nothing else is known."""
_WAYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("US", "PR", "GU", "VI"), ("city, state code",)),
    **dict.fromkeys(("AU", "CA"), ("city state code",)),
    **dict.fromkeys(("GB", "IE", "ZA"), ("city", "state", "code")),
    **dict.fromkeys(("IN", "NZ", "SG"), ("city code", "state")),
    "IT": ("code city state",),
    "MX": ("code city, state",),
}
"""By country the lines; a comma stands only between two that are there."""


def envelope(address: Mapping[str, Any]) -> list[str]:
    """Return the lines of an address, without those that are empty, without phone and e-mail."""
    who = [" ".join(str(address[key]) for key in keys if address.get(key)) for keys in _FIRST]
    return [line for line in (*who, *town(address)) if line]


def town(address: Mapping[str, Any]) -> list[str]:
    """Return its last lines: city, state and postal code, then the country."""
    country = str(address.get("country") or "")
    lines = (*(_line(address, one) for one in _WAYS.get(country.strip().upper(), _USUAL)), country)
    return [line for line in lines if line]


def _line(address: Mapping[str, Any], way: str) -> str:
    """Return one line: the words of `way`, each replaced by what the address has there."""
    found, comma = "", ""
    for word in way.split():
        text = str(address.get(_KEYS[word.rstrip(",")]) or "")
        if text:
            found = f"{found}{comma} {text}" if found else text
        comma = "," if text and word.endswith(",") else ""
    return found
