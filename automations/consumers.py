"""What automations listen to."""

from collections.abc import Sequence

from automations.engine.apply import handle_order_events
from orders.exceptions.raise_ import Problem, raise_exceptions
from portal.events.dispatch import consumer
from portal.events.models import Event


def parked(event: Event, error: str) -> None:
    """Tell people that an order's rules could not be run at all."""
    raise_exceptions(
        [
            Problem(
                "event_parked",
                event.organization_id,
                f"automations:{event.pk}",
                "The rules could not be run for an order",
                error,
                entity_type=event.entity_type,
                entity_id=event.entity_id,
            )
        ]
    )


@consumer("automations", events=["order.created"], on_parked=parked)
def run_rules(events: Sequence[Event]) -> None:
    """Run the New-order rules for orders that have just been ingested."""
    handle_order_events("NEW_ORDER", events)
