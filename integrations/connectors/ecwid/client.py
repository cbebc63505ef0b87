"""The Ecwid API, version 3, and nothing else: what to ask, and how the answers are read."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.connectors.ecwid import mapping
from integrations.kit import pages
from integrations.kit.client import server_seconds
from integrations.kit.currencies import decimals
from integrations.kit.errors import NOT_UNDERSTOOD, Kind, OutsideFailed, Reaction
from integrations.kit.windows import Window
from integrations.manifest import Access, Account, Ask, Caller, Deleted, Granted, Item, Page
from orders.records.location import LocationRecord
from portal.kit import json
from portal.kit.http import Answer
from portal.kit.json import Json

_DELETED_PAGE = 100
_NUMBER = re.compile(rb'"internalId"\s*:\s*"?(\d{1,19})')
_TOO_LARGE = "is larger than 10 MB; shorten its comments or attachments in the store"


class EcwidClient:
    """One store, as its secret token sees it."""

    def __init__(self, call: Caller, access: Access) -> None:
        self._call = call
        self._token = access.secrets.get("token", "")
        self._store = f"{access.endpoints['api'].rstrip('/')}/{access.details.get('store_id')}"

    def account(self) -> Account:
        """Ask for the store's profile: the check of the token, and the order's currency."""
        answer = self._get("/profile")
        profile = _object(answer)
        store_id = _part(profile, "generalInfo").get("storeId")
        units = _part(profile, "formatsAndUnits")
        currency = str(units.get("currency", ""))
        name = str(_part(profile, "settings").get("storeName") or f"Store {store_id}")
        precision = units.get("currencyPrecision")
        return Account(
            key=str(store_id),
            name=name,
            currency=currency,
            url=str(_part(profile, "generalInfo").get("storeUrl") or ""),
            clock=_clock(answer),
            details={
                "store_id": store_id,
                "store_name": name,
                "currency": currency,
                "precision": precision if isinstance(precision, int) else decimals(currency),
            },
        )

    def locations(self) -> Sequence[LocationRecord]:
        """Derive the locations from the profile and the pickup options; Ecwid has no list of them."""
        profile = _object(self._get("/profile"))
        options = _json(self._get("/profile/shippingOptions"))
        return mapping.locations(profile, [one for one in options if isinstance(one, dict)])

    def gate(self) -> tuple[str, dt.datetime | None]:
        """Ask when orders last changed: the cheapest call there is."""
        answer = self._get("/latest-stats", quiet=True)
        return str(_object(answer).get("ordersUpdated", "")), _clock(answer)

    def orders(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the orders updated within the window; unfinished ones are not among them."""
        answer = self._get("/orders", {**_between(window), "offset": offset, "limit": limit}, quiet=True)
        try:
            around, items = pages.read(answer.body)
        except pages.NotAPage as error:
            raise OutsideFailed(NOT_UNDERSTOOD, message=str(error)) from error
        total = around.get("total")
        return Page(
            tuple(_item(one) for one in items), total if isinstance(total, int) else offset + len(items), offset
        )

    def order_name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the numbers of an order that is too large to be read whole."""
        fields = "total,items(id,internalId,updateTimestamp)"
        asked = {**_between(window), "offset": offset, "limit": 1, "responseFields": fields}
        answer = self._get("/orders", asked)
        around, items = pages.read(answer.body)
        if not items:
            raise OutsideFailed(NOT_UNDERSTOOD, message="An order that is too large cannot be named.")
        named = _item(items[0])
        return Item(named.id, items[0].raw(), None, named.updated_at, problem=_TOO_LARGE), int(
            around.get("total", offset + 1)
        )

    def deleted(self, window: Window) -> Iterator[Deleted]:
        """Return what was deleted within the window; deletions never show in a search."""
        offset, asked = 0, {"from_date": window.since, "to_date": window.until}
        while True:
            page = {**asked, "offset": offset, "limit": _DELETED_PAGE}
            found = _object(self._get("/orders/deleted", page, quiet=True))
            items = [one for one in found.get("items") or [] if isinstance(one, dict)]
            yield Deleted(tuple(str(one.get("id")) for one in items), _latest(items))
            offset += len(items)
            if not items or offset >= int(found.get("total", 0)):
                return

    def _get(self, path: str, params: Mapping[str, str | int] | None = None, *, quiet: bool = False) -> Answer:
        answer = self._call(
            "GET",
            self._store + path,
            headers={"Authorization": f"Bearer {self._token}"},
            params=params,
            quiet=quiet,
        )
        assert isinstance(answer, Answer)
        return answer


def authorize(endpoints: Mapping[str, str], ask: Ask) -> str:
    """Return the address of the store's sign-in page. `state` is not documented there, but harmless."""
    asked = {
        "client_id": ask.client_id,
        "redirect_uri": ask.redirect_uri,
        "response_type": "code",
        "scope": " ".join(ask.scopes),
        "state": ask.state,
    }
    return f"{endpoints['oauth'].rstrip('/')}/authorize?{urlencode(asked)}"


def exchange(call: Caller, endpoints: Mapping[str, str], ask: Ask, answer: Mapping[str, str]) -> Granted:
    """Trade the code for the token, once: a second exchange would end the first token."""
    store = answer.get("store_id", "")
    path = f"/token/{store}" if store.isascii() and store.isdecimal() else "/token"
    form = {
        "client_id": ask.client_id,
        "client_secret": ask.client_secret,
        "code": answer.get("code", ""),
        "redirect_uri": ask.redirect_uri,
        "grant_type": "authorization_code",
    }
    granted = _object(call("POST", endpoints["oauth"].rstrip("/") + path, form=form))
    token, store_id = granted.get("access_token"), granted.get("store_id")
    if not isinstance(token, str) or not token or not isinstance(store_id, int | str):
        raise OutsideFailed(NOT_UNDERSTOOD, message="The answer holds no token.")
    _check_scopes(str(granted.get("scope", "")), ask.scopes)
    return Granted(details={"store_id": int(store_id)}, secrets={"token": token})


def error_code(body: Any) -> tuple[str, str]:
    """Read an error's code and message; a code may stand where the message belongs."""
    if not isinstance(body, dict):
        return "", ""
    code = body.get("errorCode") or body.get("error") or ""
    message = body.get("errorMessage") or body.get("error_description") or ""
    if not code and isinstance(message, str) and re.fullmatch(r"[A-Z_]{4,}", message):
        code = message
    return str(code), str(message)


def _check_scopes(granted: str, wanted: Sequence[str]) -> None:
    missing = [scope for scope in wanted if scope not in granted.split()] if granted else []
    if missing:
        cause = f"The store did not grant every right that is needed; missing: {', '.join(missing)}."
        raise OutsideFailed(Reaction(Kind.PERSON, cause, "Press Connect again and approve all rights it asks for."))


def _between(window: Window) -> dict[str, str | int]:
    return {"updatedFrom": window.since, "updatedTo": window.until}


def _item(one: pages.RawItem) -> Item:
    value = one.value if isinstance(one.value, dict) else None
    if value is None:
        raw = one.raw()
        return Item(_name_of(raw), raw, problem=one.problem or "is not an object")
    number = value.get("internalId")
    known = isinstance(number, int) and not isinstance(number, bool)
    return Item(
        str(number) if known else _name_of(one.raw()),
        b"" if known else one.raw(),
        value,
        _seconds(value.get("updateTimestamp")),
        _seconds(value.get("createTimestamp")),
    )


def _seconds(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**40 else None


def _name_of(raw: bytes) -> str:
    """Return the number of an order that cannot be read, else a hash by which it is known again."""
    found = _NUMBER.search(raw)
    return found.group(1).decode() if found else hashlib.sha256(raw).hexdigest()[:16]


def _latest(items: Sequence[Json]) -> int | None:
    stamps = [stamp for one in items if (stamp := _stamp(one.get("date"))) is not None]
    return max(stamps, default=None)


def _stamp(text: Any) -> int | None:
    try:
        return int(dt.datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S %z").timestamp())
    except ValueError:
        return None


def _clock(answer: Answer) -> dt.datetime:
    return dt.datetime.fromtimestamp(server_seconds(answer), dt.UTC)


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except json.NotJson as error:
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not JSON.") from error


def _object(answer: Answer) -> Json:
    found = _json(answer)
    if not isinstance(found, dict):
        raise OutsideFailed(NOT_UNDERSTOOD, message="It is not an object.")
    return found


def _part(holder: Json, field: str) -> Json:
    value = holder.get(field)
    return value if isinstance(value, dict) else {}
