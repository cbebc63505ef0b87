"""Numbers at the door of the records: exact, plain, and of digits that every reading keeps."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from orders.records.order import Discount


@pytest.mark.parametrize("amount", ["999999999999.999", "0.000001", "-12.50", 7, Decimal("1E+3"), Decimal("1.10")])
def test_a_number_within_fifteen_digits_is_kept_exactly(amount: Any) -> None:
    assert Discount(amount=amount).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("123456789012.3456", "must be a number of at most 15 digits in all"),
        ("1234567890123", "at most 12 digits before the point"),
        ("1e5", "must be a number such as 12 or 12.50"),
        (0.1, "must be an exact number, not a binary float"),
        (True, "must be a number, not true or false"),
    ],
)
def test_any_other_is_refused_by_name(amount: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        Discount(amount=amount)
    assert caught.value.errors()[0]["loc"] == ("amount",)
