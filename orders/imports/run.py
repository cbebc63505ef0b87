"""Taking a file in: batch by batch, and after an interruption from where it stopped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from orders.imports.format import Cancellation, Format, Parsed, Reading
from orders.imports.tally import Tally
from orders.ingest.take import take
from orders.models.import_run import ImportRun
from orders.models.source import Source
from orders.records.order import OrderRecord
from orders.records.refused import Refused
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.tenancy.models import Organization

CONNECTOR = "import"
"""The connector of sources that no integration stands behind."""

_PREVIEW_BATCH = 500

Progress = Callable[[int, int], None]
"""Called with the documents done and the documents there are."""


class ImportedElsewhere(RuntimeError):
    """Another import of the same file moved on meanwhile."""

    def __init__(self) -> None:
        super().__init__("Another import of this file is running; let it end, then run this again.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended."""

    tally: Tally
    started_at: int
    """The position from which it went on; 0: it began anew."""


def preview(
    form: Format, path: Path, *, limit: int | None = None, progress: Progress = lambda done, total: None
) -> Tally:
    """Say what the documents of a file would become; write nothing. Raises UnreadableFile."""
    reading = form.open(path)
    end, tally = _end(reading, limit), Tally()
    for documents in _batches(islice(reading.documents(0), end), _PREVIEW_BATCH):
        tally.count(documents)
        progress(tally.documents, end)
    return tally


def import_file(
    organization: Organization,
    form: Format,
    path: Path,
    *,
    by: Actor,
    batch: int = 200,
    limit: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Outcome:
    """Take the documents of a file in, `batch` of them a transaction.

    A run that was cut off goes on where its last transaction ended; one that had come to its end
    begins anew, and finds everything unchanged. Raises UnreadableFile before anything is written,
    and ImportedElsewhere.
    """
    reading = form.open(path)
    end = _end(reading, limit)
    run = _begin(_source(organization, form), form, path, reading, end)
    position = started_at = run.position
    tally = Tally.from_json(run.tally)
    progress(position, end)
    for documents in _batches(islice(reading.documents(position), end - position), batch):
        _take(run, documents, tally, position, by=by)
        position += len(documents)
        progress(position, end)
    if position == reading.total:
        ImportRun.across.filter(pk=run.pk).update(finished_at=Now())
    return Outcome(tally, started_at)


def _end(reading: Reading, limit: int | None) -> int:
    return reading.total if limit is None else min(limit, reading.total)


def _source(organization: Organization, form: Format) -> Source:
    source, _ = Source.across.get_or_create(organization=organization, connector=CONNECTOR, name=form.source_name)
    return source


def _begin(source: Source, form: Format, path: Path, reading: Reading, end: int) -> ImportRun:
    """Return the run of this file, set back to the start unless it stopped before `end`."""
    run, _ = ImportRun.across.get_or_create(
        organization_id=source.organization_id,
        source=source,
        format=form.key,
        digest=reading.digest,
        defaults={"file_name": path.name[:300], "total": reading.total},
    )
    if run.finished_at or run.position >= end:
        run.position, run.tally, run.finished_at = 0, {}, None
        ImportRun.across.filter(pk=run.pk).update(position=0, tally={}, finished_at=None, started_at=Now())
    return run


def _take(run: ImportRun, documents: Sequence[Parsed], tally: Tally, position: int, *, by: Actor) -> None:
    """Take one batch and move the position, in one transaction: both are there, or neither."""
    refused = [document for document in documents if isinstance(document, Refused)]
    with transaction.atomic():
        if ImportRun.across.select_for_update().values_list("position", flat=True).get(pk=run.pk) != position:
            raise ImportedElsewhere
        taken = take(run.source, list(_records(documents)), refused=refused, by=by)
        tally.count(documents)
        tally.created += taken.created
        tally.updated += taken.updated
        tally.unchanged += taken.unchanged
        ImportRun.across.filter(pk=run.pk).update(position=position + len(documents), tally=tally.as_json())
        failpoint("import.before_commit")
    failpoint("import.after_commit")


def _records(documents: Sequence[Parsed]) -> Iterator[OrderRecord]:
    for document in documents:
        if isinstance(document, OrderRecord):
            yield document
        elif isinstance(document, Cancellation):
            yield document.record


def _batches(documents: Iterator[Parsed], size: int) -> Iterator[list[Parsed]]:
    while batch := list(islice(documents, size)):
        yield batch
