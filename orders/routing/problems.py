"""The exceptions of orders that could not be routed: raised at the failure, closed when the order is routed."""

from collections.abc import Iterable, Mapping, Sequence, Set

from orders.exceptions.raise_ import GONE, Problem, raise_exceptions
from orders.exceptions.write import close_where
from orders.models import Order, OrderException
from orders.routing import words
from orders.routing.decision import Decision, Outcome, Reason
from orders.routing.load import Subject, World
from orders.routing.place import LeftOut
from orders.routing.trace import CardOutcome
from portal.audit.actor import Actor
from portal.kit.json import Json

ROUTING_FAILED, OUT_OF_STOCK, INVALID_QUANTITY = "routing_failed", "out_of_stock", "invalid_quantity"
TYPES = (ROUTING_FAILED, OUT_OF_STOCK, INVALID_QUANTITY)
_OWN = {Reason.OUT_OF_STOCK: OUT_OF_STOCK, Reason.INVALID_QUANTITY: INVALID_QUANTITY}
_NAMED = 3
"""So many SKUs and locations are named; the page of the exception leads to the order, which tells all of them."""

_CURES: Mapping[Reason, str] = {
    Reason.NO_CARDS: "Some lines name their location, for the others there is no routing card. Add a card, or have "
    "every line name its location. Then press Re-run routing.",
    Reason.NO_CARD_APPLIES: "Change the filter of a card so that it applies, or add a card for all other orders at the "
    "end of the list. Then press Re-run routing on the order.",
    Reason.NO_LOCATION: "Press Try routing on the order: it says of each location why it cannot ship. Switch one on "
    "again, or add one that serves the address to a card. Then press Re-run routing.",
    Reason.BROKEN_CARD: "Open the card, build its filter and destinations again and save it. Then press Re-run "
    "routing on the order.",
}


def tell(world: World, decided: Sequence[tuple[Subject, Decision]], news: Set[int], by: Actor) -> None:
    """Raise what keeps orders from being routed, and close what does so no more.

    What fails as it did before (an order that is not among `news`) is counted up, unless a person has dismissed it.
    """
    problems: list[Problem] = []
    doubtful: list[Problem] = []
    over: list[tuple[str, Order]] = []
    for subject, decision in decided:
        order = subject.order
        active = order.exceptions or ()
        problem = _problem(order, decision) if decision.outcome == Outcome.FAILED else None
        kind = problem.type if problem else ""
        if problem:
            (problems if order.pk in news or kind in active else doubtful).append(problem)
        over += [(one, order) for one in TYPES if one != kind and one in active]
    raise_exceptions(problems + _not_dismissed(world.organization.pk, doubtful), by=by)
    _close(world.organization.pk, over, by)


def _not_dismissed(organization_id: int, problems: Sequence[Problem]) -> list[Problem]:
    """Return those of the problems that nobody has dismissed the last time."""
    if not problems:
        return []
    rows = OrderException.across.filter(
        organization_id=organization_id, type__in=TYPES, cause_key__in=[one.cause_key for one in problems]
    ).order_by("type", "cause_key", "-id").distinct("type", "cause_key")  # fmt: skip
    told = rows.values_list("type", "cause_key", "state")
    dismissed = {(kind, key) for kind, key, state in told if state == OrderException.State.DISMISSED}
    return [one for one in problems if (one.type, one.cause_key) not in dismissed]


def _close(organization_id: int, over: Iterable[tuple[str, Order]], by: Actor) -> None:
    pairs = [(kind, order.public_id) for kind, order in over]
    if pairs:
        close_where(
            "x.organization_id = %s AND (x.type, x.cause_key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [organization_id, [kind for kind, _ in pairs], [key for _, key in pairs]],
            "resolved", by=by, summary=GONE, cause="system",
        )  # fmt: skip


def _problem(order: Order, decision: Decision) -> Problem:
    kind = _OWN.get(decision.reason, ROUTING_FAILED)
    if kind == OUT_OF_STOCK:
        title, cure = _out_of_stock(order, decision)
    elif kind == INVALID_QUANTITY:
        title, cure = f"{order.ext_order_id}: a line is not in whole units", ""
    else:
        title, cure = f"{order.ext_order_id} could not be routed", _cure(decision)
    told = " ".join([decision.sentence, *_cards(decision.trace)])
    return failed(order, title, told, cure, kind=kind, shared=_shared(decision))


def failed(
    order: Order, title: str, message: str, cure: str = "", *, kind: str = ROUTING_FAILED, shared: str = ""
) -> Problem:
    """Return the problem of an order that routing has failed on; `shared` as in Problem."""
    return Problem(
        kind, order.organization_id, order.public_id, title, message, cure,
        entity_type="order", entity_id=order.pk, entity_label=order.ext_order_id,
        entity_public_id=order.public_id, source_id=order.source_id, shared=shared,
    )  # fmt: skip


def _out_of_stock(order: Order, decision: Decision) -> tuple[str, str]:
    """Return title and cure, which name what is lacking and where it could have been shipped from."""
    where = words.listed(_places(decision.trace), str) or "the locations of the cards"
    if not decision.lacking:
        return (
            f"{order.ext_order_id}: no single location has everything",
            f"Bring what is missing to one of {where}, or let a card split orders over several locations. The order is "
            "routed at once when stock arrives.",
        )
    skus = words.listed(_few(decision.lacking), str)
    verb = "is" if len(decision.lacking) == 1 else "are"
    return (
        f"{order.ext_order_id}: {skus} {verb} out of stock at {where}",
        f"Receive {skus} at {where}, or correct the stock there: the order is routed at once when stock arrives. "
        "Or add a location that has it to a card.",
    )


def _places(trace: Json) -> list[str]:
    """Return the locations that stock was looked for at, in the order of the cards."""
    judged = [one for one in trace["cards"] if one["outcome"] in (CardOutcome.OUT_OF_STOCK, CardOutcome.SPLIT_NEEDED)]
    names = [place["name"] for one in judged for place in one["places"] if place["outcome"] != "left_out"]
    return _few(list(dict.fromkeys(names)))


def _few(names: Sequence[str]) -> list[str]:
    more = len(names) - _NAMED
    return [*names[:_NAMED], f"{more} more"] if more > 0 else list(names)


def _cure(decision: Decision) -> str:
    if decision.reason == Reason.PRE_ROUTED:
        node = next(one for one in decision.trace["pre_routed"] if one["outcome"] == "left_out")
        name = node["name"] or node["id"]
        return f"Make {name} able to ship again, or take the location off the order. Then press Re-run routing on it."
    return _CURES.get(decision.reason, "")


def _shared(decision: Decision) -> str:
    """Return the cause without its location where it is the same for every one: the shop has no warehouse at all."""
    nodes = decision.trace["pre_routed"] if decision.reason == Reason.PRE_ROUTED else ()
    nobody = any(one["outcome"] == "left_out" and one["reason"] == LeftOut.NO_FULFILLMENT for one in nodes)
    return "No fulfillment channel owns the location that the order names" if nobody else ""


def _cards(trace: Json) -> list[str]:
    """Return what each card came to, in a sentence."""
    return [f"{one['name']}: {words.card(one)}" for one in trace["cards"][:10]]
