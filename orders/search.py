"""The search box: what is exactly that first, else what begins with it.

Every way of finding is a query of its own over one index, and they are united by ID: joined by OR
they would make the database read every order.
"""

import re
from typing import cast

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, QuerySet

from orders.models import Order
from portal.kit.text import fold

MOST_BY_SKU = 1_000
_WORD = re.compile(r"\w+")


def search(rows: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Return the rows with exactly this number, ID, e-mail or SKU; if there are none, those whose
    number, e-mail, customer or SKU begins with it."""
    wanted = fold(text)
    if not wanted:
        return rows
    exact = rows.filter(pk__in=_exactly(rows, wanted))
    return exact if exact.exists() else rows.filter(pk__in=_beginning(rows, wanted))


def _exactly(rows: QuerySet[Order], wanted: str) -> QuerySet[Order]:
    bare = rows.order_by().select_related(None)
    numbers = bare.filter(number_folded__in=[wanted, f"#{wanted}"])
    others = (
        bare.filter(public_id=wanted),
        bare.filter(email_folded=wanted),
        bare.filter(ext_order_api_id=wanted),
    )
    by_sku = _of_lines(bare.filter(lines__organization_id=F("organization_id"), lines__sku_folded=wanted))
    return cast("QuerySet[Order]", numbers.values("pk").union(*(one.values("pk") for one in others), by_sku))


def _beginning(rows: QuerySet[Order], wanted: str) -> QuerySet[Order]:
    bare = rows.order_by().select_related(None)
    words = " & ".join(f"{word}:*" for word in _WORD.findall(wanted))
    found = bare.filter(number_folded__startswith=wanted).values("pk")
    others = [
        bare.filter(email_folded__startswith=wanted).values("pk"),
        _of_lines(bare.filter(lines__organization_id=F("organization_id"), lines__sku_folded__startswith=wanted)),
    ]
    if words:
        vector = SearchVector("search", config="simple")
        query = SearchQuery(words, config="simple", search_type="raw")
        others.append(bare.alias(words=vector).filter(words=query).values("pk"))
    return cast("QuerySet[Order]", found.union(*others))


def _of_lines(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Return the newest orders of those found by their lines: half of all orders may hold the same SKU.

    Whoever wants every one of them filters by *Line SKU*. (The line's organization is named in the
    filter because the index begins with it.)
    """
    return cast("QuerySet[Order]", rows.order_by("-pk").values("pk")[:MOST_BY_SKU])
