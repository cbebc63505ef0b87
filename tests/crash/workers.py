"""Real worker processes of a test: started, killed at random, started again."""

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


class Workers:
    """`manage.py work` on the test's database, as a supervisor would keep it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {
            **os.environ,
            **env,
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "CRASH_DATABASE": str(connection.settings_dict["NAME"]),
            # What a supervisor on a machine gives it three minutes for, the test sees in seconds.
            "SWITCHYARD_WORK_SILENCE": "12",
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

    def kill_one(self, chance: random.Random) -> None:
        """Kill one process of the tree by signal 9: the keeper, the cluster, a worker or a script child."""
        tree = self._tree()
        if tree:
            victim = chance.choice(tree)
            try:
                name = " ".join(victim.cmdline()[1:4])
                victim.kill()
            except psutil.NoSuchProcess:  # it had ended by itself
                return
            self.killed.append(name)

    def _tree(self) -> list[psutil.Process]:
        assert self._process is not None
        try:
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """End everything, gently first."""
        tree = self._tree() if self._process else []
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
