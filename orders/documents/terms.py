"""What the search box knows an order by: its numbers, addresses and names, each with its kind. Pure.

The terms stand in one `tsvector` column, not as words of a text but as whole values with their kind in
front (`n:#1001`, `e:ana@example.com`), so that one index answers “exactly this” and “begins with this”,
and the answer says what matched. SKUs are found by the index of the lines, tracking numbers by
that of the fulfillments: ways of their own in `orders.search`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold

KINDS: Mapping[str, str] = {
    "n": _("Order number"),
    "a": _("ID in the channel"),
    "o": _("Purchase order number"),
    "i": _("Customer ID"),
    "r": _("Payment reference"),
    "e": _("E-mail"),
    "c": _("Customer"),
    "s": _("Shipping name"),
    "b": _("Billing name"),
    "f": _("Company"),
    "p": _("Phone"),
}
"""The kinds of term with their labels, the most telling first."""
NAMES = "csbf"
LAST_DIGITS = 9
"""A phone number is also found without its country's part: by so many of its last digits."""

_LONGEST = 500
"""Characters of a term: an entry of the index has room for 2,046 bytes."""
_MOST_WORDS = 6
_NOT_DIGIT = re.compile(r"\D+")
_ADDRESSES = (("shippingAddress", "s"), ("billingAddress", "b"))


class Term(NamedTuple):
    """One value that an order is found by; `text` is folded, `shown` as the document has it."""

    kind: str
    text: str
    shown: str

    @property
    def lexeme(self) -> str:
        """The term as the index holds it."""
        return f"{self.kind}:{self.text}"


def terms(document: Json) -> Iterator[Term]:
    """Yield what a document is found by; what one kind says already is not said again by the next."""
    known: set[tuple[str, str]] = set()
    for kind, shown, text in _all(document):
        family = "name" if kind in NAMES else kind
        if text and (family, text) not in known:
            known.add((family, text))
            yield Term(kind, text, shown)


def vector(document: Json) -> str:
    """Return the terms as PostgreSQL reads a `tsvector`."""
    return " ".join(map(quoted, sorted({term.lexeme for term in terms(document)})))


def quoted(lexeme: str) -> str:
    """Write a lexeme for a `tsvector` or a `tsquery`, whatever it holds."""
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def cut(text: str) -> str:
    """Fold a text as terms are: white space made one, and no longer than the index takes."""
    return " ".join(fold(text).split())[:_LONGEST].strip()


def digits(text: str) -> str:
    """Return the digits of a phone number, without the zeros or the plus of an international call."""
    return _NOT_DIGIT.sub("", fold(text)).removeprefix("00")[:30]


def _all(document: Json) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, as shown, folded)."""
    customer = document.get("customer") or {}
    plain = (
        ("n", document.get("extOrderId")),
        ("a", document.get("extOrderApiId")),
        ("o", document.get("customerPONumber")),
        ("i", customer.get("extCustomerId")),
        *(("r", payment.get("reference")) for payment in document.get("payments") or ()),
        ("e", document.get("email")),
    )
    for kind, raw in plain:
        if raw:
            yield from _whole(kind, raw)
    yield from _name("c", customer)
    for member, kind in _ADDRESSES:
        address = document.get(member)
        if address:
            yield from _name(kind, address)
            if email := address.get("email"):
                yield from _whole("e", email)
            if phone := address.get("phone"):
                yield from _phone(phone)


def _whole(kind: str, raw: str) -> Iterator[tuple[str, str, str]]:
    text = cut(raw)
    yield kind, raw, text
    if kind == "n":
        yield kind, raw, text.removeprefix("#")


def _name(kind: str, person: Json) -> Iterator[tuple[str, str, str]]:
    full = f"{person.get('firstName') or ''} {person.get('lastName') or ''}".strip()
    for one, name in ((kind, full), ("f", person.get("company") or "")):
        words = cut(name).split()[:_MOST_WORDS]
        for start, word in enumerate(words):
            yield one, name, " ".join(words[start:])
            yield one, name, word


def _phone(raw: str) -> Iterator[tuple[str, str, str]]:
    found = digits(raw)
    if len(found) > 3:
        yield "p", raw, found
        yield "p", raw, found[-LAST_DIGITS:]
