"""Each action: what it plans for an order, when it refuses itself, and its words."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from automations.engine.actions import Context, actions
from automations.engine.plan import Move, PlaceHold, Write
from orders.lifecycle.order import OrderStatus, can_move
from portal.kit.json import Json

NOW = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)
ORDER: Json = {
    "status": "new",
    "createdAt": "2026-01-05T10:00:00.000Z",
    "extOrderCreatedAt": "2026-01-05T09:30:00.000Z",
}
MOVES = [
    ("send_for_fulfillment", "readyForFulfillment", "sent on", False, False),
    ("draft", "draft", "set to draft", True, True),
    ("cancel", "canceled", "canceled", True, False),
    ("archive", "archived", "archived", True, True),
    ("review_required", "reviewRequired", "marked for review", False, True),
]


def planned(key: str, document: Json = ORDER, *, careful: bool = False, **settings: Any) -> list[Write]:
    action = actions.get(key)
    return list(action.plan(action.settings(**settings), Context(document, NOW, careful, "Big orders")))


@pytest.mark.parametrize(("key", "status", "verb", "terminal", "reversible"), MOVES)
def test_a_move_gives_the_order_its_status_and_says_which_rule(
    key: str, status: str, verb: str, terminal: bool, reversible: bool
) -> None:
    word = OrderStatus(status).label
    assert planned(key) == [Move(OrderStatus(status), verb, f"Rule “Big orders”: now “{word}”.")]
    assert (actions.get(key).terminal, actions.get(key).reversible) == (terminal, reversible)
    assert can_move("new", status)


@pytest.mark.parametrize("key", [key for key, *_ in MOVES])
def test_a_move_takes_no_settings(key: str) -> None:
    with pytest.raises(ValidationError):
        actions.get(key).settings(minutes=5)


def test_a_move_ends_the_hold_in_the_document() -> None:
    (move,) = planned("cancel")
    held = ORDER | {"status": "onHold", "holdUntil": "2026-01-05T11:00:00.000Z"}
    assert move.on(held) == ORDER | {"status": "canceled"}


def test_a_hold_counts_from_the_ingest_unless_told_otherwise() -> None:
    (hold,) = planned("hold", minutes=45)
    assert isinstance(hold, PlaceHold)
    assert (hold.due_at, hold.next_status) == (NOW + dt.timedelta(minutes=45), "readyForFulfillment")
    (placed,) = planned("hold", minutes=45, anchor="extOrderCreatedAt", next_status="reviewRequired")
    assert isinstance(placed, PlaceHold)
    assert (placed.due_at, placed.next_status) == (NOW + dt.timedelta(minutes=15), "reviewRequired")


def test_a_hold_from_a_placing_in_the_future_counts_from_the_ingest_and_says_so() -> None:
    wrong = ORDER | {"extOrderCreatedAt": "2999-01-01T00:00:00.000Z"}
    (hold,) = planned("hold", wrong, minutes=45, anchor="extOrderCreatedAt")
    assert isinstance(hold, PlaceHold)
    assert hold.due_at == NOW + dt.timedelta(minutes=45)
    assert hold.summary == (
        "Put on hold by “Big orders”, then “Ready for fulfillment”. "
        "The store says that it was placed in the future, so it counts from when it was ingested."
    )


def test_a_second_hold_never_shortens_the_first() -> None:
    (short,) = planned("hold", minutes=5)
    held = ORDER | {"status": "onHold", "holdUntil": "2026-01-05T12:00:00.000Z"}
    assert short.on(held)["holdUntil"] == "2026-01-05T12:00:00.000Z"


@pytest.mark.parametrize("settings", [{"minutes": -1}, {"minutes": 366 * 24 * 60 + 1}, {"next_status": "canceled"}])
def test_a_hold_that_makes_no_sense_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        actions.get("hold").settings(**settings)


def test_after_a_failed_rule_nothing_goes_to_fulfillment_unseen() -> None:
    (hold,) = planned("hold", careful=True)
    (move,) = planned("send_for_fulfillment", careful=True)
    assert isinstance(hold, PlaceHold)
    assert isinstance(move, Move)
    assert (hold.next_status, move.status) == ("reviewRequired", "reviewRequired")


@pytest.mark.parametrize("key", ["draft", "cancel", "archive"])
def test_what_sends_nothing_out_is_the_same_after_a_failed_rule(key: str) -> None:
    assert planned(key, careful=True) == planned(key)


def test_each_action_puts_itself_in_words() -> None:
    told = {action.key: action.words(action.settings()) for action in actions.all()}
    assert told == {
        "conditional_hold": "hold until a condition is met that is still to be set, then ready for fulfillment; "
        "72 hours after it was ingested at the latest, then review required",
        "hold": "hold 10 minutes from when it was ingested, then ready for fulfillment",
        "send_for_fulfillment": "send for fulfillment",
        "draft": "set to draft",
        "cancel": "cancel",
        "archive": "archive",
        "review_required": "mark for review",
        "update_property": "change a field that is not chosen yet",
        "update_by_code": "update the order by code",
        "cancel_lines": "cancel lines that are not chosen yet; with none left, mark it for review",
        "add_note": "note nothing yet",
        "set_exception_status": "resolve the exception",
        "notify_email": "e-mail nobody yet",
        "call_webhook": "call a webhook",
    }
