"""Who runs the embedded server: the user at hand, or `pgserver` where that is root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from portal.env import WrongSetting

NAME = "pgserver"


def run_as() -> dict[str, Any]:
    """Return what `subprocess.run` needs to run a program as the server's user."""
    if os.geteuid() != 0:
        return {}
    owner = _owner()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def make_folder(folder: Path) -> None:
    """Make a folder that the server's user alone may enter. Raises WrongSetting where it belongs to another."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = _owner()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    except PermissionError:
        raise WrongSetting("The embedded database", f"cannot be kept in {folder}: no permission to write there.")
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), _owner_id()):
        raise WrongSetting("The embedded database", f"cannot be kept in {folder}, which belongs to another user.")


def _owner_id() -> int:
    return _owner().pw_uid if os.geteuid() == 0 else os.geteuid()


def _owner() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        _make_user()
        return pwd.getpwnam(NAME)


def _make_user() -> None:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is None:
        raise WrongSetting(
            "The embedded database", f"needs a user “{NAME}” when root starts it; make one, or use another user."
        )
    subprocess.run(
        [command, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME],
        check=False,  # another process may have made it at the same moment
        capture_output=True,
    )
