"""Where the embedded server keeps its data and its socket, for any checkout and any user."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from portal.env import WrongSetting, text

# A Unix socket's path has room for 107 bytes.
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107


def home_below(var: Path, *, safe: bool = True) -> Path:
    """Return the folder of the cluster that belongs to `var`; one that is thrown away has its own.

    PostgreSQL refuses to run as root, so for root another user runs it, who must be able to reach the
    data: it then stands outside the checkout, which may lie in a private home folder.
    """
    kind = "" if safe else "-test"
    if chosen := text("SWITCHYARD_DATABASE_FOLDER"):
        return Path(f"{Path(chosen).resolve()}{kind}")
    if os.geteuid() != 0:
        return var.resolve() / f"postgres{kind}"
    return _public_parent() / f"switchyard{kind}-{digest(var)}"


def socket_folder(home: Path) -> Path:
    """Return a folder whose socket path fits: below `home`, or else below the temporary folder."""
    preferred = home / "run"
    if fits(preferred):
        return preferred
    return Path(tempfile.gettempdir()) / f"switchyard-{os.geteuid()}-{digest(home)}"


def fits(folder: Path) -> bool:
    """Say whether a socket in `folder` has a path short enough."""
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def digest(path: Path) -> str:
    """Return a short name that stands for a path."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def reachable(path: Path) -> bool:
    """Say whether every user may pass through all folders above `path`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def _public_parent() -> Path:
    for parent in (Path("/var/lib"), Path("/opt"), Path("/srv")):
        if parent.is_dir() and reachable(parent / "any"):
            return parent
    raise WrongSetting(
        "SWITCHYARD_DATABASE_FOLDER", "must name a folder that other users can reach: PostgreSQL does not run as root."
    )
