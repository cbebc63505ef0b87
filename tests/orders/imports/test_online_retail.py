import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from orders.imports.format import Cancellation, Parsed
from orders.imports.formats import online_retail
from orders.records.order import OrderRecord
from orders.records.refused import Refused
from tests.orders.imports import samples

REAL_FILE = Path(__file__).resolve().parents[4] / "shared/data/online-retail/2010-12_to_2011-06.csv.gz"


def read(folder: Path, rows: str = samples.ROWS) -> dict[str, Parsed]:
    reading = online_retail.read(samples.write(folder, rows))
    return {name(document): document for document in reading.documents(0)}


def name(document: Parsed) -> str:
    match document:
        case OrderRecord():
            return document.ext_order_id
        case Cancellation():
            return document.record.ext_order_id
        case Refused():
            return document.external_id


def order(folder: Path, rows: str) -> OrderRecord:
    (document,) = read(folder, rows).values()
    assert isinstance(document, OrderRecord)
    return document


def refusal(folder: Path, rows: str) -> Refused:
    (document,) = read(folder, rows).values()
    assert isinstance(document, Refused)
    return document


def row(**columns: str) -> str:
    values = {
        "InvoiceNo": "700100",
        "StockCode": "10001",
        "Description": "TEAPOT",
        "Quantity": "2",
        "InvoiceDate": "2011-01-10 09:15:00",
        "UnitPrice": "1.5",
        "CustomerID": "15001.0",
        "Country": "United Kingdom",
    } | columns
    return ",".join(values.values()) + "\n"


def test_rows_of_an_invoice_that_lie_apart_become_one_order_with_exact_totals(tmp_path: Path) -> None:
    found = read(tmp_path)["700001"]
    assert isinstance(found, OrderRecord)
    assert [(line.unique_id, line.sku, line.quantity, line.item_price) for line in found.line_items] == [
        ("1", "10001A", Decimal(2), Decimal("12.50")),
        ("2", "10002", Decimal(24), Decimal("0.42")),
        ("3", "10001A", Decimal(2), Decimal("12.50")),
    ]
    assert found.line_items[1].name == 'NAPKINS, "SUMMER"'
    assert (found.sub_total_price, found.total_price, found.currency) == (Decimal("60.08"), Decimal("60.08"), "GBP")
    assert found.ext_order_created_at == dt.datetime(2011, 1, 10, 9, 15, tzinfo=dt.UTC)
    assert found.ext_order_updated_at == dt.datetime(2011, 1, 10, 9, 16, tzinfo=dt.UTC)
    assert found.customer.ext_customer_id == "15001"


def test_postage_becomes_the_shipping_price_and_other_fees_become_charges(tmp_path: Path) -> None:
    found = read(tmp_path)["700002"]
    assert isinstance(found, OrderRecord)
    assert [line.sku for line in found.line_items] == ["10003"]
    assert found.shipping_price == Decimal("36.00")
    assert [(charge.name, charge.code, charge.amount) for charge in found.additional_charges] == [
        ("Manual", "M", Decimal("1.25"))
    ]
    assert (found.sub_total_price, found.total_price) == (Decimal("7.95"), Decimal("45.20"))
    assert found.shipping_address is not None
    assert found.shipping_address.country == "IE"


def test_a_cancellation_becomes_a_canceled_order_with_positive_quantities(tmp_path: Path) -> None:
    found = read(tmp_path)["C700003"]
    assert isinstance(found, Cancellation)
    assert found.record.canceled
    assert found.record.ext_order_api_id == "C700003"
    assert found.record.line_items[0].quantity == 1
    assert found.record.total_price == Decimal("12.50")
    assert [(field.name, field.value) for field in found.record.custom_fields] == [("cancellation", "C700003")]


def test_a_stock_correction_is_refused_with_its_rows_as_a_file_that_can_be_mended(tmp_path: Path) -> None:
    found = read(tmp_path)["700004"]
    assert isinstance(found, Refused)
    assert found.field == "Quantity"
    assert found.reason == "A negative quantity outside a cancellation is a stock correction."
    assert found.raw.decode() == (f"{samples.HEADER}\n700004,10004,,-38,2011-01-11 10:05:00,0.0,,United Kingdom\n")


def test_a_bad_debt_adjustment_is_refused_by_name(tmp_path: Path) -> None:
    found = read(tmp_path)["A700005"]
    assert isinstance(found, Refused)
    assert found.reason == "It is a bad-debt adjustment of the ledger, not an order."


def test_a_missing_customer_and_description_stay_missing_and_a_country_without_code_is_kept(tmp_path: Path) -> None:
    found = read(tmp_path)["700006"]
    assert isinstance(found, OrderRecord)
    assert found.customer.ext_customer_id is None
    assert found.line_items[0].name is None
    assert found.total_price == Decimal("0.00")
    assert found.shipping_address is None
    assert [(field.name, field.value) for field in found.custom_fields] == [("country", "Channel Islands")]


def test_an_invoice_of_nothing_but_fees_keeps_them_as_lines_that_need_no_shipping(tmp_path: Path) -> None:
    found = read(tmp_path)["700007"]
    assert isinstance(found, OrderRecord)
    assert [(line.sku, line.requires_shipping) for line in found.line_items] == [("BANK CHARGES", False)]
    assert found.additional_charges == ()
    assert found.shipping_price == Decimal("0.00")
    assert found.total_price == Decimal("15.00")
    assert found.custom_fields == ()


def test_a_gift_voucher_needs_no_shipping(tmp_path: Path) -> None:
    found = read(tmp_path)["700008"]
    assert isinstance(found, OrderRecord)
    assert not found.line_items[0].requires_shipping


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2011-01-10 09:15:00", "2011-01-10T09:15:00+00:00"),
        ("2011-06-30 20:08:00", "2011-06-30T19:08:00+00:00"),
        ("2011-03-27 01:30:00", "2011-03-27T01:30:00+00:00"),  # skipped: moved to 02:30 local
        ("2011-10-30 01:30:00", "2011-10-30T00:30:00+00:00"),  # twice: the first
        ("2011-10-30 02:00:00", "2011-10-30T02:00:00+00:00"),
    ],
)
def test_london_time_becomes_an_instant(tmp_path: Path, local: str, instant: str) -> None:
    assert order(tmp_path, row(InvoiceDate=local)).ext_order_created_at.isoformat() == instant


def test_a_price_finer_than_a_penny_stays_exact(tmp_path: Path) -> None:
    found = order(tmp_path, row(UnitPrice="0.001", Quantity="3"))
    assert found.line_items[0].item_price == Decimal("0.001")
    assert found.total_price == Decimal("0.003")


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"Quantity": "1e6"}, "Quantity"),
        ({"Quantity": "1_000"}, "Quantity"),
        ({"Quantity": "١٢"}, "Quantity"),
        ({"Quantity": "NaN"}, "Quantity"),
        ({"Quantity": ""}, "Quantity"),
        ({"UnitPrice": "-11062.06"}, "UnitPrice"),
        ({"UnitPrice": "Infinity"}, "UnitPrice"),
        ({"InvoiceDate": "2011-13-40 09:00:00"}, "InvoiceDate"),
        ({"InvoiceDate": "12/1/2010 8:26"}, "InvoiceDate"),
        ({"InvoiceDate": "0001-01-01 00:00:00"}, "InvoiceDate"),
        ({"StockCode": " "}, "StockCode"),
        ({"InvoiceNo": "X12"}, "InvoiceNo"),
        ({"InvoiceNo": "C12"}, "Quantity"),
        ({"Country": "United Kingdom,extra"}, "row 1"),
        ({"StockCode": "9" * 301}, "StockCode"),
        ({"Description": "a\x00b"}, "Description"),
        ({"CustomerID": "7" * 400}, "CustomerID"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_column(
    tmp_path: Path, columns: dict[str, str], field: str
) -> None:
    assert refusal(tmp_path, row(**columns)).field == field


def test_bytes_that_are_no_utf8_refuse_their_own_invoice_and_are_kept_as_they_came(tmp_path: Path) -> None:
    path = samples.write(tmp_path, row() + row(InvoiceNo="700101", Description="CAFE@"), name="sales.csv")
    path.write_bytes(path.read_bytes().replace(b"CAFE@", b"CAF\xc9"))
    good, bad = online_retail.read(path).documents(0)
    assert isinstance(good, OrderRecord)
    assert isinstance(bad, Refused)
    assert b"CAF\xc9" in bad.raw


def test_rows_that_differ_in_customer_refuse_the_invoice(tmp_path: Path) -> None:
    found = refusal(tmp_path, row() + row(CustomerID="15002.0"))
    assert (found.field, found.reason) == ("CustomerID", "The rows of the invoice differ in CustomerID.")


def test_a_row_without_an_invoice_number_stands_alone_under_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, row() + row(InvoiceNo="") + row(InvoiceNo=""))
    assert list(found) == ["700100", "line 3", "line 4"]
    assert isinstance(found["line 3"], Refused)


def test_reading_from_a_position_gives_the_rest_of_the_same_documents(tmp_path: Path) -> None:
    reading = online_retail.read(samples.write(tmp_path))
    whole = list(reading.documents(0))
    assert reading.total == len(whole) == 8
    assert [list(reading.documents(n)) for n in range(9)] == [whole[n:] for n in range(9)]


if REAL_FILE.exists():  # it lies beside the checkout where this project is developed, never in it

    def test_every_invoice_of_the_real_file_is_accounted_for() -> None:
        reading = online_retail.read(REAL_FILE)
        documents = list(reading.documents(0))
        assert reading.total == 12_795
        assert Counter(type(document).__name__ for document in documents) == {
            "OrderRecord": 10_031,
            "Cancellation": 2_006,
            "Refused": 758,
        }
        orders = [document for document in documents if isinstance(document, OrderRecord)]
        cancellations = [document.record for document in documents if isinstance(document, Cancellation)]
        assert sum(found.total_price for found in orders) == Decimal("4826466.491")
        assert sum(found.total_price for found in cancellations) == Decimal("428515.73")
        for found in (*orders, *cancellations):
            lines = sum((line.quantity * (line.item_price or 0) for line in found.line_items), Decimal(0))
            charges = sum((charge.amount for charge in found.additional_charges), Decimal(0))
            assert lines == found.sub_total_price
            assert lines + charges + (found.shipping_price or 0) == found.total_price
