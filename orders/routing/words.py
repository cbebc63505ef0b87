"""Routing in sentences: one for each location, each card and the outcome, made from the trace. Pure.

Every template is a message for translators; pass Django's gettext as `say`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from orders.routing.decision import Outcome, Reason
from orders.routing.place import LEFT_OUT_WORDS
from orders.routing.trace import CardOutcome
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

Say: TypeAlias = Callable[[str], str]

_CARD: Mapping[str, str] = {
    CardOutcome.ALSO: _("It could ship the order too, but comes later."),
    CardOutcome.ADDRESS: _("The shipping address lies in none of its regions."),
    CardOutcome.NO_LOCATION: _("None of its locations for this address can ship now."),
    CardOutcome.SPLIT_NEEDED: _("No single location has everything, and the card does not allow split orders."),
    CardOutcome.INVALID_QUANTITY: _("A line is not in whole units, so it cannot be met from counted stock."),
    CardOutcome.NOT_REACHED: _("Not looked at: the decision was made above it."),
}
_FAILED: Mapping[str, str] = {
    Reason.NO_CARDS: _("There is no routing card that is switched on. Add one, or switch one on."),
    Reason.NO_CARD_APPLIES: _("No routing card is for this order: the filter of each leaves it out."),
    Reason.NO_LOCATION: _("No location can ship to this address: see each card for the reason."),
    Reason.INVALID_QUANTITY: _("A line is not in whole units, and stock is counted in whole units. Edit the line."),
}
_PLACE: Mapping[str, str] = {
    "chosen": _("Chosen."),
    "has_all": _("It has everything."),
    "not_needed": _("Not needed: another location comes first, and stock is not checked."),
    "whole_units": _("Stock is counted in whole units here, and a line is not whole."),
}


def outcome(trace: Json, say: Say = str) -> str:
    """Return what became of the order: “Ships from Reno and Newark, by the card “Domestic”.”."""
    kind = trace["outcome"]
    if kind == Outcome.NOTHING:
        return say(_("Nothing of this order is left to be shipped."))
    return _failure(trace, say) if kind == Outcome.FAILED else _success(trace, say)


def _success(trace: Json, say: Say) -> str:
    names = listed([part["name"] for part in trace["parts"]], say)
    card = next((one["name"] for one in trace["cards"] if one["outcome"] == CardOutcome.WON), None)
    waiting = listed([part["name"] for part in trace["parts"] if part["on_future"]], say)
    if card is None:
        return say(_("Ships from {locations}, as the channel settled.")).format(locations=names)
    if not waiting:
        return say(_("Ships from {locations}, by the card “{card}”.")).format(locations=names, card=card)
    told = say(_("Ships from {locations}, by the card “{card}”; waits for future stock at {waiting}."))
    return told.format(locations=names, card=card, waiting=waiting)


def _failure(trace: Json, say: Say) -> str:
    reason = trace["reason"]
    if reason == Reason.PRE_ROUTED:
        node = next(one for one in trace["pre_routed"] if one["outcome"] == "left_out")
        told = say(_("The channel settled on {location}, which cannot ship. {why}"))
        return told.format(location=node["name"] or node["id"], why=place(node, say))
    if reason == Reason.BROKEN_CARD:
        name = next(one["name"] for one in trace["cards"] if one["outcome"] == CardOutcome.BROKEN)
        return say(_("The card “{card}” cannot be read, so nothing is routed by it or after it.")).format(card=name)
    if reason == Reason.OUT_OF_STOCK:
        return _out_of_stock(trace, say)
    return say(_FAILED[reason])


def _out_of_stock(trace: Json, say: Say) -> str:
    if trace["lacking"]:
        return say(_("There is not enough stock of {skus}.")).format(skus=listed(trace["lacking"], say))
    if any(one["outcome"] == CardOutcome.SPLIT_NEEDED for one in trace["cards"]):
        return say(_("No single location has everything, and no card that applies may split the order."))
    return say(_("No card's locations have everything that is needed."))


def card(node: Json, say: Say = str) -> str:
    """Return what a card came to and why."""
    kind = node["outcome"]
    if kind == CardOutcome.WON:
        return _won(node, say)
    if kind == CardOutcome.FILTER:
        return _filter(node.get("filter") or {}, say)
    if kind == CardOutcome.BROKEN:
        return say(_("The card cannot be read, so routing stops here. {fault}")).format(fault=node["fault"])
    if kind == CardOutcome.OUT_OF_STOCK:
        told = say(_("All its locations together have {has}."))
        return told.format(has=_has(node["short"], 0, say))
    return say(_CARD[kind])


def _won(node: Json, say: Say) -> str:
    names = listed([one["name"] for one in node["places"] if one["outcome"] == "chosen"], say)
    if node["stock"] == "none":
        return say(_("{locations} is the first location that can ship; stock is not checked.")).format(locations=names)
    if node["stock"] == "future":
        return say(_("With future stock counted, the order is filled from {locations}.")).format(locations=names)
    return say(_("The order is filled from {locations}.")).format(locations=names)


def _filter(blocker: Json, say: Say) -> str:
    if not blocker.get("text"):
        return say(_("Its filter leaves this order out."))
    if blocker.get("outcome"):
        return say(_("Its filter leaves out orders where {condition}.")).format(condition=blocker["text"])
    return say(_("Its filter does not hold: not true that {condition}.")).format(condition=blocker["text"])


def place(node: Json, say: Say = str) -> str:
    """Return what a location has, or why it is left out: “It has 3 of 5 units of TEA-1.”."""
    kind = node["outcome"]
    if kind == "left_out":
        return say(LEFT_OUT_WORDS[node["reason"]]).format(location=node["name"] or node["id"])
    if kind == "short" or (kind == "chosen" and node.get("has")):
        told = say(_("Chosen. It has {has}.")) if kind == "chosen" else say(_("It has {has}."))
        return told.format(has=_has(node["has"], node.get("more", 0), say))
    return say(_PLACE[kind])


def _has(entries: Sequence[Json], more: int, say: Say) -> str:
    parts = [_entry(one, say) for one in entries]
    if more:
        parts.append(say(_("too few of {count} more SKUs")).format(count=more))
    return listed(parts, say)


def _entry(entry: Json, say: Say) -> str:
    one = entry["needed"] == 1
    template = _("{has} of 1 unit of {sku}") if one else _("{has} of {needed} units of {sku}")
    told = say(template).format(has=entry["has"], needed=entry["needed"], sku=entry["sku"])
    if not entry.get("future"):
        return told
    return say(_("{has} ({future} more are expected)")).format(has=told, future=entry["future"])


def listed(parts: Sequence[str], say: Say) -> str:
    """Return parts joined as in a sentence: “A, B and C”."""
    if len(parts) < 2:
        return "".join(parts)
    return say(_("{first} and {last}")).format(first=", ".join(parts[:-1]), last=parts[-1])
