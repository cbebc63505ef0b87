"""The records of the orders house, one module each."""

from orders.models.engine import EngineSetting, ExceptionSweep
from orders.models.exception import OrderException
from orders.models.exception_mail import ExceptionMail, ExceptionMailWaiting
from orders.models.exception_work import ExceptionWork, ExceptionWorkItem
from orders.models.fulfillment import Fulfillment
from orders.models.hold import Hold
from orders.models.import_run import ImportRun
from orders.models.inventory import InventoryLevel, LedgerEntry, VirtualCommit, VirtualStart
from orders.models.location import ExternalLocation, Location, LocationGroup
from orders.models.method import MethodMapping, MethodPolicy, OrderMethod, ShippingMethod
from orders.models.order import Order, OrderLine
from orders.models.order_work import OrderWork, OrderWorkItem
from orders.models.product import BundleItem, Product, Publication
from orders.models.push import OrderPush
from orders.models.routing import RoutingCard, RoutingRun
from orders.models.shipping_request import ShippingRequest, ShippingRequestLine
from orders.models.source import Source

__all__ = [
    "BundleItem",
    "EngineSetting",
    "ExceptionMail",
    "ExceptionMailWaiting",
    "ExceptionSweep",
    "ExceptionWork",
    "ExceptionWorkItem",
    "ExternalLocation",
    "Fulfillment",
    "Hold",
    "ImportRun",
    "InventoryLevel",
    "LedgerEntry",
    "Location",
    "LocationGroup",
    "MethodMapping",
    "MethodPolicy",
    "Order",
    "OrderException",
    "OrderLine",
    "OrderMethod",
    "OrderPush",
    "OrderWork",
    "OrderWorkItem",
    "Product",
    "Publication",
    "RoutingCard",
    "RoutingRun",
    "ShippingMethod",
    "ShippingRequest",
    "ShippingRequestLine",
    "Source",
    "VirtualCommit",
    "VirtualStart",
]
