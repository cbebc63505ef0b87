"""Lists, page by page."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from integrations.connectors.shipbob.sandbox.answers import answer
from integrations.connectors.shipbob.sandbox.api import params
from integrations.connectors.shipbob.sandbox.api.guard import take

PAGE = 250


def paged(items: list[dict[str, Any]]) -> Response:
    """Return a page with the way to the next one."""
    size = params.number("PageSize", 50, high=PAGE)
    start = params.number("Cursor", 0, low=0)
    page = items[start : start + size]
    if page and take("duplicates"):
        page = [page[0], *page]
    following = {**request.args.to_dict(), "PageSize": str(size), "Cursor": str(start + size)}
    after = f"{request.path}?{urlencode(following)}" if start + size < len(items) else None
    return answer({"items": page, "first": request.path, "prev": None, "next": after, "last": None})
