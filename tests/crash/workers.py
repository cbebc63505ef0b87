"""Real worker processes of a test: started, killed at random, started again."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = ("keeper", "cluster", "sentinel", "worker", "script")
"""What may die: who keeps the cluster, its first process, the one that looks after the others, those (they work,
hand tasks out and take results), and the children that run JavaScript."""


class Workers:
    """`manage.py work` on the test's database, as a supervisor would keep it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {
            **os.environ,
            **env,
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "CRASH_DATABASE": str(connection.settings_dict["NAME"]),
            # What a supervisor on a machine gives it three minutes for, the test sees in seconds.
            "SWITCHYARD_WORK_SILENCE": "20",
            "SWITCHYARD_WORK_GRACE": "5",
            "LOG_LEVEL": "ERROR",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.killed: list[str] = []

    def keep_running(self) -> None:
        """Start the workers where they do not run (any more)."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "work"],
                cwd=ROOT, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def kill(self, kind: str, chance: random.Random, stir: Callable[[], object]) -> list[psutil.Process]:
        """Kill one process of a kind by signal 9 as soon as there is one; returns all that ran beside it.

        `stir` is called as long as there is none: some run only while there is something to do.
        """
        found: dict[str, list[psutil.Process]] = {}

        def there() -> bool:
            self.keep_running()
            found.update(self._tree())
            if not found[kind]:
                stir()
            return bool(found[kind])

        until(there, seconds=60, what=f"A {kind}")
        victim = chance.choice(found[kind])
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself, which is as sudden to the others
            victim.kill()
        self.killed.append(kind)
        return [one for some in found.values() for one in some if one != victim]

    def _tree(self) -> dict[str, list[psutil.Process]]:
        """Return the processes that run, by kind: each is a child of one of the kind before it."""
        assert self._process is not None
        found: dict[str, list[psutil.Process]] = {kind: [] for kind in KINDS}
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            keeper = psutil.Process(self._process.pid)
            found["keeper"] = [keeper]
            found["cluster"] = keeper.children()
            found["sentinel"] = [two for one in found["cluster"] for two in one.children()]
            for one in [three for two in found["sentinel"] for three in two.children()]:
                found["worker"].append(one)
                found["script"] += one.children()
        return found

    def running(self) -> list[psutil.Process]:
        """Return every process of the tree."""
        return [one for some in self._tree().values() for one in some] if self._process else []

    def stop(self) -> None:
        """End everything, gently first."""
        tree = self.running()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        for left in tree:
            if left.is_running():
                left.kill()
        psutil.wait_procs(tree, timeout=10)


def until(happened: Callable[[], bool], *, seconds: float, what: str, state: Callable[[], str] = str) -> None:
    """Wait until the database says so. Raises AssertionError that names what did not happen."""
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s: {state()}")
        time.sleep(0.1)
