"""The records of the orders house, one module each."""

from orders.models.exception import OrderException
from orders.models.hold import Hold
from orders.models.import_run import ImportRun
from orders.models.location import Location
from orders.models.order import Order, OrderLine
from orders.models.source import Source

__all__ = ["Hold", "ImportRun", "Location", "Order", "OrderException", "OrderLine", "Source"]
