"""What warehouses know a shipping request by: a reference that never changes and is never used again. Pure."""

from portal.kit.ids import is_public_id

_PREFIX = "sr-"


def reference_of(public_id: str) -> str:
    """Return the reference of the request of that ID."""
    return f"{_PREFIX}{public_id}"


def public_id_of(name: str) -> str:
    """Return the ID of the request that a warehouse means by our reference; another name as it is."""
    rest = name.strip().removeprefix(_PREFIX)
    return rest if rest != name.strip() and is_public_id(rest) else name
