"""Every event there is: what happened, in the past tense."""

from dataclasses import dataclass
from typing import Any

from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class EventType:
    """Something that can happen to an entity."""

    name: str
    label: Any
    entity: str


event_types: Registry[EventType] = Registry("event")


def event(name: str, label: Any, entity: str) -> EventType:
    """Declare an event of an entity type; returns the declaration."""
    return event_types.register(name, EventType(name, label, entity))
