"""Dashboard cards. An app adds its own in `apps.ready()`:

    from portal.ui.cards import cards
    cards.register("orders.waiting", Card("orders/cards/waiting.html", waiting, position=10))

`read` gets the organization and returns the context of the card's template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.kit.registry import Registry
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission


@dataclass(frozen=True)
class Card:
    """A card: its template, what it shows, where it stands (lower first) and how wide (columns of 12)."""

    template: str
    read: Callable[[Organization], dict[str, Any]]
    position: int = 100
    width: int = 6
    permission: Permission = Permission.VIEW


cards: Registry[Card] = Registry("dashboard card")
