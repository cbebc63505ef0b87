"""Values to take for a filter on orders: tags, SKUs, carriers, custom fields … that the organization's orders have.

The work is bounded. What is counted comes from the newest orders only and is kept for a minute; SKUs
that these do not have are found by the index of the lines, one step of it for each SKU.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from django.core.cache import cache
from django.db.models import BooleanField, CharField, F, Func, QuerySet, TextField, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast

from orders.documents.catalogue import ORDER
from orders.models import Order, OrderLine, Source
from portal.filters.fields import Choice, Field, Type
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui.suggest import MOST, Suggestion, Suggestions, suggestions

NEWEST = 2_000
"""So many of the newest orders tell which values there are."""
NEWEST_WITH_LINES = 1_000
MOST_LINES = 5_000
MOST_KEPT = 1_000
"""So many different values of a field are remembered, the most frequent ones."""
LONGEST = 120
SECONDS = 60
STEP = 100
"""Lines that one step of the index reads; the next one begins behind the last SKU that it has seen."""

MOST_SOURCES = 200

SOURCE = next(field for field in ORDER if field.path == "integration")
_SKU, _NAME = "lineItems.sku", "lineItems.name"
_ADDRESSES = ("shippingAddress", "billingAddress")
_TEXTS = frozenset(f"{address}.{part}" for address in _ADDRESSES for part in ("city", "stateOrProvince", "company")) | {
    "orderSource", "currency", "shippingCarrier", "shippingCode", "shippingClass", "customer.company",
    "fulfillmentStatus",
}  # fmt: skip


class Seen(NamedTuple):
    """A SKU of the newest orders, one line that has it, and how many do."""

    sku: str
    folded: str
    name: str
    line: int
    times: int


def knows(field: Field) -> bool:
    """Say whether there are suggestions for a field; names of people, addresses and numbers are not offered."""
    if field.line:
        return field.path in (_SKU, _NAME)
    return field.path in _TEXTS or field.path == SOURCE.path or field.type is Type.LIST or _keyed(field) != ""


def find(organization: Organization, field: Field, text: str) -> Sequence[Suggestion]:
    """Return what fits a text, the best first: what begins so, then what is most frequent."""
    wanted = fold(text)
    if field.path == SOURCE.path:
        return _sources(organization, wanted)
    if field.path == _SKU:
        return _skus(organization, wanted)
    if field.path == _NAME:
        return _names(organization, wanted)
    values = _kept(organization, field.path, lambda: _count(organization, field))
    return [Suggestion(value, count=count) for value, count in _fitting(values, wanted)]


def _fitting(values: Sequence[tuple[str, int]], wanted: str) -> list[tuple[str, int]]:
    """Return the values that have every word; those that begin with the whole text come first."""
    words = wanted.split()
    found = [(value, count) for value, count in values if all(word in fold(value) for word in words)]
    return sorted(found, key=lambda one: (not fold(one[0]).startswith(wanted), -one[1], fold(one[0])))[:MOST]


def _kept(organization: Organization, what: str, read: Callable[[], Any]) -> Any:
    """Read once a minute for an organization: a person types several letters, and each asks."""
    key = f"suggest:{organization.pk}:{fold(what).encode().hex()[:180]}"
    found = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, SECONDS)
    return found


def _newest(organization: Organization) -> QuerySet[Order]:
    rows = cast("QuerySet[Order]", Order.objects.within(organization))
    return rows.filter(deleted_at=None).order_by("-placed_at", "-id")


def _keyed(field: Field) -> str:
    """Return the list of objects that a field walks through by name, of its own name or of a template's."""
    return field.base or (field.path if field.is_template else "")


def _count(organization: Organization, field: Field) -> list[tuple[str, int]]:
    """Count the values of a field in the newest orders; each order counts once."""
    root, _, rest = (_keyed(field) or field.path).partition(".")
    member = "content__" + root.removesuffix("[]")
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for told in _newest(organization).values_list(member, flat=True)[:NEWEST]:
        own = {fold(value): value for value in _values(field, told, rest) if len(value) <= LONGEST}
        for folded, value in own.items():
            if folded:
                spelt.setdefault(folded, value.strip())
                counts[folded] += 1
    return [(spelt[folded], count) for folded, count in counts.most_common(MOST_KEPT)]


def _values(field: Field, told: Any, rest: str) -> Iterator[str]:
    """Yield the texts that a document's member holds for a field."""
    if _keyed(field) and isinstance(told, list):
        name, value = field.keyed or ("name", "value")
        named = (item for item in told if isinstance(item, dict))
        if field.is_template:
            yield from _texts(item.get(name) for item in named)
        else:
            wanted = fold(field.keyed_name)
            yield from _texts(item.get(value) for item in named if fold(str(item.get(name, ""))) == wanted)
    elif rest:
        holders = told if isinstance(told, list) else [told]
        yield from _texts(holder.get(rest) for holder in holders if isinstance(holder, dict))
    else:
        yield from _texts(told if isinstance(told, list) else [told])


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _sources(organization: Organization, wanted: str) -> list[Suggestion]:
    return [
        Suggestion(key, name)
        for key, name in named(organization, SOURCE)
        if wanted in fold(name) or fold(key).startswith(wanted)
    ]


def named(organization: Organization, field: Field) -> list[Choice]:
    """Return the stores by name, for the field that holds their IDs."""
    if field.path != SOURCE.path:
        return []
    rows = Source.objects.within(organization).exclude(state="deleted").order_by("name")
    return [Choice(key, name) for key, name in rows.values_list("public_id", "name")[:MOST_SOURCES]]


def _lines(organization: Organization) -> QuerySet[OrderLine]:
    return cast("QuerySet[OrderLine]", OrderLine.objects.within(organization))


def _seen(organization: Organization) -> list[Seen]:
    newest = _newest(organization).values("pk")[:NEWEST_WITH_LINES]
    rows = _lines(organization).filter(order__in=newest).values_list("sku", "sku_folded", "name_folded", "pk")
    lines = rows.order_by("-order_id", "position")[:MOST_LINES]
    found: dict[str, Seen] = {}
    for sku, folded, name, line in lines:
        before = found.get(folded)
        found[folded] = before._replace(times=before.times + 1) if before else Seen(sku, folded, name or "", line, 1)
    return sorted(found.values(), key=lambda one: (-one.times, one.folded))


def _skus(organization: Organization, wanted: str) -> list[Suggestion]:
    """Return SKUs by themselves or by the name of what they are: of the newest orders, then of all."""
    words = wanted.split()
    seen: list[Seen] = _kept(organization, "lines", lambda: _seen(organization))
    found = [one for one in seen if all(word in one.folded or word in one.name for word in words)]
    found = sorted(found, key=lambda one: (not one.folded.startswith(wanted), -one.times))[:MOST]
    counts = {one.line: one.times for one in found}
    if wanted and len(found) < MOST:
        counts |= dict.fromkeys(_older(organization, wanted, {one.folded for one in found}, MOST - len(found)), 0)
    written = _as_written(organization, list(counts))
    told = [(written[line], count) for line, count in counts.items() if line in written]
    return [Suggestion(one.sku, note=one.name, count=count or None) for one, count in told]


class _Bytewise(OrderBy):
    """The order of the index of SKUs, which is that of the bytes whatever the language of the database.

    (Django looks for the word that it writes itself; a remark serves.)
    """

    template = "%(expression)s USING ~<~ /* ASC */"


def _older(organization: Organization, wanted: str, known: set[str], most: int) -> list[int]:
    """Walk along the index of SKUs that begin so, from one to the next; return a line for each.

    The index is that of all organizations. So that it does not read a million lines of another one, each
    step reads a few lines of whoever, and keeps ours: a SKU that others have far more often is passed by.
    """
    rows = OrderLine.across.filter(sku_folded__startswith=wanted).order_by(_Bytewise(F("sku_folded")))
    found: dict[str, int] = {}
    last = ""
    for _ in range(MOST):
        beyond = Func(F("sku_folded"), Value(last), arg_joiner=" ~>~ ", template="%(expressions)s", output_field=_BOOL)
        some = list(rows.filter(beyond).values_list("sku_folded", "organization_id", "pk")[:STEP])
        for folded, whose, line in some:
            if whose == organization.pk and folded not in known:
                found.setdefault(folded, line)
        if len(some) < STEP or len(found) >= most:
            break
        last = some[-1][0]
    return list(found.values())[:most]


_BOOL = BooleanField()


class Written(NamedTuple):
    """A line's SKU and name as its order spells them; the rows of lines hold the name folded."""

    sku: str
    name: str


def _as_written(organization: Organization, lines: Sequence[int]) -> dict[int, Written]:
    name = Func(
        F("order__content"), Value("lineItems"), Cast("position", CharField()), Value("name"),
        function="jsonb_extract_path_text", output_field=TextField(),
    )  # fmt: skip
    rows = _lines(organization).filter(pk__in=lines).values_list("pk", "sku", name)
    return {line: Written(sku, text or "") for line, sku, text in rows} if lines else {}


def _names(organization: Organization, wanted: str) -> list[Suggestion]:
    seen: list[Seen] = _kept(organization, "lines", lambda: _seen(organization))
    words = wanted.split()
    found = [one for one in seen if one.name and all(word in one.name or word in one.folded for word in words)][:MOST]
    written = _as_written(organization, [one.line for one in found])
    told = {fold(written[one.line].name): (written[one.line].name, one) for one in found if one.line in written}
    return [Suggestion(name, note=one.sku, count=one.times) for name, one in told.values() if name]


suggestions.register("orders", Suggestions("orders", "order", lambda: ORDER, knows, find, named))
