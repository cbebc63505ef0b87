"""One child process: started, asked, ended."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from automations.scripting.limits import Limits
from automations.scripting.wire import Frame, Gone, Late, Malformed, Pipes

ROOT = Path(__file__).parents[2]
# Isolated mode knows no folder but the interpreter's own, so the child is told where the code lies.
START = "import sys; sys.path.insert(0, sys.argv[1]); from automations.scripting.child import main; main()"
MUST_STAND = ("no_code_from_text", "heap_limit", "stack_limit", "memory_limit")


class NotStarted(Exception):
    """The script process could not be started, or its fences do not stand."""


class DiedAtStart(NotStarted):
    """It ended, or said nothing in time, before it was ready."""


class Worker:
    """A child process and the pipes to it. One message at a time; the pool sees to that."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fences: dict[str, bool] = {}
        self.retired = False
        self._greeted = False
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-IB", "-c", START, str(ROOT), json.dumps(limits.for_child())],
                stdin=theirs_in,
                stdout=theirs_out,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LANG": "C"},
            )
        except BaseException:
            os.close(ours_in)
            os.close(ours_out)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self.pipes = Pipes(ours_out, ours_in)

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._process.pid

    def greet(self) -> None:
        """Wait until the child is ready. Raises NotStarted."""
        if self._greeted:
            return
        try:
            hello = self.pipes.receive(time.monotonic() + self.limits.start_seconds).get("hello")
        except (Gone, Late, Malformed) as error:
            raise DiedAtStart("The script process did not start.") from error
        missing = [name for name in MUST_STAND if not isinstance(hello, dict) or hello.get(name) is not True]
        if missing:
            raise NotStarted(f"The script process is not fenced in as it must be ({', '.join(missing)}).")
        self.fences = dict(hello or {})
        self._greeted = True

    def ask(self, header: Frame, body: list[bytes], patience: float) -> Iterator[Frame]:
        """Send one message and give its answers as they come, each within `patience` seconds.

        Raises Gone, Late or Malformed; the worker must then be ended.
        """
        self.pipes.send(header, body, time.monotonic() + patience)
        while True:
            frame = self.pipes.receive(time.monotonic() + patience)
            yield frame
            if "end" in frame:
                return
            if frame.get("done"):
                self.retired = frame.get("retire") is True
                return

    def usable(self) -> bool:
        """True while the child lives and need not be replaced."""
        return not self.retired and self._process.poll() is None

    def finish(self) -> int:
        """End the child at once and wait for it. Returns how it ended: its code, or minus its signal."""
        if self._process.returncode is None:
            # One that says it ends, or has crashed, is given the moment that takes; its code tells why.
            self._process.kill()
        code = self._process.wait()
        self.pipes.close()
        return code

    def ended_by_itself(self, seconds: float = 1.0) -> int | None:
        """How a child that closed its pipe has ended, or None when it has not ended within `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def forget(self) -> None:
        """In a forked copy of the parent: let go of the pipes and leave the child to its real parent."""
        self.pipes.close()
        self._process.returncode = 0
