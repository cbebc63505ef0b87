"""The settings that every connector has that takes orders. Pure.

class Settings(PushSettings): …        # its own fields beside
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TAKEN_IN, RELEASED, BY_HAND = "taken_in", "released", "by_hand"
BY_ITSELF = (TAKEN_IN, RELEASED)


class PushSettings(BaseModel):
    """Which orders go to the system by themselves."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    push_when: Literal["by_hand", "taken_in", "released"] = Field(
        "by_hand",
        title="Which orders are pushed",
        description="By itself each order goes once, and again when something of it changes. Any order can be pushed "
        "by hand, on its page or ticked in the list.",
        json_schema_extra={
            "labels": {
                "by_hand": "Only those that people push",
                "taken_in": "Every order, when it is taken in",
                "released": "Every order, when it is released",
            }
        },
    )
