"""Stock as warehouses and other systems report it. Pure.

A record is a count (so many there are) or, with `change`, a change (so many more or fewer). A change names the
event that it comes from, because it may be reported twice and must count once.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from orders.records.order import Moment, Number, Record, Short

MOST = 1_000_000_000


def _whole(value: Number) -> int:
    if value != int(value):
        raise ValueError("must be a whole number of units")
    if abs(value) > MOST:
        raise ValueError(f"must be at most {MOST} units")
    return int(value)


Units = Annotated[Number, AfterValidator(_whole)]


class LevelRecord(Record):
    """What one system says of one SKU at one of its locations; a quantity that it leaves out stays as it is."""

    sku: Annotated[Short, Field(min_length=1)]
    ext_location_id: Annotated[Short, Field(min_length=1)]
    on_hand: Units | None = None
    incoming: Units | None = None
    unavailable: Units | None = None
    future: Units | None = None
    change: bool = False
    """The quantities are changes, not counts."""
    event_id: Short | None = None
    """Of a change: what the system calls it."""
    at: Moment | None = None
    """When the system counted, by its own clock; without it a report is taken as it comes."""

    @model_validator(mode="after")
    def _change_is_named(self) -> Self:
        if self.change and not self.event_id:
            raise ValueError("a change must name its event (eventId), so that it counts once")
        return self

    @property
    def quantities(self) -> dict[str, int]:
        """The quantities that it tells, by their names in `orders.inventory`."""
        told = {name: getattr(self, name) for name in ("on_hand", "incoming", "unavailable", "future")}
        return {name: int(units) for name, units in told.items() if units is not None}
