"""What channels were told of a product's stock: others know, the page of the product only shows it.

    tellers.register("integrations", told)      # (organization id, SKU) -> Telling by the source's id

It is asked once for all channels of a product.
"""

from collections.abc import Callable, Mapping

from orders.fulfillments.telling import Telling
from portal.kit.registry import Registry

Teller = Callable[[int, str], Mapping[int, Telling]]
tellers: Registry[Teller] = Registry("teller of stock")


def tellings(organization_id: int, sku: str) -> dict[int, Telling]:
    """Return what each channel was told of how much there is of a SKU, by the source's id."""
    found: dict[int, Telling] = {}
    for teller in tellers.all():
        found |= teller(organization_id, sku)
    return found
