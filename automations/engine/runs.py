"""Writing runs: one row for each match and each failure."""

from collections.abc import Iterable, Mapping

from automations.engine.evaluate import Firing, Outcome
from automations.engine.rules import ReadyRules
from automations.models import Run
from orders.models import Order
from portal.kit import json
from portal.kit.bulk import copy_rows, next_ids
from portal.kit.ids import new_public_id
from portal.tenancy.models import Organization

_COLUMNS = (
    "id", "public_id", "organization_id", "event_id", "trigger", "entity_type", "entity_id", "entity_public_id",
    "entity_label", "entity_version", "rule_id", "rule_version_id", "rule_set_version_id", "rule_name", "status",
    "trace", "error", "micros",
)  # fmt: skip


def new_run_ids(count: int) -> list[int]:
    """Reserve run ids, so that what a run changes can name it."""
    return next_ids(Run, count)


def write_runs(
    rules: ReadyRules,
    organization: Organization,
    firings: Iterable[tuple[int, tuple[Outcome, Firing]]],
    orders: Mapping[int, Order],
    versions: Mapping[int, int],
) -> None:
    """Write the runs under their reserved ids; `versions` are those of the orders as they were judged."""
    copy_rows(
        Run,
        _COLUMNS,
        (
            (
                run_id, new_public_id(), organization.pk, outcome.subject.event_id, rules.trigger.key,
                rules.trigger.entity, outcome.subject.id, orders[outcome.subject.id].public_id,
                orders[outcome.subject.id].ext_order_id, versions[outcome.subject.id], firing.rule.rule_id,
                firing.rule.version_id, rules.version_id, firing.rule.name, firing.status,
                json.dumps_text(firing.trace), firing.error, firing.micros,
            )
            for run_id, (outcome, firing) in firings
        ),
    )  # fmt: skip
