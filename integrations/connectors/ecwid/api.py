"""One Ecwid store over HTTP: the calls, and how what every answer has is read."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.kit import pages
from integrations.kit.client import server_seconds
from integrations.kit.errors import NOT_UNDERSTOOD, OutsideFailed
from integrations.kit.windows import Window
from integrations.manifest import Access, Caller, Deleted
from portal.kit import json
from portal.kit.http import Answer
from portal.kit.json import Json

_DELETED_PAGE = 100


class Api:
    """One store, as its secret token sees it."""

    def __init__(self, call: Caller, access: Access) -> None:
        self._call = call
        self._token = access.secrets.get("token", "")
        self._store = f"{access.endpoints['api'].rstrip('/')}/{access.details.get('store_id')}"

    def get(self, path: str, params: Mapping[str, str | int] | None = None, *, quiet: bool = False) -> Answer:
        """Read. Raises OutsideFailed."""
        return self._sent("GET", path, params, None, quiet)

    def send(self, method: str, path: str, body: Any, params: Mapping[str, str | int] | None = None) -> Json:
        """Write, and return the answer's object. Raises OutsideFailed."""
        return object_of(self._sent(method, path, params, body, quiet=False))

    def deletions(self, what: str, window: Window) -> Iterator[Deleted]:
        """Yield what was deleted within the window, page by page; deletions never show in a search."""
        offset, asked = 0, {"from_date": window.since, "to_date": window.until}
        while True:
            page = {**asked, "offset": offset, "limit": _DELETED_PAGE}
            found = object_of(self.get(f"/{what}/deleted", page, quiet=True))
            items = [one for one in found.get("items") or [] if isinstance(one, dict)]
            yield Deleted(tuple(str(one.get("id")) for one in items), latest(items))
            offset += len(items)
            if not items or offset >= int(found.get("total", 0)):
                return

    def _sent(self, method: str, path: str, params: Mapping[str, str | int] | None, body: Any, quiet: bool) -> Answer:
        answer = self._call(
            method,
            self._store + path,
            headers={"Authorization": f"Bearer {self._token}"},
            params=params,
            body=body,
            quiet=quiet,
        )
        assert isinstance(answer, Answer)
        return answer


def between(window: Window) -> dict[str, str | int]:
    """Return how a search is limited to what changed within a window."""
    return {"updatedFrom": window.since, "updatedTo": window.until}


def read_page(answer: Answer) -> tuple[Json, list[pages.RawItem]]:
    """Return what stands around the items of a page, and the items. Raises OutsideFailed."""
    try:
        return pages.read(answer.body)
    except pages.NotAPage as error:
        raise OutsideFailed(NOT_UNDERSTOOD, message=str(error)) from error


def total_of(around: Json, offset: int, count: int) -> int:
    """Return how many records the search holds."""
    total = around.get("total")
    return total if isinstance(total, int) else offset + count


def seconds(value: Any) -> int | None:
    """Read a time stamp in whole seconds; anything else is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**40 else None


def stamp(text: Any) -> int | None:
    """Read `2026-09-16 15:30:00 +0000` as seconds; anything else is none."""
    try:
        return int(dt.datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S %z").timestamp())
    except ValueError:
        return None


def clock(answer: Answer) -> dt.datetime:
    """Return the store's time at an answer."""
    return dt.datetime.fromtimestamp(server_seconds(answer), dt.UTC)


def json_of(answer: Answer) -> Any:
    """Return the parsed body. Raises OutsideFailed."""
    try:
        return answer.json()
    except json.NotJson as error:
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not JSON.") from error


def object_of(answer: Answer) -> Json:
    """Return the parsed body, which has to be an object. Raises OutsideFailed."""
    found = json_of(answer)
    if not isinstance(found, dict):
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not an object.")
    return found


def part(holder: Json, field: str) -> Json:
    """Return a nested object; empty where there is none."""
    value = holder.get(field)
    return value if isinstance(value, dict) else {}


def latest(items: Sequence[Json]) -> int | None:
    """Return the latest `date` of some deletions, in seconds."""
    stamps = [found for one in items if (found := stamp(one.get("date"))) is not None]
    return max(stamps, default=None)
