"""Taking a CSV file in: the same file counts once, whoever brings it and however often."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from integrations.custom import doors
from integrations.custom.doors import Door, Row
from integrations.custom.files.columns import LINES, layout
from integrations.custom.files.sheet import Sheet, Wrong, errors, read
from integrations.models import ExchangedFile, Integration
from orders.locks import lock_source
from portal.kit.text import storable

BATCH = 500
KINDS = {
    "custom_store": ("orders", "order_cancels", "products"),
    "custom_warehouse": ("fulfillments", "inventory", "shipping_request_answers"),
}
"""What each role sends in files."""
OUT = {"custom_store": ("fulfillments",), "custom_warehouse": ("shipping_requests", "shipping_request_cancels")}
"""What each role gets in files."""


class NotTaken(ValueError):
    """The file is none that this integration sends; the message says why."""


def take_file(integration: Integration, kind: str, name: str, data: bytes) -> tuple[ExchangedFile, bool]:
    """Take a file in. Returns what became of it, and False where it was taken before. Raises NotTaken."""
    door = doors.door_of(integration, kind)
    if door is None or kind not in KINDS.get(integration.connector, ()):
        raise NotTaken(f"“{integration.name}” sends no files of the kind “{kind[:40]}”.")
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        lock_source(integration.source_id)
        known = ExchangedFile.objects.filter(integration=integration, way="in", kind=kind, sha256=digest, taken=True)
        if found := known.first():
            return found, False
        sheet = read(data, layout(kind))
        if not sheet.unfit:
            _apply(integration, door, sheet)
        refused = sheet.lines if sheet.unfit else len({one.row for one in sheet.wrong})
        told = storable(errors(sheet.wrong)) if sheet.wrong else ""
        row = ExchangedFile.objects.create(
            integration=integration, way=ExchangedFile.Way.IN, kind=kind, name=storable(name)[:300], size=len(data),
            sha256=digest, rows=sheet.lines, refused=refused, errors=told,
            taken=not sheet.unfit and refused < sheet.lines,
        )  # fmt: skip
    return row, True


def _apply(integration: Integration, door: Door, sheet: Sheet) -> None:
    for start in range(0, len(sheet.messages), BATCH):
        part = slice(start, start + BATCH)
        rows = doors.take(integration, door, sheet.messages[part])
        for row, places in zip(rows, sheet.rows[part], strict=True):
            sheet.wrong += _wrong(row, places)
    sheet.wrong.sort(key=lambda one: (one.row, one.column))


def _wrong(row: Row, places: Sequence[int]) -> list[Wrong]:
    """Return the faults of a message at the rows of the file in which they stand."""
    found = []
    for fault in row.faults:
        parts = [part for part in fault.path.split("/") if part]
        place = places[0]
        if len(parts) > 1 and parts[0] == LINES and parts[1].isdigit():
            place = places[min(int(parts[1]), len(places) - 1)]
            parts = [LINES, *parts[2:]]
        found.append(Wrong(place, "_".join(parts), fault.message))
    return found
