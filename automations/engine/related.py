"""Documents that a record hangs together with, loaded in batches and only where code mentions them.

    @related("order", "integration", help=_("The store that the order came from."))
    def integration(organization, records): return {record.id: document, …}

In code they are `related.integration`; they are read-only (design.md section 7).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from portal.kit.json import Json
from portal.kit.registry import Registry

if TYPE_CHECKING:
    from automations.engine.entities import Record
    from portal.tenancy.models import Organization

Load: TypeAlias = "Callable[[Organization, Sequence[Record]], Mapping[int, Any]]"
BEFORE = "before"
"""Always there on triggers that know of changes: what the record was."""
_MENTIONED = re.compile(r"\brelated\b(?!\s*:)(?:\s*\??\.\s*([A-Za-z_$][\w$]*)|\s*\[\s*[\"']([^\"']+)[\"']\s*\])?")


@dataclass(frozen=True, slots=True)
class Related:
    """One related document."""

    entity: str
    name: str
    help: str
    load: Load


relations: Registry[Related] = Registry("related document")


def related(entity: str, name: str, *, help: str) -> Callable[[Load], Load]:
    """Register a related document of a kind of record."""

    def register(load: Load) -> Load:
        relations.register(f"{entity}.{name}", Related(entity, name, help, load))
        return load

    return register


def relations_of(entity: str) -> list[Related]:
    """Return the related documents of a kind of record."""
    return [one for one in relations.all() if one.entity == entity]


def mentioned(codes: Iterable[str], entity: str) -> frozenset[str]:
    """Return the related documents that code mentions; all where it uses `related` in another way."""
    known = {one.name for one in relations_of(entity)} | {BEFORE}
    found: set[str] = set()
    for code in codes:
        for match in _MENTIONED.finditer(code):
            name = match[1] or match[2]
            if name is None:
                return frozenset(known)
            found.add(name)
    return frozenset(found & known)


def load_related(
    organization: "Organization", entity: str, names: frozenset[str], records: "Sequence[Record]"
) -> dict[int, Json]:
    """Return for each record the related documents of these names; one query or so for each name."""
    told: dict[int, Json] = {record.id: {} for record in records}
    for one in relations_of(entity):
        if one.name in names:
            for record_id, document in one.load(organization, records).items():
                told[record_id][one.name] = document
    return told
