"""The shape of a trigger, and the registry of those there are. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.filters.fields import Catalogue
from portal.kit.json import Json
from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts the evaluation of a list of rules (behaviour.md 4.1)."""

    key: str
    label: str
    entity: str
    events: frozenset[str]
    catalogue: Catalogue
    holds: Callable[[Json], bool]
    """Whether a record still matches the trigger; asked again before each rule."""
    has_default: bool = False
    explains: str = ""


triggers: Registry[Trigger] = Registry("trigger")
