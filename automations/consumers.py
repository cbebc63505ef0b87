"""What automations listen to."""

from collections.abc import Sequence

from automations import judged as judged_now
from automations.engine.apply import run_events
from automations.engine.loading import has_rules
from automations.engine.triggers import fired_by, triggers
from orders.exceptions.raise_ import Problem, raise_exceptions
from portal.events.dispatch import absorb, consumer
from portal.events.models import Event

NAME = "automations"
EVENTS = sorted({name for trigger in triggers.all() for name in trigger.events})
"""What the triggers there are listen to: a new one is one file, and nothing here."""


def parked(event: Event, error: str) -> None:
    """Tell people that a record's rules could not be run at all."""
    raise_exceptions(
        [
            Problem(
                "event_parked",
                event.organization_id,
                f"{NAME}:{event.pk}",
                f"The rules could not be run for an {event.entity_type}",
                error,
                entity_type=event.entity_type,
                entity_id=event.entity_id,
            )
        ]
    )


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization has rules that an event fires."""
    return has_rules(organization_id, *(trigger.key for trigger in fired_by(event_name)))


@consumer(NAME, events=EVENTS, on_parked=parked, wants=wanted)
def run_rules(events: Sequence[Event]) -> None:
    """Run the rules that events fire. What has changed several times since is judged once, as it is now."""
    judged_now.note(events)
    by_name: dict[str, list[Event]] = {}
    for event in events:
        by_name.setdefault(event.name, []).append(event)
    for name, some in by_name.items():
        judged: dict[int, int] = {}
        for trigger in fired_by(name):
            judged |= run_events(trigger.key, some)
        if judged:
            absorb(NAME, name, judged)
