"""What the engine must know of a kind of record: how it is read, locked and written.

One module in `automations/entities/` for each kind. The engine judges records as `load` gives them,
then locks them and judges again what has changed meanwhile (`automations.engine.apply`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from automations.engine.plan import Write
from portal.audit.actor import Actor
from portal.filters.fields import Catalogue
from portal.kit.json import Json
from portal.kit.registry import Registry
from portal.tenancy.models import Organization


class NoSuchRecord(LookupError):
    """No record of this organization has that ID; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as rules see it: its document at one version."""

    id: int
    public_id: str
    label: str
    version: int
    source: str
    """Public ID of the source that its rules may be limited to; "" where it has none."""
    document: Json
    pinned: Mapping[str, str] = field(default_factory=dict)
    """Who has set a field by hand, by path of the document (`/shippingAddress/city`)."""
    row: Any = None


@dataclass(frozen=True, slots=True)
class Act:
    """One write of a rule, by whom, and the run that tells of it."""

    write: Write
    by: Actor
    run_id: int


@dataclass(slots=True)
class Change:
    """Everything that rules do to one record in one evaluation."""

    record: Record
    acts: list[Act] = field(default_factory=list)
    announce: bool = False
    """Whether triggers on updates hear of it."""


class Entity(Protocol):
    """A kind of record as the engine uses it."""

    key: str
    label: str
    plural: str

    def catalogue(self) -> Catalogue:
        """Return what its documents can be asked."""

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        """Return records by id as they stand now; those that are gone are left out."""

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        """Lock records in this transaction, in the order of their ids; return their versions."""

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        """Return the documents of records at older versions, by id."""

    def beside(self, record: Record) -> Json:
        """Return the members of the document that its versions do not hold, such as active exceptions."""

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        """Write changes of locked records in the caller's transaction: rows, history and events."""

    def find(self, organization: Organization, wanted: str) -> Record:
        """Find a record by any of its IDs. Raises NoSuchRecord."""

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        """Return the last real records, to try rules on: (public ID, what it is called)."""

    def url(self, public_id: str) -> str:
        """Return the address of a record's page."""


entities: Registry[Entity] = Registry("kind of record")
