"""What a run records of its input, so that it can be judged again and give the same plan.

The document stands in the record's history at the version that was judged. `Run.input` keeps what
versions do not hold: members that are kept beside them, what people had pinned, the version before
the change, related documents that code could see, and the rules that had run once already.
"""

from collections.abc import Mapping

from automations.engine.entities import Entity, Record
from automations.engine.evaluate import Subject
from portal.filters.fields import BEFORE
from portal.kit.json import Json


def subject_of(
    record: Record,
    *,
    event_id: int | None,
    before: Json | None = None,
    related: Json | None = None,
    ran: frozenset[int] = frozenset(),
    own: frozenset[str] = frozenset(),
    circling: frozenset[int] = frozenset(),
) -> Subject:
    """Return a record as it is judged; `before` is what it was, on triggers that know of changes."""
    document = record.document if before is None else record.document | {BEFORE: before}
    return Subject(record.id, event_id, record.source, document, related or {}, record.pinned, ran, own, circling)


def input_of(entity: Entity, record: Record, subject: Subject, before_version: int | None, zone: str) -> Json:
    """Return what `Run.input` keeps of a subject; nothing that is empty.

    `zone` is the timezone whose days the conditions counted: organizations move.
    """
    told: Json = {"beside": entity.beside(record), "source": record.source, "zone": zone}
    if before_version is not None:
        told["before"] = before_version
    if subject.related:
        told["related"] = subject.related
    if subject.pinned:
        told["pinned"] = dict(subject.pinned)
    for name in ("ran", "own", "circling"):
        if rules := getattr(subject, name):
            told[name] = sorted(rules)
    return told


def subject_again(entity: Entity, record: Record, version: int, stored: Json) -> Subject:
    """Return a subject as a run had it: `record` as it is now, and what `Run.input` has stored."""
    beside = stored.get("beside", {})
    document = former(entity, {record.id: record}, {record.id: version}, {record.id: beside})[record.id]
    if "before" in stored:
        versions = {record.id: stored["before"]}
        document[BEFORE] = former(entity, {record.id: record}, versions, {record.id: beside})[record.id]
    return Subject(
        record.id, None, stored.get("source", record.source), document, stored.get("related", {}),
        stored.get("pinned", {}), frozenset(stored.get("ran", ())), frozenset(stored.get("own", ())),
        frozenset(stored.get("circling", ())),
    )  # fmt: skip


def former(
    entity: Entity, records: Mapping[int, Record], versions: Mapping[int, int], beside: Mapping[int, Json]
) -> dict[int, Json]:
    """Return documents at older versions. What versions do not hold is taken to have been as `beside` has it."""
    told = {}
    for pk, document in entity.former(records, versions).items():
        kept = entity.beside(records[pk]).keys()
        told[pk] = {key: value for key, value in document.items() if key not in kept} | beside[pk]
    return told
