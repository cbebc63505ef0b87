"""A shop of one's own: it sends its orders and products, and is told of parcels and stock."""

from django.utils.translation import gettext_lazy as _

from integrations.custom import client, mapping
from integrations.custom.registered_hooks import HOOKS
from integrations.custom.rows import FULFILLMENTS_OUT, ORDERS, PRODUCTS
from integrations.manifest import Direction, Flow, Limits, Manifest, OwnApi, Role
from integrations.registry import connectors

_PULL, _PUSH, _OFF = Direction.PULL, Direction.PUSH, Direction.DISABLED

CUSTOM_STORE = connectors.register(
    "custom_store",
    Manifest(
        key="custom_store",
        name="Custom store",
        role=Role.SELLING_CHANNEL,
        summary=_("A shop of your own. It sends orders to our API, or as files; we tell its address what was shipped."),
        logo="img/connectors/custom_store.svg",
        flows=(
            Flow(
                "orders",
                _("Orders"),
                {_PULL: _("Sent by your shop"), _OFF: _("Disabled")},
                initial=_PULL,
                built=frozenset({_PULL, _OFF}),
                asked=False,
            ),
            Flow(
                "products",
                _("Products"),
                {_PULL: _("Sent by your shop"), _OFF: _("Disabled")},
                initial=_PULL,
                built=frozenset({_PULL, _OFF}),
                asked=False,
            ),
            Flow(
                "fulfillments",
                _("Fulfillments"),
                {_PUSH: _("Told to your shop's address"), _OFF: _("Fetched by your shop")},
                built=frozenset({_PUSH, _OFF}),
                note=_("Telling needs an address under Connection."),
            ),
            Flow(
                "inventory",
                _("Inventory"),
                {_PUSH: _("Told to your shop's address"), _OFF: _("Fetched by your shop")},
                built=frozenset({_PUSH, _OFF}),
                note=_("Telling needs an address under Connection."),
            ),
        ),
        settings=mapping.StoreSettings,
        limits=Limits(per_second=20, burst=40),
        poll_seconds=60,
        client=client.StoreClient,
        own_api=OwnApi(scopes=("store:orders", "store:products", "store:fulfillments", "store:stock")),
        hooks=HOOKS,
        error_code=client.error_code,
        mappings={"orders": ORDERS, "products": PRODUCTS, "fulfillments": FULFILLMENTS_OUT},
    ),
)
