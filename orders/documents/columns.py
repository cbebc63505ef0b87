"""From an order record to its document, and from the document to the columns that lists look for.

Both directions are computed here and nowhere else, so that columns cannot drift from the document.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders.documents.catalogue import ORDER
from orders.documents.instants import instant
from orders.documents.terms import vector
from orders.records.order import OrderRecord
from portal.filters.facets import Facets
from portal.kit import json
from portal.kit.json import Json
from portal.kit.text import fold

OF_UNITS = ("disposition", "dispositions", "fulfilledAt")
"""Members that tell what became of an order's units: of the columns only the facets repeat them."""
_NOT_CONTENT = {"canceled", "draft", "source_doc"}
_PLAIN = frozenset({str, bool, Decimal, int})
_facets = Facets(ORDER)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the order table repeats of the document."""

    ext_order_id: str
    placed_at: str
    total: Decimal
    currency: str
    customer_name: str
    number_folded: str
    email_folded: str | None
    tags_folded: list[str] | None
    facets: Json
    line_count: int
    unit_count: Decimal
    terms: str
    country_folded: str | None


def content(record: OrderRecord) -> Json:
    """Return the commercial part of the document: camelCase names, absent fields left out.

    Only the top level is made plain, which is where moments and lists stand: what is deeper is
    written as JSON all the same, and a copy of every line would cost as much as all the rest.
    """
    told: Json = record.model_dump(by_alias=True, exclude_none=True, exclude=_NOT_CONTENT)
    for name, value in told.items():
        if isinstance(value, tuple):
            told[name] = list(value)
        elif isinstance(value, dt.datetime):
            told[name] = instant(value)
    return told


def fingerprint(document: Json, *, canceled: bool) -> str:
    """Return a hash of what a channel reports; its own clock does not count as a change."""
    told = {key: value for key, value in document.items() if key != "extOrderUpdatedAt"} | {"canceled": canceled}
    return hashlib.blake2b(json.dumps(told), digest_size=16).hexdigest()


def columns(document: Json, integration: str) -> Columns:
    """Compute the columns of a document's content; `integration` is the public ID of its source."""
    lines: Sequence[Json] = document["lineItems"]
    address = document.get("shippingAddress") or document.get("billingAddress") or {}
    name = _name(document.get("customer") or {}) or _name(address)
    email, tags = document.get("email"), document.get("tags")
    return Columns(
        ext_order_id=document["extOrderId"],
        placed_at=document["extOrderCreatedAt"],
        total=document["totalPrice"],
        currency=document["currency"],
        customer_name=name,
        number_folded=fold(document["extOrderId"]),
        email_folded=None if email is None else fold(email),
        tags_folded=None if tags is None else [fold(tag) for tag in tags],
        facets=facets(document, integration),
        line_count=len(lines),
        unit_count=sum((line["quantity"] for line in lines), Decimal(0)),
        terms=vector(document),
        country_folded=_country(document.get("shippingAddress") or {}),
    )


def facets(document: Json, integration: str) -> Json:
    """Return the normal forms of a document's fields that have no column."""
    return _facets.of(document | {"integration": integration})


def _name(person: Json) -> str:
    full = f"{person.get('firstName', '')} {person.get('lastName', '')}".strip()
    return full or person.get("company", "")


def _country(address: Json) -> str | None:
    country = address.get("country")
    return fold(country) if isinstance(country, str) else None
