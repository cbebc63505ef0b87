"""Types of exceptions: each is one module in `types/`, found by being there."""

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.module_loading import import_string

from portal.filters.mark import gettext_noop as _
from portal.kit.registry import Registry

if TYPE_CHECKING:
    from orders.models import OrderException

CATEGORIES = {
    "automation": _("Rules"),
    "connection": _("Connections"),
    "delivery": _("Deliveries"),
    "fulfillment": _("Fulfillments"),
    "ingestion": _("Taking orders in"),
    "invalid_address": _("Addresses"),
    "inventory": _("Stock"),
    "out_of_stock": _("Out of stock"),
    "routing": _("Routing"),
    "sent_order": _("Sent orders"),
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
    "product": _("Product"),
}
"""The kinds of records that exceptions are about, in words."""


class Fate(enum.StrEnum):
    """What would become of an exception if it were tried again now."""

    CLEARS = "clears"
    ASKS = "asks"
    """It is tried, and only that tells: the answer is somebody else's, or the work does what cannot be undone."""
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What trying again would come to, as things are now, and why."""

    fate: Fate
    why: str


Foresight: TypeAlias = "Iterable[tuple[int, Foreseen]]"
"""By exception id; whoever reads it may stop before the end, when it has taken too long."""


def always(exception: "OrderException") -> bool:
    """Say that every exception of a type can be tried again."""
    return True


@dataclass(frozen=True, slots=True)
class Retry:
    """The cure that Switchyard can do itself, for one exception or for all that share a cause."""

    label: Any
    """Verb and noun, as on the button: “Re-run routing”."""
    run: "Callable[[OrderException], int]"
    """Puts the work behind an exception back; returns how many pieces of work that are. Called with the
    exception closed, in the transaction that closes it: what fails again raises a new one."""
    foresee: "Callable[[Sequence[OrderException]], Foresight]"
    """What that would come to for exceptions of one organization and type whose cause is not over, while the database
    refuses to write (`orders.exceptions.foresee`). What it does not name has no work behind it any more."""
    does: Any = ""
    """What happens then, in a sentence."""
    fits: "Callable[[OrderException], bool]" = always
    at_once: bool = False
    """It is over when `run` returns: what is not raised again by then has cleared. Else `gone` says so later."""


def at(path: str) -> Callable[..., Any]:
    """Return a function by its address, looked up when it is called: it may raise exceptions itself."""
    return lambda *args: import_string(path)(*args)


@dataclass(frozen=True, slots=True)
class ExceptionType:
    """A kind of problem (behaviour.md 7.2)."""

    key: str
    label: Any
    category: str
    cure: Any
    gone: str = ""
    """SQL that is true of an exception (as `x`) whose cause is over: it is closed by `orders.exceptions.clear`.

    Empty where only a person can say: then it stays until somebody has marked it as resolved (docs/exceptions.md).
    """
    retry: Retry | None = None
    share: tuple[str, ...] = ("message",)
    """The parts of a problem (`title`, `message`) that tell its cause, unless `Problem.shared` does."""

    @property
    def is_a_persons(self) -> bool:
        """Say whether nothing but a person can tell that it is over."""
        return not self.gone


exception_types: Registry[ExceptionType] = Registry("exception type")
retries: Registry[Retry] = Registry("retry of an exception type")
"""Cures of types whose work belongs to an app above this one, by the type's key."""


def exception_type(
    key: str, *, label: Any, category: str, cure: Any, gone: str = "", retry: Retry | None = None,
    share: tuple[str, ...] = ("message",),
) -> ExceptionType:  # fmt: skip
    """Declare a type of exception; returns the declaration. Raises ValueError for a category without words."""
    if category not in CATEGORIES:
        raise ValueError(f"The exception type “{key}” has the category “{category}”, which CATEGORIES does not name.")
    return exception_types.register(key, ExceptionType(key, label, category, cure, gone, retry, share))


def retry_of(type_key: str) -> Retry | None:
    """Return the cure that Switchyard can do for a type; None where only people can."""
    if type_key in retries:
        return retries.get(type_key)
    return exception_types.get(type_key).retry if type_key in exception_types else None


def types_of(category: str) -> list[str]:
    """Return the keys of the types of a category."""
    return [one.key for one in exception_types.all() if one.category == category]
