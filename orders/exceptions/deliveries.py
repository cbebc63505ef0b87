"""Deliveries that wait for a person become exceptions."""

from orders.exceptions.raise_ import Problem, raise_exceptions
from portal.deliveries.senders import on_parked


def tell(organization_id: int, kind: str, key: str, reason: str) -> None:
    """Raise the exception of a parked delivery, in the transaction that parks it."""
    title = f"A delivery ({kind}) needs a person"
    raise_exceptions([Problem("delivery_parked", organization_id, f"{kind}:{key}", title, reason)])


on_parked.register("orders.exceptions", tell)
