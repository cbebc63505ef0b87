"""What people and rules have set of a product that integrations report, and what follows from it. Pure.

The owner's report is the product, except where somebody has set a field here (`Product.kept`): that stays, whatever
is reported, until it is given back with *Use the channel's value*. Beside the mark stands what the integration says
of the field, so that giving it back shows its value at once. A rule that takes a value away gives it back.
"""

from typing import TYPE_CHECKING, Any

from orders.documents.product import REPORTED, fields_of
from portal.audit.actor import Actor
from portal.kit.json import Json

if TYPE_CHECKING:
    from orders.models import Product
    from orders.products.write import Step

SETTERS = frozenset({"user", "rule"})
PARENT = "parentProductId"
_PARTS = "bundleItems"


def pinnable(product: "Product") -> Json:
    """Return what integrations may say of a product and people set otherwise, as it stands."""
    own = {key: value for key, value in fields_of(product).items() if key in REPORTED}
    parts = [{"sku": one.sku, "quantity": one.quantity} for one in product.parts]
    parent = {PARENT: product.parent.public_id} if product.parent is not None else {}
    return own | ({_PARTS: parts} if parts else {}) | parent


def is_reported(product: "Product") -> bool:
    """Say whether an integration reports the product: only then is there something to keep against."""
    return any(one.ext_product_api_id for one in product.channels)


def marked(product: "Product", before: Json, step: "Step") -> Json:
    """Return the marks after a step that has changed a product, which was so before."""
    kept, after = product.kept, pinnable(product)
    marks = {path: mark for path, mark in kept.items() if path not in step.gives_back}
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    if step.by.kind in SETTERS and is_reported(product):
        for key in sorted(changed):
            path = f"/{key}"
            if path in step.gives_back or (step.by.kind == "rule" and key not in after):
                marks.pop(path, None)
            else:
                theirs = marks.get(path, {}).get("theirs", before.get(key))
                marks[path] = _mark(step.by, theirs)
    if step.theirs is not None:
        marks = {path: mark | _theirs(step.theirs.get(path[1:])) for path, mark in marks.items()}
    return marks


def _mark(by: Actor, theirs: Any) -> Json:
    return {"kind": by.kind, "id": by.id, "name": by.name} | _theirs(theirs)


def _theirs(value: Any) -> Json:
    return {"theirs": value}


def allowed(told: Json, kept: Json) -> Json:
    """Return what counts of an integration's report: everything but what was set here."""
    return {key: value for key, value in told.items() if f"/{key}" not in kept}
