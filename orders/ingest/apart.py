"""Setting apart what cannot be stored, so that one bad record never stops its store.

The record's own checks name what does not fit. What they let through and the database refuses (a
NUL deep in the channel's own document, a sum that is too large) is found here: many are written
together, and where that fails they are halved until the bad one stands alone.
"""

from collections.abc import Callable, Sequence

import psycopg
from django.db import DataError, IntegrityError, transaction

from orders.ingest.merge import Report
from orders.records.refused import Refused
from portal.kit import json
from portal.kit.json import NotJson
from portal.kit.text import storable

# COPY goes past Django, so the driver's own errors come up beside Django's.
UNSTORABLE = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError, NotJson)


def write_apart(reports: Sequence[Report], write: Callable[[Sequence[Report]], int]) -> tuple[int, list[Refused]]:
    """Write reports, each group in a savepoint. Returns what `write` counted, and the refused ones."""
    if not reports:
        return 0, []
    try:
        with transaction.atomic():
            return write(reports), []
    except UNSTORABLE as error:
        if len(reports) == 1:
            return 0, [_refused(reports[0], error)]
    middle = len(reports) // 2
    first, second = (write_apart(half, write) for half in (reports[:middle], reports[middle:]))
    return first[0] + second[0], first[1] + second[1]


def _refused(report: Report, error: Exception) -> Refused:
    reason = storable(str(error)).strip().splitlines()[0]
    return Refused(report.api_id, "record", f"holds a value that cannot be stored: {reason}.", _raw(report))


def _raw(report: Report) -> bytes:
    document = report.record.source_doc or report.content
    try:
        return json.dumps(document)
    except NotJson:
        return repr(document).encode("utf-8", "backslashreplace")
