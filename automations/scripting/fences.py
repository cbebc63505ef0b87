"""What a script child does to itself before and after V8 starts. Standard library only.

Each fence is put up where the system allows it; the child reports which ones stand.
"""

import ctypes
import os
import resource
from pathlib import Path
from typing import Any

NOBODY = 65_534
MEGABYTE = 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


def fence(limits: dict[str, Any]) -> dict[str, bool]:
    """Set every limit the system grants before V8 starts; say which ones stand."""
    _limit(resource.RLIMIT_DATA, limits["child_data_mb"] * MEGABYTE)
    _limit(resource.RLIMIT_CPU, limits["child_cpu_seconds"])
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 16)
    return {
        "memory_limit": True,
        "first_to_be_ended": _first_to_be_ended(),
        "no_network": _leave_network(),
        "no_new_privileges": _libc.prctl(38, 1, 0, 0, 0) == 0,
    }


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _first_to_be_ended() -> bool:
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        return False
    return True


def _leave_network() -> bool:
    """A network namespace of its own, through a user namespace when we are not root."""
    new_network, new_user = 0x40000000, 0x10000000
    flags = new_network if os.geteuid() == 0 else new_network | new_user
    unshare = getattr(_libc, "unshare", None)
    return unshare is not None and unshare(flags) == 0


def leave_user() -> bool:
    """Become nobody. After V8 and our own files are loaded: they may lie where nobody cannot read."""
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        except OSError:
            return False
        return os.geteuid() == NOBODY
    return False


def die_with_parent() -> bool:
    """Ask the system to end this process with the thread that started it; a change of user forgets it."""
    return bool(_libc.prctl(1, 9, 0, 0, 0) == 0)
