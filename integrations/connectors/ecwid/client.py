"""The Ecwid API, version 3, and nothing else: what to ask, and how the answers are read."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.connectors.ecwid import mapping
from integrations.connectors.ecwid.api import (
    between,
    clock,
    json_of,
    object_of,
    part,
    read_page,
    seconds,
    total_of,
)
from integrations.connectors.ecwid.catalogue import Catalogue
from integrations.connectors.ecwid.telling import Telling
from integrations.kit import pages
from integrations.kit.currencies import decimals
from integrations.kit.errors import NOT_UNDERSTOOD, Kind, OutsideFailed, Reaction
from integrations.kit.windows import Window
from integrations.manifest import Account, Ask, Caller, Deleted, Granted, Item, Page
from orders.records.location import LocationRecord

_NUMBER = re.compile(rb'"internalId"\s*:\s*"?(\d{1,19})')
_TOO_LARGE = "is larger than 10 MB; shorten its comments or attachments in the store"


class EcwidClient(Catalogue, Telling):
    """One store, as its secret token sees it."""

    def account(self) -> Account:
        """Ask for the store's profile: the check of the token, and the order's currency."""
        answer = self.get("/profile")
        profile = object_of(answer)
        store_id = part(profile, "generalInfo").get("storeId")
        units = part(profile, "formatsAndUnits")
        currency = str(units.get("currency", ""))
        name = str(part(profile, "settings").get("storeName") or f"Store {store_id}")
        precision = units.get("currencyPrecision")
        return Account(
            key=str(store_id),
            name=name,
            currency=currency,
            url=str(part(profile, "generalInfo").get("storeUrl") or ""),
            clock=clock(answer),
            details={
                "store_id": store_id,
                "store_name": name,
                "currency": currency,
                "precision": precision if isinstance(precision, int) else decimals(currency),
                "weight_unit": str(units.get("weightUnit", "")),
                "dimensions_unit": str(units.get("dimensionsUnit", "")),
            },
        )

    def locations(self) -> Sequence[LocationRecord]:
        """Derive the locations from the profile and the pickup options; Ecwid has no list of them."""
        profile = object_of(self.get("/profile"))
        options = json_of(self.get("/profile/shippingOptions"))
        return mapping.locations(profile, [one for one in options if isinstance(one, dict)])

    def gate(self) -> tuple[str, dt.datetime | None]:
        """Ask when orders last changed: the cheapest call there is."""
        answer = self.get("/latest-stats", quiet=True)
        return str(object_of(answer).get("ordersUpdated", "")), clock(answer)

    def orders(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of the orders updated within the window; unfinished ones are not among them."""
        answer = self.get("/orders", {**between(window), "offset": offset, "limit": limit}, quiet=True)
        around, items = read_page(answer)
        return Page(tuple(_item(one) for one in items), total_of(around, offset, len(items)), offset)

    def order_name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the numbers of an order that is too large to be read whole."""
        fields = "total,items(id,internalId,updateTimestamp)"
        asked = {**between(window), "offset": offset, "limit": 1, "responseFields": fields}
        answer = self.get("/orders", asked)
        around, items = pages.read(answer.body)
        if not items:
            raise OutsideFailed(NOT_UNDERSTOOD, message="An order that is too large cannot be named.")
        named = _item(items[0])
        return Item(named.id, items[0].raw(), None, named.updated_at, problem=_TOO_LARGE), int(
            around.get("total", offset + 1)
        )

    def deleted(self, window: Window) -> Iterator[Deleted]:
        """Return what was deleted within the window."""
        return self.deletions("orders", window)


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
    granted = object_of(call("POST", endpoints["oauth"].rstrip("/") + path, form=form))
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
        seconds(value.get("updateTimestamp")),
        seconds(value.get("createTimestamp")),
    )


def _name_of(raw: bytes) -> str:
    """Return the number of an order that cannot be read, else a hash by which it is known again."""
    found = _NUMBER.search(raw)
    return found.group(1).decode() if found else hashlib.sha256(raw).hexdigest()[:16]
