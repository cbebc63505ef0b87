"""The inputs of conditions in the style guide: one of each kind, on the fields of the list of orders."""

from dataclasses import dataclass

from portal.filters.fields import Catalogue
from portal.ui.inputs import ValueInput, value_input
from portal.ui.lists import list_page, list_pages

LIST = "orders"
_SHOWN = (
    ("status", "is_one_of", ("onHold", "reviewRequired"), ""),
    ("status", "equals", ("new",), ""),
    ("tags", "contains_any", ("vip", "gift"), ""),
    ("lineItems.sku", "equals", ("TEA-1",), ""),
    ("shippingAddress.country", "equals", ("AT",), ""),
    ("shippingAddress.country", "is_one_of", ("AT", "DE"), ""),
    ("totalPrice", "between", ("10", "99.50"), ""),
    ("extOrderCreatedAt", "in_last", ("7",), "days"),
    ("extOrderCreatedAt", "between", ("2026-01-05", "2026-01-09T10:10"), ""),
    ("extOrderCreatedAt", "on_weekday", ("monday", "sunday"), ""),
    ("extOrderCreatedAt", "time_between", ("08:00", "17:30"), ""),
    ("tags", "length_gt", ("2",), ""),
    ('customFields["Gift wrap"]', "contains", ("red",), ""),
    ("orderNote", "matches", ("*call*",), ""),
)


@dataclass(frozen=True)
class KitCondition:
    """One condition of the guide: the name of its field in the form, the path, and its value's input."""

    name: str
    path: str
    input: ValueInput


def catalogue() -> Catalogue | None:
    """Return the fields of the list of orders, if there is one."""
    return list_page(LIST).target.catalogue if LIST in list_pages else None


def conditions(fields: Catalogue) -> list[KitCondition]:
    """Return a condition of each kind."""
    made = []
    for number, (path, operator, values, unit) in enumerate(_SHOWN):
        name = f"f.{number}"
        shown = value_input(fields.get(path), operator, values, unit, entity=fields.entity, name=name)
        made.append(KitCondition(f"{name}.field", path, shown))
    return made
