"""Updated product: runs when a product is made, and whenever it changes (behaviour.md 4.1).

What rules note does not run it again.
"""

from automations.engine.triggers import Trigger, triggers
from orders.documents.product import ENTITY, PRODUCT
from portal.filters.mark import gettext_noop as _

UPDATED_PRODUCT = triggers.register(
    "UPDATED_PRODUCT",
    Trigger(
        "UPDATED_PRODUCT",
        _("Updated product"),
        ENTITY,
        frozenset({"product.created", "product.updated"}),
        PRODUCT.updated(),
        lambda document: True,
        explains=_("Runs when a product is added, or changed by its channel, by a file or by a person."),
        position=10,
    ),
)
