"""What pages that take a file share: reading it, and showing what it would do before anything is done."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from orders.inventory import files as stock_files
from orders.inventory.sheet import MAX_BYTES, SHOWN_FAULTS
from orders.products import files as product_files
from portal.ui.access import PageRequest

SHOWN = 200


def posted(request: PageRequest) -> bytes:
    """Return the file, else the pasted text; of a file no more than is needed to say that it is too large."""
    file = request.FILES.get("file")
    if file is not None:
        return bytes(file.read(MAX_BYTES + 1))
    return request.POST.get("text", "").replace("\r\n", "\n").encode("utf-8", "surrogatepass")


def looked(
    data: bytes,
    found: stock_files.Preview | product_files.Preview,
    changes: Callable[[Any], object],
    *,
    moved_on: bool,
) -> tuple[dict[str, Any], int]:
    """Return what the page shows (templates/orders/_import.html) of a file, and the status of the answer.

    `changes` tells what an entry sets; `moved_on`: what was looked at is not what there is now.
    """
    writes = [entry for entry in found.entries if entry.outcome != "unchanged"]
    counts = [
        (found.count("new"), _("new"), "new"),
        (found.count("changed"), _("changed"), "changed"),
        (found.count("unchanged"), _("as they are already"), "unchanged"),
    ]
    context = {
        "most": MAX_BYTES,
        "text": data.decode("utf-8-sig", "replace") if len(data) <= MAX_BYTES else "",
        "preview": found,
        "rows": [(entry, changes(entry)) for entry in writes[:SHOWN]],
        "more": max(0, len(writes) - SHOWN),
        "faults": found.faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(found.faults) - SHOWN_FAULTS),
        "counts": [one for one in counts if one[0]],
        "moved_on": moved_on,
    }
    return context, 409 if moved_on else 422 if found.faults else 200
