"""What a run can be asked, and its document."""

from collections.abc import Iterator, Sequence
from typing import Any

from automations.engine.entities import entities
from automations.engine.triggers import triggers
from automations.models import Run
from orders.documents.instants import instant
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.ui.statuses import Shape, Status, Tone, statuses

STATUSES = {
    "completed": _("Completed"),
    "waiting": _("Waiting"),
    "refused": _("Refused"),
    "failed": _("Failed"),
}
ORIGINS = {"live": _("An event"), "sweep": _("The schedule"), "replay": _("Run again")}

statuses.register("waiting", Status(_("Waiting"), Tone.AMBER, Shape.HALF))


def run_catalogue() -> Catalogue:
    """Return the field catalogue of runs; made once the triggers and the kinds of records are known."""
    return Catalogue(
        "run",
        _("run"),
        [
            Field("status", _("Status"), Type.ENUM, _("Run"), choices=choices(STATUSES), column="status"),
            Field("createdAt", _("Created"), Type.DATETIME, _("Run"), column="created_at"),
            Field("updatedAt", _("Updated"), Type.DATETIME, _("Run"), column="updated_at"),
            Field("runId", _("Run ID"), Type.TEXT, _("Run"), folded="public_id"),
            Field("origin", _("Started by"), Type.ENUM, _("Run"), choices=choices(ORIGINS), column="origin"),
            Field("micros", _("Microseconds"), Type.NUMBER, _("Run"), column="micros"),
            Field("entity.type", _("Entity"), Type.ENUM, _("Record"), column="entity_type",
                  choices=choices({one.key: str(one.plural) for one in entities.all()})),
            Field("entityId", _("Entity ID"), Type.TEXT, _("Record"), folded="entity_public_id"),
            Field("trigger", _("Trigger"), Type.ENUM, _("Rule"), column="trigger",
                  choices=choices({one.key: one.label for one in triggers.all()})),
            Field("ruleId", _("Rule"), Type.TEXT, _("Rule"), folded="rule__public_id"),
            Field("rule.version", _("Rule version"), Type.NUMBER, _("Rule"), column="rule_version__number"),
            Field("keyId", _("API key"), Type.TEXT, _("Rule"), folded="key_id"),
        ],
    )  # fmt: skip


def run_document(run: Run, deliveries: Sequence[Json] = ()) -> Json:
    """Return the document of a run, as *View JSON* and the API show it; complete, and without secrets.

    The settings of actions are left out, because what goes outside may carry a password there; the
    trace tells in words what each action was to do. `deliveries` as `automations.sent` tells them.
    """
    told: Json = {
        "runId": run.public_id,
        "status": run.status,
        "trigger": run.trigger,
        "origin": run.origin,
        "entityId": run.entity_public_id,
        "entity": {
            "type": run.entity_type,
            "id": run.entity_public_id,
            "number": run.entity_label,
            "version": run.entity_version,
        },
        "ruleId": run.rule.public_id,
        "rule": {
            "id": run.rule.public_id,
            "name": run.rule_name,
            "version": run.rule_version.number,
            "sources": run.rule_version.definition.get("sources", []),
            "filter": run.rule_version.definition.get("filter", {}),
        },
        "ruleListVersion": run.rule_set_version.number,
        "matchedFields": list(matched_fields(run.trace)),
        "trace": run.trace,
        "input": run.input,
        "deliveries": list(deliveries),
        "error": run.error,
        "micros": run.micros,
        "createdAt": instant(run.created_at),
        "updatedAt": instant(run.updated_at),
    }
    if run.judged_at:
        told["judgedAt"] = instant(run.judged_at)
    if run.key_id:
        told["keyId"] = run.key_id
    if run.replay_of_id and run.replay_of:
        told["replayOf"] = run.replay_of.public_id
    return told


def matched_fields(trace: Json) -> Iterator[Json]:
    """Yield the conditions of a simple filter that held, each with the field and the value it saw."""
    why = trace.get("filter", {}).get("why")
    return _held(why) if why else iter(())


def _held(node: Json) -> Iterator[Json]:
    if "field" in node or "measure" in node:
        if node["outcome"]:
            yield {"field": _name(node), "text": node["text"], "seen": node.get("seen")}
        return
    for part in (*node.get("items", ()), *node.get("rows", ())):
        yield from _held(part)


def _name(node: Json) -> Any:
    return node.get("field") or node.get("measure")
