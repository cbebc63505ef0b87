"""What a connector's client can do beyond telling whose account it is: one protocol for each thing that travels. Pure.

A client implements those that its flows need; the kit asks `isinstance` and does everything else: when to ask, what
to remember, what to repeat. Methods make calls and decide nothing. Each raises `integrations.kit.errors.OutsideFailed`.
"""

from integrations.capabilities.keeping import Booked, OutgoingOrder, TakesOrders
from integrations.capabilities.products import KnowsSkus, SellsProducts, TakesProducts
from integrations.capabilities.selling import LooksAhead, OutgoingParcel, SellsOrders, TakesParcels
from integrations.capabilities.shipping import (
    CancelAnswer,
    CountsStock,
    ItemRecord,
    KeepsItems,
    OffersMethods,
    Outgoing,
    OutgoingLine,
    Placed,
    Reports,
    ShipsRequests,
    Trouble,
)
from integrations.capabilities.stock import MovesStock, Shown, StockItem, TakesStock

__all__ = [
    "Booked",
    "CancelAnswer",
    "CountsStock",
    "ItemRecord",
    "KeepsItems",
    "KnowsSkus",
    "LooksAhead",
    "MovesStock",
    "OffersMethods",
    "Outgoing",
    "OutgoingLine",
    "OutgoingOrder",
    "OutgoingParcel",
    "Placed",
    "Reports",
    "SellsOrders",
    "SellsProducts",
    "ShipsRequests",
    "Shown",
    "StockItem",
    "TakesOrders",
    "TakesParcels",
    "TakesProducts",
    "TakesStock",
    "Trouble",
]
