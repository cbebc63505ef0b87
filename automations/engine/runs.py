"""Writing runs: one row for each match and each failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automations.engine.evaluate import Firing, Outcome
from automations.engine_key import engine_key_of
from automations.models import Run
from portal.kit import json
from portal.kit.bulk import copy_rows, next_ids
from portal.kit.ids import new_public_id

if TYPE_CHECKING:
    from automations.engine.apply import Batch

_COLUMNS = (
    "id", "public_id", "organization_id", "event_id", "trigger", "entity_type", "entity_id", "entity_public_id",
    "entity_label", "entity_version", "rule_id", "rule_version_id", "rule_set_version_id", "rule_name", "status",
    "origin", "key_id", "judged_at", "input", "trace", "error", "micros",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be written, under IDs that what it changes and sends can name."""

    id: int
    public_id: str
    outcome: Outcome
    firing: Firing


def new_runs(firings: Sequence[tuple[Outcome, Firing]]) -> list[NewRun]:
    """Reserve the IDs of runs."""
    ids = next_ids(Run, len(firings))
    return [NewRun(pk, new_public_id(), *one) for pk, one in zip(ids, firings, strict=True)]


def write_runs(batch: "Batch", runs: Sequence[NewRun], versions: Mapping[int, int]) -> None:
    """Write the runs of a batch; `versions` are those at which the records were judged."""
    if not runs:
        return
    inputs, key = {pk: json.dumps_text(told) for pk, told in batch.inputs.items()}, engine_key_of(batch.organization)
    copy_rows(Run, _COLUMNS, (_row(batch, run, key, versions, inputs) for run in runs))


def _row(
    batch: "Batch", run: NewRun, key: str, versions: Mapping[int, int], inputs: Mapping[int, str]
) -> tuple[object, ...]:
    subject, firing = run.outcome.subject, run.firing
    record = batch.records[subject.id]
    return (
        run.id, run.public_id, batch.organization.pk, subject.event_id, batch.trigger.key, batch.trigger.entity,
        subject.id, record.public_id, record.label, versions[subject.id], firing.rule.rule_id, firing.rule.version_id,
        batch.rules.version_id, firing.rule.name, firing.status, batch.origin, key, batch.now,
        inputs[subject.id], json.dumps_text(firing.trace), firing.error, firing.micros,
    )  # fmt: skip
