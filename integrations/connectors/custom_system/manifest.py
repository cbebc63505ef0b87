"""A system of one's own that keeps the orders, too: an ERP, the books. Orders are pushed to it."""

from django.utils.translation import gettext_lazy as _

from integrations.custom import client
from integrations.custom.registered_hooks import HOOKS
from integrations.custom.rows import PUSHED
from integrations.kit.pushing import PushSettings
from integrations.manifest import Direction, Flow, Limits, Manifest, OwnApi, Role
from integrations.registry import connectors

CUSTOM_SYSTEM = connectors.register(
    "custom_system",
    Manifest(
        key="custom_system",
        name="Custom system",
        role=Role.BACK_OFFICE,
        summary=_("ERP, accounting…: orders are pushed to your system, and it says what it calls them."),
        logo="img/connectors/custom_system.svg",
        flows=(
            Flow(
                "orders",
                _("Orders"),
                {
                    Direction.PUSH: _("Sent to your system's address"),
                    Direction.DISABLED: _("Fetched by your system"),
                },
                built=frozenset({Direction.PUSH, Direction.DISABLED}),
                note=_("Sending needs an address under Connection."),
            ),
        ),
        settings=PushSettings,
        limits=Limits(per_second=20, burst=40),
        poll_seconds=60,
        client=client.SystemClient,
        own_api=OwnApi(scopes=("system:orders",)),
        hooks=HOOKS,
        error_code=client.error_code,
        mappings={"orders": PUSHED},
    ),
)
