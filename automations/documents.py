"""What a run can be asked, and its document."""

from automations.engine.triggers import triggers
from automations.models import Run
from orders.documents.instants import instant
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

_STATUSES = choices({"completed": _("Completed"), "failed": _("Failed"), "refused": _("Refused")})


def run_catalogue() -> Catalogue:
    """Return the field catalogue of runs; made once the triggers are known."""
    return Catalogue(
        "run",
        _("run"),
        [
            Field("status", _("Status"), Type.ENUM, _("Run"), choices=_STATUSES, column="status"),
            Field("trigger", _("Trigger"), Type.ENUM, _("Run"), column="trigger",
                  choices=choices({one.key: one.label for one in triggers.all()})),
            Field("runId", _("Run ID"), Type.TEXT, _("Run"), folded="public_id"),
            Field("createdAt", _("Time"), Type.DATETIME, _("Run"), column="created_at"),
            Field("ruleId", _("Rule ID"), Type.TEXT, _("Rule"), folded="rule__public_id"),
            Field("entityId", _("Order ID"), Type.TEXT, _("Record"), folded="entity_public_id"),
            Field("micros", _("Microseconds"), Type.NUMBER, _("Run"), column="micros"),
        ],
    )  # fmt: skip


def run_document(run: Run) -> Json:
    """Return the document of a run, as *View JSON* shows it."""
    return {
        "runId": run.public_id,
        "status": run.status,
        "trigger": run.trigger,
        "origin": run.origin,
        "entity": {
            "type": run.entity_type,
            "id": run.entity_public_id,
            "number": run.entity_label,
            "version": run.entity_version,
        },
        "rule": {"id": run.rule.public_id, "name": run.rule_name, "version": run.rule_version.number},
        "ruleListVersion": run.rule_set_version.number,
        "error": run.error,
        "micros": run.micros,
        "trace": run.trace,
        "createdAt": instant(run.created_at),
        "updatedAt": instant(run.updated_at),
    }
