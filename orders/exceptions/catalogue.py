"""Types of exceptions: each is one module in `types/`, found by being there."""

from dataclasses import dataclass
from typing import Any

from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class ExceptionType:
    """A kind of problem (behaviour.md 7.2)."""

    key: str
    label: Any
    category: str
    cure: Any


exception_types: Registry[ExceptionType] = Registry("exception type")


def exception_type(key: str, *, label: Any, category: str, cure: Any) -> ExceptionType:
    """Declare a type of exception; returns the declaration."""
    return exception_types.register(key, ExceptionType(key, label, category, cure))
