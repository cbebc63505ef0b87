"""Normal forms and facets: what counts as a value, and what is kept of it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.filters import normal
from portal.filters.facets import Facets
from portal.filters.fields import BadCatalogue, Catalogue, Field, Type
from tests.portal.filters.sample import SAMPLE

UTC = dt.UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T10:10:00.000Z", dt.datetime(2026, 1, 5, 10, 10, tzinfo=UTC)),
        ("2026-01-05T10:10Z", dt.datetime(2026, 1, 5, 10, 10, tzinfo=UTC)),
        ("2026-01-05T10:10:00.123456+02:00", dt.datetime(2026, 1, 5, 8, 10, 0, 123000, tzinfo=UTC)),
        ("2026-01-05T10:10:00", None),
        ("2026-01-05", None),
        ("2026-W02-1T10:10:00.000Z", None),
        ("2026-01-05T10:10:00,000Z", None),
        ("20260105T101000Z", None),
        ("2026-02-30T10:10:00.000Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        (1767607800, None),
    ],
)
def test_only_a_plain_iso_instant_is_a_moment(text: Any, expected: dt.datetime | None) -> None:
    assert normal.moment(text) == expected


digits = st.text("0123456789-:.TZW+, ٣", max_size=6)


@settings(max_examples=500)
@given(st.tuples(digits, st.datetimes(timezones=st.just(UTC)), st.integers(0, 23), st.booleans()))
def test_the_short_way_to_a_moment_takes_nothing_that_the_long_way_refuses(case: Any) -> None:
    noise, at, place, exact = case
    text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = text if exact else text[:place] + noise + text[place + len(noise) :]
    if normal.moment(text) is not None:
        assert normal.MOMENT.fullmatch(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (0.1, Decimal("0.1")),
        (Decimal("2.50"), Decimal("2.5")),
        (float("nan"), None),
        (Decimal("Infinity"), None),
        (True, None),
        ("5", None),
        (None, None),
    ],
)
def test_numbers_are_exact_and_finite(value: Any, expected: Any) -> None:
    assert normal.number(value) == expected


def test_facets_hold_the_normal_forms_of_fields_without_a_column() -> None:
    document = {
        "status": "new",
        "email": " Ann@Example.com",
        "customer": {"lastName": "Müller"},
        "shippingAddress": {"country": "DE"},
        "weight": Decimal("1.50"),
        "shipByDate": "1970-01-01T00:00:01.000Z",
        "isMultiAddress": False,
        "payments": [{"method": "Cash"}, {"method": ""}, {"kind": "visa"}, "x"],
        "paymentStatus": "",
    }
    assert Facets(SAMPLE).of(document) == {
        "email": "ann@example.com",
        "shippingAddress.country": "de",
        "weight": Decimal("1.50"),
        "shipByDate": 1_000_000,
        "isMultiAddress": False,
        "payments[].method": ["cash"],
    }
    assert Facets(SAMPLE).of_line({"sku": "X", "name": "Tée", "itemPrice": 3, "taxable": None}) == {
        "name": "tee",
        "itemPrice": 3,
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([Field("a", "A", Type.TEXT), Field("a", "B", Type.TEXT)], "names a path twice"),
        ([Field("lineItems.sku", "SKU", Type.TEXT)], "start with “lineItems.”"),
        ([Field("sku", "SKU", Type.TEXT, line=True)], "start with “lineItems.”"),
        ([Field("status", "Status", Type.ENUM)], "needs its choices"),
        ([Field("payments[].amount", "Amounts", Type.MONEY)], "only a list field"),
    ],
)
def test_a_catalogue_that_contradicts_itself_stops_the_start(fields: list[Field], message: str) -> None:
    with pytest.raises(BadCatalogue, match=message):
        Catalogue("sample", "order", fields)
