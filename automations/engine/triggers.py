"""The shape of a trigger, and the registry of those there are. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automations.definition import Definition
from portal.filters.fields import Catalogue
from portal.kit.json import Json
from portal.kit.registry import Registry

if TYPE_CHECKING:
    from portal.events.models import Event
    from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """The rule that every organization has for a trigger from the start, always last."""

    definition: Definition
    fixed_filter: bool = True
    """Its filter is not edited: it takes every record that is left."""
    always_on: bool = True
    """It cannot be switched off."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts the evaluation of a list of rules (behaviour.md 4.1)."""

    key: str
    label: str
    entity: str
    """Key of the kind of record (`automations.engine.entities`)."""
    events: frozenset[str]
    """Names of the events that fire it; none for what is swept."""
    catalogue: Catalogue
    holds: Callable[[Json], bool]
    """Whether a record still matches the trigger; asked again before each rule."""
    default: DefaultRule | None = None
    explains: str = ""
    may_run_once: bool = True
    """Whether its rules may be limited to once for a record; a trigger that fires once needs no such limit."""
    announces: bool = False
    """Whether a change of status by its rules is told as an update (behaviour.md 12: leaving New, and only that)."""
    own: "Callable[[Sequence[Event]], Mapping[int, frozenset[str]]] | None" = None
    """For events, by ID: the rules (public IDs) of which they are only the after-effect, and which do not run for them.

    Without it a rule that holds every updated order would hold it again when its hold ends, for ever.
    """
    instead: "Callable[[Organization, Sequence[Event]], Mapping[int, int] | None] | None" = None
    """What deals with the events of an organization in the place of its rules (the Order Hold Engine).

    It returns the versions of the records it looked at, by id, as the engine does; None where the rules act.
    """
    position: int = 50
    """Where it stands among the triggers of its entity."""

    @property
    def has_default(self) -> bool:
        """Say whether the list has a default rule."""
        return self.default is not None


triggers: Registry[Trigger] = Registry("trigger")


def fired_by(event_name: str) -> list[Trigger]:
    """Return the triggers that an event fires."""
    return [one for one in triggers.all() if event_name in one.events]
