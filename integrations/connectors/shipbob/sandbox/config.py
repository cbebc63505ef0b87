"""How strict the stand-in shall be, and who may call it."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Clock = Callable[[], float]

DEFAULT_DATA = "sandbox-shipbob.sqlite3"
"""The file that keeps everything, below `SWITCHYARD_VAR`."""
VERSIONS = ("2025-07", "2026-01", "2026-07")
"""Those that are supported; the older ones have been switched off."""

READING, WRITING = 100_417, 100_418
"""The channels of the account: the first may only be looked at, the second takes orders."""
SCOPES = (
    "channels_read", "orders_read", "orders_write", "products_read", "products_write", "inventory_read",
    "inventory_write", "locations_read", "webhooks_read", "webhooks_write",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """One running sandbox. ``clock`` gives UNIX seconds.

    ``automatic`` ships whatever comes after so many seconds; None leaves it to a person. ``pieces`` lie on each shelf
    at first. ``webhook_scale`` shortens the waits between the tries of a webhook.
    """

    rate_limit: int = 150
    automatic: float | None = None
    pieces: int = 480
    webhook_scale: float = 1.0
    clock: Clock = time.time


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Read the limit where the portal reads it too, so that both sides agree."""
    values = os.environ if environment is None else environment
    automatic = values.get("SHIPBOB_SANDBOX_AUTOMATIC", "")
    return Config(
        rate_limit=int(values.get("SHIPBOB_CALLS_PER_MINUTE") or Config().rate_limit),
        automatic=float(automatic) if automatic else None,
        pieces=int(values.get("SHIPBOB_SANDBOX_PIECES") or Config().pieces),
    )
