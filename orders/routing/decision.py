"""What routing decides: parts of an order, each for one location. Pure."""

import enum
from dataclasses import dataclass, field
from decimal import Decimal

from orders.routing.place import Place
from portal.kit.json import Json


class Outcome(enum.StrEnum):
    """What became of an order; the values are those of `RoutingRun.outcome`."""

    ROUTED = "routed"
    WAITING = "waiting"
    """Routed, and at least one part waits for future units."""
    FAILED = "failed"
    NOTHING = "nothing"
    """Nothing of the order is open that needs shipping."""


class Reason(enum.StrEnum):
    """Why routing failed, for the exception that is raised."""

    NONE = ""
    NO_CARDS = "no_cards"
    """There is no card that is switched on."""
    NO_CARD_APPLIES = "no_card_applies"
    """No card's filter holds."""
    NO_LOCATION = "no_location"
    """No card that applies has a location that serves the address and may ship."""
    OUT_OF_STOCK = "out_of_stock"
    INVALID_QUANTITY = "invalid_quantity"
    """A line is not in whole units, and no location ships it without counting stock."""
    PRE_ROUTED = "pre_routed"
    """The location that the channel settled on cannot ship."""
    BROKEN_CARD = "broken_card"
    """A card that might apply cannot be read."""


@dataclass(frozen=True, slots=True)
class PartLine:
    """What one location ships of one order line, in the SKU that the warehouse gets."""

    unique_id: str
    """Of the order's line."""
    sku: str
    quantity: int | Decimal
    """In units of `sku`; whole wherever stock was counted."""
    bundle_sku: str = ""
    """The bundle on the order that this is a component of."""
    per_bundle: int = 1
    future: int = 0
    """So many of them are to be committed on future units, the others on what is available."""
    counted: bool = True
    """Stock was counted. False for what is pre-routed, for cards that do not check, for infinite locations."""


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes one shipping request."""

    location: Place
    lines: tuple[PartLine, ...]
    on_future: bool = False
    """It waits for future units (`pendingInventory`); else it goes out at once."""

    @property
    def checked(self) -> bool:
        """Say whether stock was counted for any of it: under lock, it must still be there."""
        return any(line.counted for line in self.lines)


@dataclass(frozen=True, slots=True)
class Decision:
    """What routing decides for one order, with the reason for each card and location."""

    outcome: Outcome
    parts: tuple[Part, ...] = ()
    card: str | None = None
    """Public ID of the card that won; None where none was needed or none did."""
    reason: Reason = Reason.NONE
    lacking: tuple[str, ...] = ()
    """SKUs of which no card's locations have enough together; empty unless stock is what is lacking."""
    trace: Json = field(default_factory=dict)
    """Plain JSON for `RoutingRun.trace`; `orders.routing.words` makes sentences of it."""
    sentence: str = ""
    """The outcome in one English sentence, for `RoutingRun.sentence`."""
