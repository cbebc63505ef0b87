"""Numbers and money for people: grouped by locale, with as many decimals as the currency has."""

import functools
from decimal import Decimal, InvalidOperation

from django.utils import formats
from django.utils.translation import get_language

# ISO 4217: every currency has two decimals but these.
_NONE = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def decimals(currency: str) -> int:
    """Return how many decimals amounts of this currency are written with (ISO 4217)."""
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def amount(value: Decimal | int | str, currency: str) -> str:
    """Return the amount as the locale writes it: “1,284.50”. Finer parts than the currency has are kept, not rounded.

    A value that is no number is returned as it is.
    """
    return _amount(str(value), currency, get_language())


@functools.lru_cache(maxsize=5_000)
def _amount(value: str, currency: str, language: str | None) -> str:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return value
    if not number.is_finite():
        return value
    exponent = number.normalize().as_tuple().exponent
    places = max(decimals(currency), -exponent if isinstance(exponent, int) else 0)
    return formats.number_format(number, places, use_l10n=True, force_grouping=True)


def count(value: int) -> str:
    """Return a whole number, grouped: “1,284”."""
    return formats.number_format(value, 0, use_l10n=True, force_grouping=True)
