"""The UCI “Online Retail” sales file: one row a line item, an order is the rows of one invoice.

What becomes of what:

- An invoice becomes an order, a cancellation (`C…`) a canceled order of its own with positive
  quantities: the file does not say which invoice it takes back, so nothing is guessed.
- Carriage (`POST`, `DOT`, `C2`) becomes the shipping price, other fees additional charges; where an
  invoice holds nothing else they stay lines that need no shipping, so that it is not lost.
- Repeated lines stay separate; a line's id is its position in the invoice.
- Negative quantities outside a cancellation are stock corrections, `A…` are bad-debt adjustments of
  the ledger: both are refused with their rows.

Totals are sums of exact decimals; `InvoiceDate` is London time. Pure: no Django.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from orders.imports.countries import country_code
from orders.imports.format import Cancellation, Format, Parsed, Reading, formats
from orders.imports.table import Group, Row, as_csv, groups, survey
from orders.records.order import Address, Customer, CustomField, Discount, LineItem, OrderRecord
from orders.records.refused import Refused, explain

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
ZONE = ZoneInfo("Europe/London")
CARRIAGE = {"POST": "Postage", "DOT": "Dotcom postage", "C2": "Carriage"}
CHARGES = {
    "M": "Manual",
    "D": "Discount",
    "S": "Samples",
    "B": "Adjustment",
    "BANK CHARGES": "Bank charges",
    "AMAZONFEE": "Amazon fee",
    "CRUK": "Commission",
}
NOT_SHIPPED = "gift_"
"""Stock codes of gift vouchers begin like this."""

_COLUMN_OF = {
    "sku": "StockCode",
    "name": "Description",
    "quantity": "Quantity",
    "item_price": "UnitPrice",
    "ext_customer_id": "CustomerID",
    "ext_order_created_at": "InvoiceDate",
    "ext_order_updated_at": "InvoiceDate",
}
"""A person who mends the file looks for its own columns."""

_CENT = Decimal("0.01")
_INVOICE = re.compile(r"([CA]?)([0-9]{1,20})")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?")


class DoesNotFit(ValueError):
    """A column of an invoice holds something that no order can hold."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


class Item(NamedTuple):
    """One row, read."""

    position: int
    code: str
    name: str
    quantity: Decimal
    price: Decimal
    placed_at: dt.datetime

    @property
    def amount(self) -> Decimal:
        """What the row costs."""
        return self.quantity * self.price

    @property
    def is_fee(self) -> bool:
        """Whether the row is no article."""
        return self.code.upper() in CARRIAGE or self.code.upper() in CHARGES


def read(path: Path) -> Reading:
    """Look through the file. Raises UnreadableFile."""
    surveyed = survey(path, COLUMNS)

    def documents(start: int) -> Iterator[Parsed]:
        return map(parse, islice(groups(surveyed), start, None))

    return Reading(digest=surveyed.digest, total=len(surveyed.sizes), documents=documents)


def parse(group: Group) -> Parsed:
    """Turn the rows of one invoice into what they are."""
    try:
        prefix = _prefix(group.key)
        record = _record(group, [_item(i, row) for i, row in enumerate(group.rows, 1)], canceled=prefix == "C")
    except DoesNotFit as error:
        return _refused(group, error.field, error.reason)
    except ValidationError as error:
        path, reason = explain(error)
        return _refused(group, _COLUMN_OF.get(path.rpartition(".")[2], path), reason)
    return Cancellation(record) if record.canceled else record


def _prefix(invoice: str) -> str:
    found = _INVOICE.fullmatch(invoice)
    if not found:
        raise DoesNotFit("InvoiceNo", "The invoice number must be digits, or C and digits for a cancellation.")
    if found[1] == "A":
        raise DoesNotFit("InvoiceNo", "It is a bad-debt adjustment of the ledger, not an order.")
    return found[1]


def _record(group: Group, items: list[Item], *, canceled: bool) -> OrderRecord:
    items = _with_the_right_sign(items, canceled=canceled)
    goods, fees = _split(items)
    carriage = [fee for fee in fees if fee.code.upper() in CARRIAGE]
    moments = [item.placed_at for item in items]
    country = _one(group, "Country")
    code = country_code(country)
    return OrderRecord(
        ext_order_id=group.key,
        ext_order_api_id=group.key,
        order_source="Online Retail",
        ext_order_created_at=min(moments),
        ext_order_updated_at=max(moments),
        canceled=canceled,
        customer=Customer(ext_customer_id=_one(group, "CustomerID").removesuffix(".0") or None),
        shipping_address=Address(country=code) if code else None,
        line_items=tuple(map(_line, goods)),
        currency="GBP",
        sub_total_price=_sum(goods),
        shipping_price=_sum(carriage),
        additional_charges=tuple(_charge(fee) for fee in fees if fee.code.upper() in CHARGES),
        total_price=_sum(items),
        custom_fields=_custom_fields(group.key, country=None if code else country, canceled=canceled),
    )


def _with_the_right_sign(items: list[Item], *, canceled: bool) -> list[Item]:
    """Make quantities positive: those of a cancellation are written negative, others must not be."""
    for item in items:
        if canceled and item.quantity > 0:
            raise DoesNotFit("Quantity", "A cancellation must not hold a positive quantity.")
        if not canceled and item.quantity < 0:
            raise DoesNotFit("Quantity", "A negative quantity outside a cancellation is a stock correction.")
    return [item._replace(quantity=abs(item.quantity)) for item in items]


def _split(items: list[Item]) -> tuple[list[Item], list[Item]]:
    """Return articles and fees; where there are only fees, they stand in for the articles."""
    goods = [item for item in items if not item.is_fee]
    fees = [item for item in items if item.is_fee]
    return (goods, fees) if goods else (fees, [])


def _custom_fields(invoice: str, *, country: str | None, canceled: bool) -> tuple[CustomField, ...]:
    found = [CustomField(name="cancellation", value=invoice)] if canceled else []
    if country and country != "Unspecified":
        found.append(CustomField(name="country", value=country))
    return tuple(found)


def _line(item: Item) -> LineItem:
    return LineItem(
        unique_id=str(item.position),
        sku=item.code,
        name=item.name or None,
        quantity=item.quantity,
        item_price=item.price,
        requires_shipping=not item.is_fee and not item.code.startswith(NOT_SHIPPED),
    )


def _charge(item: Item) -> Discount:
    return Discount(name=item.name or CHARGES[item.code.upper()], code=item.code, amount=_money(item.amount))


def _item(position: int, row: Row) -> Item:
    if len(row) != len(COLUMNS):
        raise DoesNotFit(f"row {position}", f"A row must have {len(COLUMNS)} columns, and one has {len(row)}.")
    _invoice, code, name, quantity, moment, price, _customer, _country = row
    if not code.strip():
        raise DoesNotFit("StockCode", "A line has no stock code.")
    amount = _number("UnitPrice", price)
    if amount < 0:
        raise DoesNotFit("UnitPrice", "A negative price is an adjustment of the ledger.")
    return Item(position, code.strip(), name.strip(), _number("Quantity", quantity), _money(amount), _moment(moment))


def _number(column: str, text: str) -> Decimal:
    """Read plain decimal notation only: `Decimal` itself would take 1e999999, NaN and ١٢."""
    if not _NUMBER.fullmatch(text.strip()):
        raise DoesNotFit(column, f"{column} must be a plain number such as 12 or 12.50.")
    return Decimal(text.strip())


def _money(amount: Decimal) -> Decimal:
    """Write whole pence with two digits; leave finer amounts as they are."""
    pence = amount.quantize(_CENT)
    return pence if pence == amount else amount


def _sum(items: list[Item]) -> Decimal:
    return _money(sum((item.amount for item in items), Decimal(0)))


@lru_cache(maxsize=1024)  # the rows of an invoice share it
def _moment(text: str) -> dt.datetime:
    """Read London time as an instant: the first of two equal hours; a skipped one is moved forward."""
    try:
        if not _MOMENT.fullmatch(text.strip()):
            raise ValueError
        return dt.datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE, fold=0).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise DoesNotFit("InvoiceDate", "InvoiceDate must look like 2010-12-01 08:26:00.") from None


def _one(group: Group, column: str) -> str:
    """Return what all rows of the invoice say in a column."""
    values = {row[COLUMNS.index(column)].strip() for row in group.rows}
    if len(values) > 1:
        raise DoesNotFit(column, f"The rows of the invoice differ in {column}.")
    return values.pop()


def _refused(group: Group, field: str, reason: str) -> Refused:
    return Refused(external_id=group.key[:300], field=field, reason=reason, raw=as_csv(COLUMNS, group.rows))


formats.register(
    "online-retail",
    Format(
        key="online-retail",
        label="Online Retail (UCI)",
        source_name="Online Retail (import)",
        open=read,
    ),
)
