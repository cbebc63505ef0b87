"""What a row of the Order Hold Engine means, as the action of a rule. Pure.

The engine acts by the very actions that its rows become, so that a migration changes nothing.
"""

from dataclasses import dataclass
from typing import Any

from automations.definition import ActionSpec
from automations.engine.actions import Action, actions

MOST_MINUTES = 366 * 24 * 60
_AT_ONCE = {"readyForFulfillment": "send_for_fulfillment", "reviewRequired": "review_required"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """How long an order waits from when it was taken in (None: not at all), and where it goes then."""

    minutes: int | None
    next_status: str

    @property
    def spec(self) -> ActionSpec:
        """The action of a rule that does the same."""
        if self.minutes is None:
            return ActionSpec(key=_AT_ONCE[self.next_status])
        settings = {"minutes": self.minutes, "anchor": "createdAt", "next_status": self.next_status}
        return ActionSpec(key="hold", settings=settings)

    def action(self) -> tuple[Action[Any], Any]:
        """Return that action and its settings."""
        action = actions.get(self.spec.key)
        return action, action.settings.model_validate(self.spec.settings)

    def words(self) -> str:
        """Return it in words: “hold 10 minutes from when it was ingested, then ready for fulfillment”."""
        action, settings = self.action()
        return action.words(settings)
