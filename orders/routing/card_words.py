"""A whole card in one sentence: “All orders to US → Reno, then Leeds; may split”. Pure but for translation."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from orders.documents.catalogue import ORDER
from orders.routing.card import Definition, DestinationSpec
from orders.routing.card_form import CardDraft
from orders.routing.card_form import definition as meant
from orders.routing.regions import Region
from portal.filters import builder, codec
from portal.filters.problems import BadFilter
from portal.filters.to_words import Names, nameless, sentence
from portal.filters.tree import Condition, Group
from portal.kit.json import Json
from portal.ui.filter_builder import sentence_of

GAP = "…"
MOST_CODES = 5


def told(data: Any, places: Mapping[str, str], zone: dt.tzinfo, names: Names = nameless) -> str:
    """Return the sentence of a stored card; `places` gives the names of locations by their public IDs."""
    try:
        card = Definition.model_validate(data)
    except ValueError:
        return _("This card cannot be read any more. Open it, build it again and save it.")
    return _whole(card_condition(card.filter, zone, names), card, places)


def told_of_draft(draft: CardDraft, places: Mapping[str, str], zone: dt.tzinfo, names: Names = nameless) -> str:
    """Return the sentence of a card as typed; what is still open in it stands as “…”."""
    sources, rest = _from_sources(builder.tree_of(draft.filter, ORDER, zone=zone), names)
    left = replace(draft.filter, items=tuple(draft.filter.items[index] for index in rest))
    condition = _condition(sources, sentence_of(left, ORDER, zone, names) if left.items else "")
    whole = meant(replace(draft, filter=replace(draft.filter, items=())), zone)
    for row in whole["destinations"]:
        row["locations"] = row["locations"] or [GAP]
        row["regions"] = [region for region in row["regions"] if region["countries"]]
    if not whole["destinations"]:
        whole["destinations"] = [{"locations": [GAP]}]
    try:
        card = Definition.model_validate(whole)
    except ValueError:
        return condition
    return _whole(condition, card, {GAP: GAP, **places})


def card_condition(stored: Json | None, zone: dt.tzinfo, names: Names = nameless) -> str:
    """Return which orders a card is for: “All orders from Tea shop”, “Orders when total is over 100”."""
    if stored is None:
        return _condition((), "")
    try:
        tree = codec.decode(stored)
        sources, rest = _from_sources(tree, names)
        left = replace(tree, items=tuple(tree.items[index] for index in rest))
        return _condition(sources, sentence(left, ORDER, say=_, zone=zone, names=names) if left.items else "")
    except BadFilter:
        return _("Orders for which a filter holds that cannot be read any more")


def destination_words(one: DestinationSpec, places: Mapping[str, str]) -> str:
    """Return where a destination sends orders: “to US → Reno, then Leeds”."""
    names = _(", then ").join(places.get(key, _("a location that is gone")) for key in one.locations)
    return f"{region_words(one.regions)} → {names}"


def region_words(regions: tuple[Region, ...]) -> str:
    """Return the regions: “to US (NV, CA) or CA”, “everywhere”."""
    if not regions:
        return _("everywhere")
    return _("to {regions}").format(regions=_(" or ").join(map(_region, regions)))


def switch_words(card: Definition) -> Iterator[str]:
    """Yield what is special about a card."""
    if not card.check_stock:
        yield _("inventory is not checked")
    if card.allow_split:
        yield _("may split")
    if card.send_future:
        yield _("future stock is sent at once")
    if not card.prefer_groups:
        yield _("whatever locations the order prefers")


def _from_sources(tree: Group, names: Names) -> tuple[Sequence[str], Sequence[int]]:
    """Return the stores that the first condition of a filter asks for, by name, and the places of all others."""
    first = tree.items[0] if tree.items and tree.match == "all" and tree.lines is None else None
    if isinstance(first, Condition) and first.field == "integration" and first.operator in ("equals", "is_one_of"):
        wanted = first.value if isinstance(first.value, tuple) else (first.value,)
        known = dict(names("integration"))
        if not first.off and wanted and all(one in known for one in wanted):
            return [known[str(one)] for one in wanted], range(1, len(tree.items))
    return (), range(len(tree.items))


def _condition(sources: Sequence[str], when: str) -> str:
    start = _("Orders") if when not in ("", _("always")) else _("All orders")
    if sources:
        start = _("{orders} from {sources}").format(orders=start, sources=_(" or ").join(sources))
    return f"{start} {when}" if when not in ("", _("always")) else start


def _whole(condition: str, card: Definition, places: Mapping[str, str]) -> str:
    """Put it together; a colon where the condition would run into where the orders go."""
    rows = [destination_words(one, places) for one in card.destinations]
    plain = len(rows) == 1 and condition.startswith(_("All orders"))
    ways = f"{condition} {rows[0]}" if plain else f"{condition}: {'; '.join(rows)}"
    return "; ".join([ways, *switch_words(card)])


def _region(region: Region) -> str:
    inside = [_listed(region.states)] if region.states else []
    if region.postal:
        inside.append(_("postal codes {codes}").format(codes=_listed(tuple(f"{one}*" for one in region.postal))))
    countries = _listed(region.countries)
    return f"{countries} ({'; '.join(inside)})" if inside else countries


def _listed(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:MOST_CODES])
    left = len(codes) - MOST_CODES
    return shown if left <= 0 else _("{codes} and {count} more").format(codes=shown, count=left)
