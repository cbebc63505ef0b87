"""Stock: what happened is written into a ledger, and the levels are its sum.

Working on … ? What can happen: `movements`. Writing it: `post`. For shipping requests and fulfillments:
`commits`. For orders that are not routed yet: `virtual`. What channels are told: `promise`. What people
do: `editing`, `locking`. What warehouses report: `take`.
"""

from orders.inventory.levels import Stock, availability, has_stock, lock_levels
from orders.inventory.movements import EVENTS, Movement, NotOfThisEvent
from orders.inventory.post import post

__all__ = ["EVENTS", "Movement", "NotOfThisEvent", "Stock", "availability", "has_stock", "lock_levels", "post"]
