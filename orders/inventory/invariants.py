"""What must always be true of stock (I9 of reliability.md)."""

from orders.inventory.movements import NAMES, QUANTITIES
from portal.kit.invariants import invariant

_SUMS = ", ".join(f"sum({name}) AS {name}" for name in QUANTITIES)
_DIFFERS = " OR ".join(f"l.{name} <> coalesce(e.{name}, 0)" for name in QUANTITIES)
_ROWS = ", ".join(
    f"CASE WHEN l.{name} <> coalesce(e.{name}, 0) THEN '{NAMES[name]} ' || l.{name} || ' instead of ' "
    f"|| coalesce(e.{name}, 0) END"
    for name in QUANTITIES
)

DIFFERENCES = f"""
SELECT l.sku || ' at ' || coalesce(w.name, 'no location') || ': ' || concat_ws(', ', {_ROWS}) AS told,
       l.organization_id, l.sku_folded
FROM orders_inventorylevel l
LEFT JOIN (SELECT level_id, {_SUMS} FROM orders_ledgerentry GROUP BY level_id) e ON e.level_id = l.id
LEFT JOIN orders_location w ON w.id = l.location_id
WHERE {_DIFFERS}
"""  # noqa: S608 - names of our own columns
"""Levels that are not the sum of their ledger, each in a sentence, with organization and folded SKU."""

LEVELS_ARE_SUMS = invariant(
    "inventory.levels_are_sums",
    "Each level of stock is the sum of its ledger",
    f"SELECT told FROM ({DIFFERENCES}) AS d",  # noqa: S608
)

VIRTUAL_IS_NEEDED = invariant(
    "inventory.virtual_is_needed",
    "What is committed without a location is what orders need that are not routed yet",
    """
    SELECT coalesce(l.sku, v.sku_folded) || ': ' || coalesce(l.committed, 0) || ' instead of ' || coalesce(v.units, 0)
    FROM (SELECT * FROM orders_inventorylevel WHERE location_id IS NULL) l
    FULL JOIN (SELECT organization_id, sku_folded, sum(quantity) AS units FROM orders_virtualcommit GROUP BY 1, 2) v
           ON v.organization_id = l.organization_id AND v.sku_folded = l.sku_folded
    WHERE coalesce(l.committed, 0) <> coalesce(v.units, 0)
    """,
)
