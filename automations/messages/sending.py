"""Asking for the messages of runs: deliveries under the key of their run, in its transaction."""

from collections.abc import Iterable, Sequence

from automations.engine.plan import Send
from automations.messages.template import with_run
from portal.deliveries.send import request_many
from portal.kit.json import Json
from portal.tenancy.models import Organization


def key_of(run_id: str, index: int) -> str:
    """Return the key of the message with this number (from 0) of a run: the same however often it is sent."""
    return f"run:{run_id}:{index}"


def request_sends(organization: Organization, runs: Iterable[tuple[str, Sequence[Send]]]) -> int:
    """Ask for the messages of many runs (public ID, what it sends). Returns how many there are."""
    wanted = [
        (one.kind, key_of(run_id, index), _with_run(one.payload, run_id))
        for run_id, sends in runs
        for index, one in enumerate(sends)
    ]
    return request_many(organization, wanted) if wanted else 0


def _with_run(payload: Json, run_id: str) -> Json:
    return {name: with_run(value, run_id) if isinstance(value, str) else value for name, value in payload.items()}
