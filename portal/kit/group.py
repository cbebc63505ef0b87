"""A child process with everything it starts: ended gently, or all of it at once.

The child leads a process group of its own, so that a signal sent to this process does not reach its
helpers, and so that what it leaves behind can be ended together (reliability.md B5). It also inherits
the reading end of a pipe whose writing end only this process has: when that closes, because we are
stopping or because we died, long work in the child knows that it shall come to an end.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

LEAVING_FD = "SWITCHYARD_LEAVING_FD"
_PR_SET_PDEATHSIG = 1


class Group:
    """A running child and its descendants."""

    def __init__(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
    ) -> None:
        reading, self._writing = os.pipe()
        os.set_inheritable(reading, True)
        self._child = subprocess.Popen(
            list(command),
            env={**(os.environ if env is None else env), LEAVING_FD: str(reading)},
            pass_fds=(reading, *pass_fds),
            process_group=0,
            preexec_fn=_end_with_parent,
        )
        os.close(reading)

    @property
    def pid(self) -> int:
        """Process ID of the child, and the ID of its group."""
        return self._child.pid

    def ended(self) -> int | None:
        """Return the child's exit code, or None while it runs."""
        return self._child.poll()

    def stop(self, *, seconds: float) -> bool:
        """Ask the child to end, and nobody else of its group; after `seconds`, kill them all.

        Returns whether it ended by itself in time.
        """
        self._say_leaving()
        if self._child.poll() is None:
            self._child.terminate()
        try:
            self._child.wait(timeout=seconds)
            gently = True
        except subprocess.TimeoutExpired:
            gently = False
        self.kill()
        return gently

    def kill(self) -> None:
        """End the whole group by signal 9: also what outlived its leader."""
        self._say_leaving()
        with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody of it may be left
            os.killpg(self.pid, signal.SIGKILL)
        self._child.wait()

    def _say_leaving(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1


def leaving() -> bool:
    """Say whether the process that started this group is stopping or gone. False outside a group."""
    name = os.environ.get(LEAVING_FD, "")
    if not name.isdecimal():
        return False
    poll = select.poll()
    poll.register(int(name), select.POLLHUP)
    return bool(poll.poll(0))


def hold_together(*, grace: float) -> None:
    """Call it in a child that leads a group: what it forks lives no longer than its parent, the group no longer
    than the process that started it and `grace` seconds to end gently.

    A helper whose parent was killed would go on taking work that nobody carries out any more.
    """
    if sys.platform == "linux":
        os.register_at_fork(before=_remember_parent, after_in_child=_die_with_parent)
    threading.Thread(target=_end_when_left, args=(grace,), daemon=True).start()


def _end_when_left(grace: float) -> None:
    name = os.environ.get(LEAVING_FD, "")
    if not name.isdecimal():
        return
    poll = select.poll()
    poll.register(int(name), select.POLLHUP)
    while not poll.poll():
        pass
    time.sleep(grace)  # whoever ends in time takes this thread with him
    os.killpg(os.getpgrp(), signal.SIGKILL)


_parent = 0


def _remember_parent() -> None:
    global _parent
    _parent = os.getpid()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != _parent:  # it was killed before it could be named to the system
        os.kill(os.getpid(), signal.SIGKILL)


def _end_with_parent() -> None:
    # Linux tells the child when this process is killed and can stop nothing any more.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
