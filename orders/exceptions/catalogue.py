"""Types of exceptions: each is one module in `types/`, found by being there."""

from dataclasses import dataclass
from typing import Any

from portal.filters.mark import gettext_noop as _
from portal.kit.registry import Registry

CATEGORIES = {
    "automation": _("Rules"),
    "connection": _("Connections"),
    "delivery": _("Deliveries"),
    "fulfillment": _("Fulfillments"),
    "ingestion": _("Taking orders in"),
    "inventory": _("Stock"),
    "out_of_stock": _("Out of stock"),
    "routing": _("Routing"),
    "stuck_order": _("Stuck orders"),
}
"""What the list of exceptions can be narrowed to, in words."""

CONCERNS = {
    "order": _("Order"),
    "source": _("Store"),
    "integration": _("Integration"),
    "rule": _("Rule"),
    "exception": _("Exception"),
    "inventory": _("Stock record"),
}
"""The kinds of records that exceptions are about, in words."""


@dataclass(frozen=True, slots=True)
class ExceptionType:
    """A kind of problem (behaviour.md 7.2)."""

    key: str
    label: Any
    category: str
    cure: Any
    gone: str = ""
    """SQL that is true of an exception (as `x`) whose cause is over: it is closed by `orders.exceptions.clear`.

    Empty where whatever raised it closes it too, or only a person can say.
    """


exception_types: Registry[ExceptionType] = Registry("exception type")


def exception_type(key: str, *, label: Any, category: str, cure: Any, gone: str = "") -> ExceptionType:
    """Declare a type of exception; returns the declaration. Raises ValueError for a category without words."""
    if category not in CATEGORIES:
        raise ValueError(f"The exception type “{key}” has the category “{category}”, which CATEGORIES does not name.")
    return exception_types.register(key, ExceptionType(key, label, category, cure, gone))
