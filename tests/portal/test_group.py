"""Ending a child process and what it started."""

import os
import signal
import sys

from portal.kit.group import Group, leaving

_STUBBORN = (
    "import os, signal, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "os.write(int(sys.argv[1]), b'up\\n')\n"
    "signal.pause()\n"
)
_HEEDS_THE_PIPE = (
    "import os, select, signal, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "os.write(int(sys.argv[1]), b'up\\n')\n"
    "poll = select.poll()\n"
    "poll.register(int(os.environ['SWITCHYARD_LEAVING_FD']), select.POLLHUP)\n"
    "poll.poll(20_000)\n"
)
_HAS_A_STUBBORN_CHILD = (
    "import subprocess, sys\n"
    f"subprocess.Popen([sys.executable, '-c', {_STUBBORN!r}, sys.argv[1]], pass_fds=(int(sys.argv[1]),))\n"
)


def start(code: str) -> tuple[Group, int]:
    """Start a program that says “up” on a pipe, and wait until it has said so. Returns the pipe too."""
    reading, writing = os.pipe()
    group = Group([sys.executable, "-c", code, str(writing)], pass_fds=(writing,))
    os.close(writing)
    assert os.read(reading, 3) == b"up\n"
    return group, reading


def test_work_that_heeds_the_pipe_ends_by_itself() -> None:
    group, told = start(_HEEDS_THE_PIPE)
    assert group.ended() is None
    assert group.stop(seconds=20) is True
    assert group.ended() == 0
    os.close(told)


def test_a_stubborn_child_is_killed_after_its_time() -> None:
    group, told = start(_STUBBORN)
    assert group.stop(seconds=0.05) is False
    assert group.ended() == -signal.SIGKILL
    os.close(told)


def test_what_the_child_has_started_dies_with_its_group() -> None:
    group, told = start(_HAS_A_STUBBORN_CHILD)
    group.kill()
    assert os.read(told, 1) == b""  # the grandchild, which alone still held the other end, is gone
    os.close(told)


def test_nobody_is_leaving_outside_a_group() -> None:
    assert leaving() is False
