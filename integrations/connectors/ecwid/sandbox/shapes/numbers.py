"""Money and moments in the forms the vendor prints them."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal


def rounded(amount: Decimal, precision: int) -> Decimal:
    """Round to the currency's decimal places, half up, as tills do."""
    return amount.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)


def number(amount: Decimal) -> int | float:
    """Return the JSON number with the fewest digits: 37, not 37.00; exact, for the float prints as the decimal did."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def decimal(value: int | float | str) -> Decimal:
    """Read a JSON number without binary noise."""
    return Decimal(str(value))


def stamp(seconds: float) -> str:
    """Print UNIX seconds as ``2026-09-14 10:21:33 +0000``."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
