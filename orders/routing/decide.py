"""Where an order is shipped from: one pure decision, the same for routing, *Try routing* and tests.

The signature, for whoever calls it::

    decide(cards, needs, places, stock, document, *, now, skip=frozenset(), groups=None, zone=UTC,
           explain_all=False) -> Decision

- `cards`: enabled cards in their order (`orders.routing.card.read` makes one of a row);
- `needs`: what is open of the order (`orders.routing.need.needs_of`); empty: there is nothing to route;
- `places`: the organization's locations by their public IDs; a card's location that is missing is “gone”;
- `stock`: by folded SKU and `Place.pk`; missing is nothing. SKUs of needs and of their components;
- `document`: the order's canonical document, for filters and the address;
- `now`, `zone`: for filters about time; the edge reads the clock;
- `skip`: public IDs of locations that canceled requests want passed over;
- `groups`: public IDs of preferred location groups, best first; None: what the document prefers;
- `explain_all`: judge the cards after the one that wins as well, for *Try routing*.

It reads nothing and writes nothing. docs/routing.md says what is chosen and why.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from orders.routing import words
from orders.routing.card import Card
from orders.routing.decision import Decision, Outcome, Part, PartLine, Reason
from orders.routing.judge import Circumstances, Verdict, judge
from orders.routing.need import Need
from orders.routing.place import LeftOut, Place, StockTable, left_out
from orders.routing.shelf import Order, Shelves, all_from
from orders.routing.trace import VERSION, CardOutcome, left_out_node, need_nodes, part_node
from portal.kit.json import Json

__all__ = ["Decision", "Outcome", "Part", "PartLine", "Reason", "decide"]

MAX_EXPLAINED = 100
"""Of so many cards whose filter fails it is said which condition failed."""
_WORST = (Reason.OUT_OF_STOCK, Reason.INVALID_QUANTITY, Reason.NO_LOCATION, Reason.NO_CARD_APPLIES)
"""Which reason is told when cards failed for several: that of the card that came furthest."""


def decide(
    cards: Sequence[Card],
    needs: Sequence[Need],
    places: Mapping[str, Place],
    stock: StockTable,
    document: Json,
    *,
    now: dt.datetime,
    skip: frozenset[str] = frozenset(),
    groups: Sequence[str] | None = None,
    zone: dt.tzinfo = dt.UTC,
    explain_all: bool = False,
) -> Decision:
    """Return where each open line of an order is shipped from, or why that cannot be (behaviour.md 5.2 to 5.6).

    See the head of the module. All open lines are placed, or none. Never raises, whatever the cards say.
    """
    order = Order([need for need in needs if need.quantity > 0])
    if groups is None:
        preferred = document.get("preferredLocationGroupId")
        groups = preferred if isinstance(preferred, list) else ()
    settled, told = _settled(order, places, skip)
    trace: Json = {"version": VERSION, "needs": need_nodes(order.needs), "pre_routed": told, "cards": []}
    if not order.needs:
        return _told(trace, Outcome.NOTHING)
    if settled is None:
        return _told(trace, Outcome.FAILED, Reason.PRE_ROUTED)
    rest = Order([need for need in order.needs if need.pre_routed is None]) if settled else order
    if not rest.needs:
        return _told(trace, Outcome.ROUTED, parts=settled)
    shelves = Shelves(stock, rest.untracked)
    for part in settled:
        shelves.take(part)
    opened = frozenset(part.location.id for part in settled)
    about = Circumstances(rest, shelves, places, document, now, zone, skip, groups, opened)
    return _by_cards(cards, about, settled, trace, explain_all=explain_all)


def _settled(
    order: Order, places: Mapping[str, Place], skip: frozenset[str]
) -> tuple[tuple[Part, ...] | None, list[Json]]:
    """Return what is pre-routed, a part for each location (None where one cannot ship), and the trace of it."""
    lines: dict[str, list[int]] = {}
    for index, need in enumerate(order.needs):
        if need.pre_routed is not None:
            lines.setdefault(need.pre_routed, []).append(index)
    parts, told, fails = [], [], False
    for public_id, indexes in lines.items():
        place = places.get(public_id)
        why = left_out(place, skip=skip, counts_stock=False)
        if place is None or why is not None:
            told.append(left_out_node(public_id, place, why or LeftOut.GONE))
            fails = True
        else:
            told.append({"id": public_id, "name": place.name, "outcome": "chosen"})
            parts.append(all_from(order, indexes, place))
    return (None if fails else tuple(parts)), told


def _by_cards(
    cards: Sequence[Card], about: Circumstances, settled: tuple[Part, ...], trace: Json, *, explain_all: bool
) -> Decision:
    """Let the first card that satisfies the order win: first of all from what is there, then with future units."""
    verdicts = _judged(cards, about, explain_all=explain_all)
    winner = next((index for index, one in enumerate(verdicts) if one.parts), None)
    broken = next((index for index, one in enumerate(verdicts) if one.reason is Reason.BROKEN_CARD), None)
    if winner is None and broken is None:
        winner = _with_future(cards, about, verdicts)
    stopped = broken is not None and (winner is None or broken < winner)
    trace["cards"] = _card_nodes(cards, verdicts, None if stopped else winner)
    if stopped:
        return _told(trace, Outcome.FAILED, Reason.BROKEN_CARD)
    if winner is None:
        return _failed(cards, verdicts, trace)
    parts = _merged(settled, verdicts[winner].parts)
    waits = any(part.on_future for part in parts)
    return _told(trace, Outcome.WAITING if waits else Outcome.ROUTED, parts=parts, card=cards[winner].id)


def _judged(cards: Sequence[Card], about: Circumstances, *, explain_all: bool) -> list[Verdict]:
    """Judge cards from the top until the decision is made; all of them where that is to be seen."""
    verdicts = []
    for index, card in enumerate(cards):
        verdict = judge(card, about, explain=index < MAX_EXPLAINED)
        verdicts.append(verdict)
        if not explain_all and (verdict.parts or verdict.reason is Reason.BROKEN_CARD):
            break
    return verdicts


def _with_future(cards: Sequence[Card], about: Circumstances, verdicts: list[Verdict]) -> int | None:
    """Return the first card that can fill the order with future units, and put what it makes of it in its place.

    Only where no card could without: an order never waits for units while another location has them.
    """
    for index, verdict in enumerate(verdicts):
        if verdict.reason is Reason.OUT_OF_STOCK and not cards[index].send_future:
            again = judge(cards[index], about, future=True)
            if again.parts:
                verdicts[index] = again
                return index
    return None


def _card_nodes(cards: Sequence[Card], verdicts: Sequence[Verdict], winner: int | None) -> list[Json]:
    nodes = [one.node for one in verdicts]
    for index, node in enumerate(nodes):
        if node["outcome"] == CardOutcome.WON and index != winner:
            node["outcome"] = CardOutcome.ALSO
    rest = ({"id": card.id, "name": card.name} for card in cards[len(nodes) :])
    return [*nodes, *(one | {"outcome": CardOutcome.NOT_REACHED} for one in rest)]


def _failed(cards: Sequence[Card], verdicts: Sequence[Verdict], trace: Json) -> Decision:
    if not cards:
        return _told(trace, Outcome.FAILED, Reason.NO_CARDS)
    reason = next(reason for reason in _WORST if any(one.reason is reason for one in verdicts))
    if reason is not Reason.OUT_OF_STOCK:
        return _told(trace, Outcome.FAILED, reason)
    short = [one.lacking for one in verdicts if one.reason is reason]
    lacking = tuple(sku for sku in short[0] if all(sku in others for others in short))
    return _told(trace, Outcome.FAILED, reason, lacking=lacking)


def _merged(settled: Sequence[Part], parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return one part for each location; what waits for future units keeps nothing else waiting."""
    found = {part.location.id: part for part in settled}
    waiting = []
    for part in parts:
        before = found.get(part.location.id)
        if before is None:
            found[part.location.id] = part
        elif part.on_future:
            waiting.append(part)
        else:
            found[part.location.id] = replace(before, lines=(*before.lines, *part.lines))
    return (*found.values(), *waiting)


def _told(
    trace: Json,
    outcome: Outcome,
    reason: Reason = Reason.NONE,
    *,
    parts: tuple[Part, ...] = (),
    card: str | None = None,
    lacking: tuple[str, ...] = (),
) -> Decision:
    """Return the decision with its trace and sentence."""
    end = {"outcome": outcome, "reason": reason, "card": card, "lacking": list(lacking)}
    trace |= end | {"parts": [part_node(part) for part in parts]}
    return Decision(outcome, parts, card, reason, lacking, trace, words.outcome(trace))
