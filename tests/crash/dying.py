"""Work in a process of its own, which is killed by signal 9: a child of the test's, as workers are of their cluster."""

import os
import signal
import traceback
import uuid
from collections.abc import Callable
from typing import NoReturn

from django.db import connection, connections

from portal.kit import failpoints
from tests.crash.workers import until

SECONDS = 60
Work = Callable[[], object]


def die(point: str, work: Work) -> None:
    """Do some work in a process that dies at a failpoint, and wait until the server has ended its sessions.

    A moment longer they hold the locks that the dead one held, and who passes over what is locked would find nothing.
    """
    name = f"dies {uuid.uuid4()}"
    _ended(_started(work, point, name))
    until(lambda: not _sessions(name), what="The end of the dead process's sessions", seconds=30)


def kill_when(happened: Callable[[], bool], work: Work) -> None:
    """Do some work in a process that is killed as soon as something has happened."""
    pid = _started(work)
    try:
        until(happened, seconds=30, what="What the process was to be killed at")
    finally:
        os.kill(pid, signal.SIGKILL)
        _ended(pid)


def _started(work: Work, point: str = "", name: str = "") -> int:
    pid = os.fork()
    if pid == 0:
        _work(work, point, name)
    return pid


def _work(work: Work, point: str, name: str) -> NoReturn:
    try:
        signal.alarm(SECONDS)
        os.environ["PGAPPNAME"] = name
        _parents = [_left_alone(one.alias) for one in connections.all()]
        failpoints._points = {point: ("kill", 1)}
        work()
    except BaseException:
        traceback.print_exc()  # the child's own, which nobody would see otherwise
    finally:
        os._exit(1)  # nothing of the test may go on here


def _left_alone(alias: str) -> object:
    """Take the parent's session from a connection, unclosed, so that it opens one of its own."""
    session, connections[alias].connection = connections[alias].connection, None
    return session


def _ended(pid: int) -> None:
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"It ended by itself, with code {os.waitstatus_to_exitcode(status)}."
    assert os.WTERMSIG(status) == signal.SIGKILL, f"It was ended by signal {os.WTERMSIG(status)}."


def _sessions(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [name])
        return int(cursor.fetchone()[0])
