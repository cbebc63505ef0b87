"""Actions that give an order another status and have no settings. Pure."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from automations.engine.actions import Action, Context, actions
from automations.engine.plan import Move, Write
from orders.lifecycle.order import OrderStatus


class NoSettings(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def move_action(
    key: str, label: str, *, status: OrderStatus, verb: str, words: str, terminal: bool, reversible: bool, help: str
) -> Action[NoSettings]:
    """Register an action that moves an order to `status`."""

    def plan(settings: NoSettings, context: Context) -> Sequence[Write]:
        target = status
        if context.careful and status is OrderStatus.READY_FOR_FULFILLMENT:
            target = OrderStatus.REVIEW_REQUIRED
        return [Move(target, verb, f"Rule “{context.rule_name}”: now “{target.label}”.")]

    action = Action(
        key, label, frozenset({"order"}), NoSettings, plan, lambda settings: words,
        terminal=terminal, reversible=reversible, help=help,
    )  # fmt: skip
    return actions.register(key, action)
