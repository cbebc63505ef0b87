"""How ShipBob is called: addresses, the token, lists that are followed from page to page."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from integrations.connectors.shipbob import mapping
from integrations.kit.errors import NOT_UNDERSTOOD, OutsideFailed
from integrations.manifest import Access, Caller
from portal.kit import json
from portal.kit.http import Answer
from portal.kit.json import Json

PAGE = 250
_MOST_PAGES = 400
Params = Mapping[str, str | int]


class Api:
    """One account, as its access token sees it, and the channel of it that takes our orders."""

    def __init__(self, call: Caller, access: Access) -> None:
        self._call = call
        self._token = access.secrets.get("token", "")
        self.settings = mapping.Settings.model_validate(access.settings)
        self._base = f"{access.endpoints['api'].rstrip('/')}/{self.settings.version}"
        self._channel = self.settings.channel or access.details.get("channel_id")

    def walk(self, path: str, params: Params | None = None) -> Iterator[Answer]:
        """Follow a list from page to page: of the address of the next one only its parameters count."""
        asked = dict(params or {})
        for _ in range(_MOST_PAGES):
            answer = self.get(path, asked, quiet=True)
            yield answer
            body = json_of(answer)
            following = body.get("next") if isinstance(body, dict) else None
            if not following:
                return
            query = dict(parse_qsl(urlsplit(str(following)).query))
            asked = {**asked, **(query or {"Cursor": str(following)})}

    def get(self, path: str, params: Params | None = None, *, quiet: bool = False) -> Answer:
        """Read. Raises OutsideFailed."""
        return self._checked(self._call("GET", self._base + path, headers=self._headers(), params=params, quiet=quiet))

    def send(self, method: str, path: str, body: Json | None = None) -> Answer:
        """Write. Raises OutsideFailed."""
        return self._checked(self._call(method, self._base + path, headers=self._headers(), body=body))

    def _headers(self) -> dict[str, str]:
        channel = {"shipbob_channel_id": str(self._channel)} if self._channel else {}
        return {"Authorization": f"Bearer {self._token}", **channel}

    @staticmethod
    def _checked(answer: Any) -> Answer:
        assert isinstance(answer, Answer)
        return answer


def items_of(answer: Answer) -> list[Json]:
    """Return the records of a list, which may stand alone or under `items`. Raises OutsideFailed."""
    body = json_of(answer)
    found = body.get("items") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not a list.")
    return [one for one in found if isinstance(one, dict)]


def json_of(answer: Answer) -> Any:
    """Return what an answer holds. Raises OutsideFailed."""
    try:
        return answer.json()
    except json.NotJson as error:
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not JSON.") from error


def object_of(answer: Answer) -> Json:
    """Return the object that an answer holds. Raises OutsideFailed."""
    found = json_of(answer)
    if not isinstance(found, dict):
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not an object.")
    return found
