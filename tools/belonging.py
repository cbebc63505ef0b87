"""Whether the embedded database is the one of this folder of files, or was left by a checkout that is gone.

For root the data stand outside of the checkout and outlive it; the keys do not. So both carry the same mark. Data of
another mark cannot be read with the keys here: they are set aside under another name, and a fresh database is made.
"""

import fcntl
import os
import secrets
import time
from pathlib import Path

from portal.kit.postgres.cluster import Cluster
from tools.steps import Stop

MARK = "database_id"
"""The file that carries the mark, in the folder of files and beside the data."""
_CHOSEN = ("SWITCHYARD_DATABASE_FOLDER", "CREDENTIAL_KEYS", "CREDENTIAL_KEY", "CREDENTIAL_KEY_FILE")
"""Who says where the data are, or gives keys that are kept elsewhere, means these data."""


def check(cluster: Cluster, var: Path) -> Path | None:
    """Set the data aside where they belong to another folder of files. Returns where they are then.

    Raises Stop where they are in use, or cannot be moved.
    """
    if not (cluster.data / "PG_VERSION").exists() or _is_ours(cluster, var):
        return None
    aside = cluster.home.with_name(f"{cluster.home.name}-until-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        handle = os.open(cluster.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            cluster.stop()
            cluster.home.rename(aside)
        finally:
            os.close(handle)
    except BlockingIOError:
        raise Stop(f"The database in {cluster.home} is used by programs of a checkout that is gone; end them first.")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Stop(
            f"The database in {cluster.home} was made by a checkout that is gone, and cannot be set aside ({reason}); "
            "SWITCHYARD_DATABASE_FOLDER names another place."
        )
    return aside


def note(cluster: Cluster, var: Path) -> None:
    """Give the data and the folder of files the same mark, where one of them has none."""
    mark = _read(cluster.home) or _read(var) or secrets.token_hex(8)
    for folder in (cluster.home, var):
        if _read(folder) != mark:
            (folder / MARK).write_text(f"{mark}\n")


def _is_ours(cluster: Cluster, var: Path) -> bool:
    theirs, mine = _read(cluster.home), _read(var)
    if any(os.environ.get(name) for name in _CHOSEN):
        return True
    if not theirs:  # made before there were marks: with the keys that are here, if there are any
        return (var / "credential_key").exists()
    return theirs == mine


def _read(folder: Path) -> str:
    file = folder / MARK
    return file.read_text().strip() if file.exists() else ""
