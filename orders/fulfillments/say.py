"""The sentences that histories tell of fulfillments. In English, as all history is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from orders.documents.dispositions import plain
from orders.fulfillments.held import Made

MOST = 5
"""Lines that a sentence names; the fulfillment's page has all of them."""


def units(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return lines in words: “2 × TEA-1, 1 × TIN-2 and 3 lines more”."""
    named = [f"{plain(line['quantity'])} × {line.get('sku') or line.get('uniqueId', '?')}" for line in lines[:MOST]]
    more = len(lines) - len(named)
    return ", ".join(named) + (f" and {more} line{'' if more == 1 else 's'} more" if more else "")


def of_request(made: Made) -> str:
    """Return what a report says, for the history of its request and of itself."""
    content, number = made.row.content, made.row.ext_fulfillment_id
    counted = units(content["lineItems"]) or "nothing that could be counted"
    if made.row.kind == "rejected":
        reason = f": {content['reason']}" if content.get("reason") else "."
        return f"Could not ship {counted}{reason}"
    by = [number] if made.row.source_id is not None else []  # of a report by hand the number says nothing
    by += [f"tracking {', '.join(content['trackingNumber'][:3])}"] if content.get("trackingNumber") else []
    return f"Shipped {counted} ({', '.join(by)})." if by else f"Shipped {counted}."


def of_order(made: Made) -> str:
    """Return the same for the history of the order: with the place, and the number of the request."""
    request = made.held.request
    return f"{request.location.name}, {request.ext_shipment_id}: {of_request(made)}"
