"""Writing down what is done to an integration: its row, its history and its event, in one transaction."""

from typing import Any

from integrations.models import Integration
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.events import outbox
from portal.events.catalogue import EventType

ENTITY = "integration"


def change(
    integration: Integration, *, by: Actor, verb: str, summary: str, event: EventType | None = None, **values: Any
) -> Integration:
    """Set fields of a locked integration and tell its history who did it.

    Values of settings and flows go into the history; secrets never come here.
    """
    changes = [
        {"op": "replace", "path": f"/{name}", "old": _plain(getattr(integration, name)), "value": _plain(value)}
        for name, value in values.items()
        if getattr(integration, name) != value and name not in _DERIVED
    ]
    for name, value in values.items():
        setattr(integration, name, value)
    integration.version += 1
    integration.save(update_fields=[*values, "version"])
    entry = Entry(integration.organization_id, ENTITY, integration.pk, integration.version, by, verb, summary, changes)
    record([entry])
    if event is not None:
        outbox.record([outbox.NewEvent(event.name, integration.organization_id, integration.pk, integration.version)])
    return integration


_DERIVED = frozenset({"connection_since", "last_ok_at", "account"})


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
