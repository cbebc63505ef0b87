"""The search box: what is exactly that first, else what begins with it; and it says what matched.

An order is known by its terms (`orders.documents.terms`), by its ID, and by the SKUs of its lines.
First every kind of them is asked for exactly this text. An order's own number or ID is found alone;
else the orders with this e-mail, name, SKU and so on are. If nothing is exactly that, or if the text ends
in “*”, what begins with it is found.

Every way of finding reads one index and ends after `MOST` orders, so that neither an article in half of
all orders nor a single letter reads them all. The rows are then found by their IDs, and filters, order
and paging work on them as on any list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, cast

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.documents.terms import KINDS, LAST_DIGITS, NAMES, cut, digits, quoted, terms
from orders.models import Order
from portal.kit import json
from portal.kit.ids import is_public_id
from portal.ui.found import Found, Match

MOST = 1_000
"""Orders that one way of finding gives; whoever wants all that have an SKU filters by it."""
NEWEST = 5_000
"""Where more than `MOST` begin with a text, it is looked for among so many of the newest orders."""
WIDER = "*"
_ID, _SKU, _TRACKING = "id", "sku", "tracking"
_OWN = frozenset({_ID, _TRACKING, "n", "a", "o", "r"})
"""What an order alone is called by: whoever types it wants that order."""
_BEGIN = "noecsbf"
"""Kinds that people type the beginning of."""
_FEW_DIGITS = 6
_LONG_ENOUGH = 4
"""Characters of a purchase order number: all of a shop's may begin with the same three."""

Texts: TypeAlias = Mapping[str, Sequence[str]]
"""The texts that are looked for, by kind."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A text that is looked for, and how."""

    texts: Texts
    begins: bool
    words: Sequence[str] = field(default=())

    def fits(self, kind: str, text: str) -> bool:
        """Say whether a term of an order is what was asked for."""
        wanted = self.texts.get(kind, ())
        if not self.begins:
            return text in wanted
        return text.startswith(tuple(wanted)) or (kind in NAMES and text.startswith(tuple(self.words)))


def search(rows: QuerySet[Order], text: str) -> Found:
    """Find orders of `rows`, which are the orders of one organization, by what people know of them."""
    typed = text.strip()
    wanted = cut(typed.removesuffix(WIDER))
    if not wanted:
        return Found(rows)
    organization = _organization(rows)
    if not typed.endswith(WIDER):
        asked = _Asked(_exact_texts(wanted), begins=False)
        by_kind = _exactly(organization, asked.texts)
        if by_kind:
            return _found_exactly(rows, asked, by_kind, wanted)
    asked = _Asked(_begin_texts(wanted), True, tuple(wanted.split()))
    ids = _beginning(organization, asked, wanted)
    some = _among(rows, ids)
    sentence = partial(_sentence_beginning, many=len(ids) > MOST, told=not typed.endswith(WIDER))
    return Found(some, sentence, partial(_matched, asked))


def _among(rows: QuerySet[Order], ids: Iterable[int]) -> QuerySet[Order]:
    """Return the rows with these IDs; one array is a parameter that costs less than a thousand numbers do."""
    return rows.filter(RawSQL("orders_order.id = ANY(%s)", (sorted(ids),), BooleanField()))


def _organization(rows: QuerySet[Order]) -> int:
    """Return whose rows these are: the search asks the tables itself, and never without this."""
    for child in rows.query.where.children:
        lhs, rhs = getattr(child, "lhs", None), getattr(child, "rhs", None)
        if lhs is not None and getattr(lhs, "target", None) is Order._meta.get_field("organization"):
            return int(cast(int, rhs))
    raise ValueError("Orders are searched within one organization.")


def _exact_texts(wanted: str) -> Texts:
    texts: dict[str, Sequence[str]] = dict.fromkeys(KINDS, (wanted,))
    texts["n"] = (wanted, wanted.removeprefix("#")) if wanted.startswith("#") else (wanted,)
    number = digits(wanted)
    phone = len(number) >= _FEW_DIGITS and all(char.isdecimal() or char in "+-/(). " for char in wanted)
    texts["p"] = tuple({number, number[-LAST_DIGITS:]}) if phone else ()
    texts[_ID] = (wanted,) if is_public_id(wanted) else ()
    texts[_SKU] = texts[_TRACKING] = (wanted,)
    return {kind: tuple(filter(None, some)) for kind, some in texts.items() if any(some)}


def _begin_texts(wanted: str) -> Texts:
    return {**dict.fromkeys(_BEGIN, (wanted,)), "n": (wanted, f"#{wanted}"), _SKU: (wanted,)}


# exactly


def _exactly(organization: int, texts: Texts) -> dict[str, list[int]]:
    """Return the newest orders that are exactly that, by kind; one query, each of its parts over an index."""
    parts, values = [], []
    for kind, some in texts.items():
        if kind == _ID:
            parts.append(_BY_ID)
            values += [organization, *some]
        elif kind == _SKU:
            parts.append(_BY_SKU)
            values += [organization, *some, MOST]
        elif kind == _TRACKING:
            parts.append(_BY_TRACKING)
            values += [organization, json.dumps_text({"trackingNumber": some}), MOST]
        else:
            parts.append(_BY_TERM)
            values += [kind, organization, " | ".join(quoted(f"{kind}:{one}") for one in some), MOST]
    found: dict[str, list[int]] = {}
    for kind, pk in _rows(" UNION ALL ".join(parts), values):
        found.setdefault(kind, []).append(pk)
    return found


_BY_ID = "(SELECT 'id', id FROM orders_order WHERE organization_id = %s AND public_id = %s AND deleted_at IS NULL)"
_BY_SKU = """
(SELECT DISTINCT 'sku', order_id FROM (
    SELECT order_id FROM orders_orderline WHERE organization_id = %s AND sku_folded = %s
    ORDER BY order_id DESC LIMIT %s) AS lines)
"""
_BY_TRACKING = """
(SELECT DISTINCT 'tracking', order_id FROM (
    SELECT order_id FROM orders_fulfillment WHERE organization_id = %s AND facets @> %s::jsonb
    ORDER BY id DESC LIMIT %s) AS parcels)
"""
_BY_TERM = """
(SELECT %s, id FROM orders_order WHERE organization_id = %s AND deleted_at IS NULL AND terms @@ %s::tsquery
 ORDER BY id DESC LIMIT %s)
"""


def _found_exactly(rows: QuerySet[Order], asked: _Asked, by_kind: Mapping[str, Sequence[int]], wanted: str) -> Found:
    kinds = [kind for kind in by_kind if kind in _OWN] or list(by_kind)
    ids = {pk for kind in kinds for pk in by_kind[kind]}
    many = any(len(by_kind[kind]) >= MOST for kind in kinds)
    only = _Asked({kind: asked.texts[kind] for kind in kinds}, False)
    nouns = _nouns()
    one = all(nouns[kind] == nouns[kinds[0]] or set(by_kind[kind]) <= set(by_kind[kinds[0]]) for kind in kinds)
    sentence = partial(_sentence_exactly, what=nouns[kinds[0]] if one else "", many=many)
    return Found(_among(rows, ids), sentence, partial(_matched, only), wanted + WIDER)


# beginning


def _beginning(organization: int, asked: _Asked, wanted: str) -> list[int]:
    """Return orders that begin with it, the same ones every time; one query."""
    like = _like(wanted)
    names = _starts_query(NAMES + "o" * (len(wanted) >= _LONG_ENOUGH), wanted)
    words = wanted.split()
    if len(words) > 1:
        names += " | (" + " & ".join(f"({_starts_query(NAMES, word)})" for word in words) + ")"
    every = " | ".join(
        (names, *(_starts_query(kind, one) for kind, some in asked.texts.items() if kind != _SKU for one in some))
    )
    values = {
        "organization": organization, "names": names, "every": every, "like": like, "hash_like": f"#{like}",
        "most": MOST + 1, "newest": NEWEST,
    }  # fmt: skip
    return sorted({pk for (pk,) in _rows(_BEGINNING, values)})


def _starts_query(kinds: str, text: str) -> str:
    return " | ".join(f"{quoted(f'{kind}:{text}')}:*" for kind in kinds)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


_BEGINNING = """
WITH named AS MATERIALIZED (
    SELECT id FROM orders_order
    WHERE organization_id = %(organization)s AND deleted_at IS NULL AND terms @@ %(names)s::tsquery),
found AS MATERIALIZED (
    (SELECT id FROM named LIMIT %(most)s)
    UNION ALL
    (SELECT id FROM orders_order
     WHERE organization_id = %(organization)s AND deleted_at IS NULL AND number_folded LIKE %(like)s
     ORDER BY number_folded LIMIT %(most)s)
    UNION ALL
    (SELECT id FROM orders_order
     WHERE organization_id = %(organization)s AND deleted_at IS NULL AND number_folded LIKE %(hash_like)s
     ORDER BY number_folded LIMIT %(most)s)
    UNION ALL
    (SELECT id FROM orders_order
     WHERE organization_id = %(organization)s AND deleted_at IS NULL AND email_folded LIKE %(like)s
     ORDER BY email_folded LIMIT %(most)s)
    UNION ALL
    (SELECT order_id FROM orders_orderline
     WHERE organization_id = %(organization)s AND sku_folded LIKE %(like)s
     ORDER BY sku_folded USING ~<~, order_id LIMIT %(most)s))
SELECT id FROM found
UNION ALL
SELECT id FROM (
    SELECT id, terms FROM orders_order WHERE organization_id = %(organization)s AND deleted_at IS NULL
    ORDER BY placed_at DESC, id DESC LIMIT %(newest)s) AS newest
WHERE (SELECT count(*) FROM found) >= %(most)s AND terms @@ %(every)s::tsquery
"""
"""“Materialized” is planned as if all of it were read, so by its index, and still read no further than asked.
The last part is read only where one of the others was cut off."""


def _rows(statement: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


# what it says


def _matched(asked: _Asked, records: Sequence[Order]) -> dict[int, list[Match]]:
    """Say for each order of a page what matched: the first value that fits, and the SKU."""
    skus = asked.texts.get(_SKU, ())
    statement = _WITH_SKUS.format("LIKE" if asked.begins else "=") if skus else _WITHOUT_SKUS
    sku = [_like(skus[0]) if asked.begins else skus[0]] if skus else []
    found = {}
    for pk, public_id, content, matching in _rows(statement, [*sku, [record.pk for record in records]]):
        fitting = list(_fitting(asked, public_id, json.loads(content)))
        found[pk] = fitting[:1] + [Match(_("SKU"), one) for one in matching or ()]
        found[pk] += [Match(_("Tracking number"), one) for one in asked.texts.get(_TRACKING, ()) if not found[pk]]
    return found


_WITHOUT_SKUS = """
SELECT id, public_id, (content - 'lineItems')::text, NULL::text[] FROM orders_order WHERE id = ANY(%s)
"""
_WITH_SKUS = """
SELECT id, public_id, (content - 'lineItems')::text,
       ARRAY(SELECT DISTINCT sku FROM orders_orderline l WHERE l.order_id = o.id AND sku_folded {} %s LIMIT 3)
FROM orders_order o WHERE id = ANY(%s)
"""


def _fitting(asked: _Asked, public_id: str, document: json.Json) -> Iterator[Match]:
    if public_id in asked.texts.get(_ID, ()):
        yield Match(_("Order ID"), public_id)
    for term in terms(document):
        if asked.fits(term.kind, term.text):
            yield Match(_(KINDS[term.kind]), "" if term.kind == "n" else term.shown)


def _sentence_exactly(count: int, about: bool, *, what: str, many: bool) -> str:
    told = {"count": f"{count:,}", "what": what}
    if many:
        told["most"] = f"{MOST:,}"
        if what:
            return (
                _("Of the orders with exactly this %(what)s the newest %(most)s are searched; a filter finds all.")
                % told
            )
        return _("Of the orders with exactly this the newest %(most)s are searched; a filter finds all.") % told
    if what:
        return (
            ngettext("%(count)s order with exactly this %(what)s", "%(count)s orders with exactly this %(what)s", count)
            % told
        )
    return ngettext("%(count)s order with exactly this", "%(count)s orders with exactly this", count) % told


def _sentence_beginning(count: int, about: bool, *, many: bool, told: bool) -> str:
    start = _("No exact match;") + " " if told else ""
    if many:
        return start + _("very many begin with it, and some of them are shown. Type more of it.")
    shown = ngettext("%(count)s order begins with it", "%(count)s orders begin with it", count)
    return start + shown % {"count": f"{count:,}"}


def _nouns() -> dict[str, str]:
    name = _("name")
    return {
        _ID: _("ID"), "n": _("number"), "a": _("ID"), "o": _("purchase order number"), "i": _("customer ID"),
        "r": _("payment reference"), "e": _("e-mail"), "c": name, "s": name, "b": name, "f": _("company"),
        "p": _("phone number"), _SKU: _("SKU"), _TRACKING: _("tracking number"),
    }  # fmt: skip
