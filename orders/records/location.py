"""A location as connectors hand it in. Pure."""

from orders.records.order import Address, Record, Short


class LocationRecord(Record):
    """A distinct pool of stock as an outside system knows it (behaviour.md 2.6)."""

    ext_location_id: Short
    name: Short
    address: Address = Address()
    pickup: bool = False
    """Customers may collect there."""
