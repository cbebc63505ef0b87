"""The door to the database server: the embedded PostgreSQL under var/, or the one of `DATABASE_URL`.

Named as an ENGINE, this package is Django's PostgreSQL backend (`base.py`) that starts the embedded
server on the first connection.
"""

from pathlib import Path
from typing import Any

from portal.kit.postgres.address import parse
from portal.kit.postgres.cluster import Cluster

LOCK_TIMEOUT = "5s"
IDLE_IN_TRANSACTION = "60s"
POOL = {"min_size": 1, "max_size": 12, "timeout": 10}


def django_settings(
    database_url: str, *, var: Path, pool: bool, statement_timeout: int | None = None, safe: bool = True
) -> dict[str, Any]:
    """Return one entry of Django's DATABASES.

    `pool` is for web processes alone: a pool does not survive the fork of queue workers.
    `statement_timeout` is in seconds (0: none); web requests get 30 and everything else 60.
    `safe=False` gives up crash safety for speed, for the throw-away server of the tests.
    Raises WrongSetting for an address that cannot be read.
    """
    settings = parse(database_url) if database_url else _embedded(Cluster.below(var, safe=safe))
    seconds = statement_timeout if statement_timeout is not None else (30 if pool else 60)
    settings["OPTIONS"] |= {"options": _session(seconds), **({"pool": dict(POOL)} if pool else {})}
    return settings | {"CONN_MAX_AGE": 0 if pool else 600, "CONN_HEALTH_CHECKS": True}


def _embedded(cluster: Cluster) -> dict[str, Any]:
    return {
        "ENGINE": "portal.kit.postgres",
        "NAME": cluster.database,
        "USER": cluster.superuser,
        "HOST": str(cluster.socket_folder),
        "CLUSTER": cluster,
        "OPTIONS": {},
    }


def _session(statement_timeout: int) -> str:
    chosen = {
        "lock_timeout": LOCK_TIMEOUT,
        "statement_timeout": f"{statement_timeout}s",
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        "timezone": "UTC",
        # A page must not take every core, and starting the helpers costs more than its queries do.
        "max_parallel_workers_per_gather": 0,
    }
    return " ".join(f"-c {name}={value}" for name, value in chosen.items())
