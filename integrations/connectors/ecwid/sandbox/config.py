"""Who the calling application is, and how strict the stand-in shall be."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Clock = Callable[[], float]

DEFAULT_STORE_ID = 1003
DEFAULT_DATA = "sandbox-ecwid.sqlite3"
"""The file that keeps everything, below `SWITCHYARD_VAR`."""

# Every scope the application may ask for, in words a shop owner understands.
SCOPES: dict[str, str] = {
    "read_store_profile": "See the store's name, address, currency and shipping options",
    "read_catalog": "See products, variations and stock",
    "update_catalog": "Change products, prices and stock",
    "create_catalog": "Add new products",
    "read_orders": "See orders with customers and addresses",
    "update_orders": "Change orders: status, tracking number, notes; delete orders",
    "create_orders": "Add new orders",
    "public_storefront": "See what every visitor of the shop can see",
}

# The set a private application gets from the vendor without asking for more.
PRIVATE_SCOPES = (
    "read_store_profile",
    "read_catalog",
    "update_catalog",
    "create_catalog",
    "read_orders",
    "update_orders",
    "public_storefront",
)


@dataclass(frozen=True, slots=True)
class Config:
    """One running sandbox. ``clock`` gives UNIX seconds; ``webhook_pause`` is the first wait between tries."""

    client_id: str = "switchyard-sandbox"
    client_secret: str = "switchyard-sandbox-secret"  # noqa: S105 - a stand-in has no secrets
    app_name: str = "Switchyard"
    redirect_url: str = ""
    webhook_url: str = ""
    rate_limit: int = 600
    code_minutes: int = 5
    webhook_pause: float = 2.0
    clock: Clock = time.time


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Read client id and secret where the portal reads them too, so that both sides agree by default."""
    values = os.environ if environment is None else environment
    plain = Config()
    return Config(
        client_id=values.get("ECWID_CLIENT_ID") or plain.client_id,
        client_secret=values.get("ECWID_CLIENT_SECRET") or plain.client_secret,
        redirect_url=values.get("ECWID_REDIRECT_URL", ""),
        webhook_url=values.get("ECWID_WEBHOOK_URL", ""),
    )
