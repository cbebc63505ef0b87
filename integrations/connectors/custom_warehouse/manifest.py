"""A warehouse of one's own, or an ERP that runs one: it takes shipping requests, and reports parcels and stock."""

from django.utils.translation import gettext_lazy as _

from integrations.custom import client, mapping
from integrations.custom.registered_hooks import HOOKS
from integrations.custom.rows import FULFILLMENTS_IN, INVENTORY, REQUESTS
from integrations.manifest import Direction, Flow, Limits, Manifest, OwnApi, Role
from integrations.registry import connectors

_PULL, _PUSH, _OFF = Direction.PULL, Direction.PUSH, Direction.DISABLED

CUSTOM_WAREHOUSE = connectors.register(
    "custom_warehouse",
    Manifest(
        key="custom_warehouse",
        name="Custom warehouse",
        role=Role.FULFILLMENT_CHANNEL,
        summary=_("A warehouse program or ERP of your own. It gets shipping requests, and reports parcels and stock."),
        logo="img/connectors/custom_warehouse.svg",
        flows=(
            Flow(
                "shipping_requests",
                _("Shipping requests"),
                {_PUSH: _("Sent to your warehouse's address"), _OFF: _("Fetched by your warehouse")},
                built=frozenset({_PUSH, _OFF}),
                note=_("Sending needs an address under Connection."),
            ),
            Flow(
                "fulfillments",
                _("Fulfillments"),
                {_PULL: _("Reported by your warehouse")},
                initial=_PULL,
                fixed=True,
                built=frozenset({_PULL}),
                asked=False,
            ),
            Flow(
                "inventory",
                _("Inventory"),
                {_PULL: _("Reported by your warehouse"), _OFF: _("Disabled")},
                initial=_PULL,
                built=frozenset({_PULL, _OFF}),
                asked=False,
            ),
            Flow(
                "locations",
                _("Locations"),
                {_PULL: _("Told by your warehouse")},
                initial=_PULL,
                fixed=True,
                built=frozenset({_PULL}),
                asked=False,
                note=_("Always on: a shipping request goes to one of them."),
            ),
        ),
        settings=mapping.WarehouseSettings,
        limits=Limits(per_second=20, burst=40),
        poll_seconds=60,
        client=client.WarehouseClient,
        own_api=OwnApi(
            scopes=("warehouse:requests", "warehouse:fulfillments", "warehouse:stock", "warehouse:locations")
        ),
        hooks=HOOKS,
        error_code=client.error_code,
        mappings={"shipping_requests": REQUESTS, "fulfillments": FULFILLMENTS_IN, "inventory": INVENTORY},
    ),
)
