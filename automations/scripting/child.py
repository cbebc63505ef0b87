"""The process in which users' code runs. Started alone: standard library and V8, nothing of the portal.

It fences itself in before V8 starts, then answers frames on its standard input and output. A frame from
the parent is two lengths (header, body), a JSON header and the records as raw text; a frame to the parent
is one length and JSON. When an evaluation passes its limit the child says which record it was and ends:
an engine that was interrupted once is never used again.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import re
import resource
import select
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

Frame = dict[str, Any]

FLAGS = ("--single-threaded", "--jitless", "--disallow-code-generation-from-strings", "--stack-size=500")
FOLDER = Path(__file__).parent
PARENT = os.getppid()
NOBODY = 65_534
MEGABYTE = 1024 * 1024
TICK = 0.005
HEAD = '(function(){"use strict";return ('
INNER = "function(entity, related, helpers){\n"
UNBALANCED = "Brackets, quotes or comments do not match: one is opened and not closed, or closed twice."
PAIR = struct.Struct(">II")
LENGTH = struct.Struct(">I")

_libc = ctypes.CDLL(None, use_errno=True)
_output = threading.Lock()


def main() -> None:
    """Fence in, start V8, answer until the parent closes the pipe."""
    limits = json.loads(sys.argv[1])
    fences = fence(limits)
    asyncio.run(serve(limits, fences))


# ---- fences


def fence(limits: Frame) -> dict[str, bool]:
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


# ---- frames


def read_exactly(count: int) -> bytes:
    """Read from the parent; ends the process when the parent is gone."""
    parts = []
    while count > 0:
        part = os.read(0, min(count, MEGABYTE))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_frame() -> tuple[Frame, bytes]:
    """Wait for the next frame. A parent that ended without closing is noticed within five seconds."""
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    while not waiting.poll(5000):
        if os.getppid() != PARENT:
            os._exit(0)
    header, body = PAIR.unpack(read_exactly(PAIR.size))
    return json.loads(read_exactly(header)), read_exactly(body)


def send(frame: Frame) -> None:
    """Write one frame to the parent."""
    data = json.dumps(frame, separators=(",", ":")).encode()
    with _output:
        _write(LENGTH.pack(len(data)) + data)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def end(frame: Frame) -> NoReturn:
    """Say why this process ends, and end it without asking V8."""
    with contextlib.suppress(OSError):
        send(frame)
    os._exit(0)


# ---- the watch


class Watch:
    """Ends the process when one evaluation takes too much processor time or memory.

    Runs in a thread of its own beside V8 and reads a counter that the prelude keeps in a typed array,
    so it knows which record is being worked on.
    """

    def __init__(self, memory_mb: int) -> None:
        self._memory = memory_mb * MEGABYTE
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._on = threading.Event()
        self._progress: memoryview | None = None
        self._seconds = 0.0
        self._call = 0
        threading.Thread(target=self._run, daemon=True).start()

    def start(self, progress: memoryview | None, milliseconds: int) -> None:
        """Begin to watch a call; a new call starts with a new allowance."""
        self._progress, self._seconds = progress, milliseconds / 1000
        self._call += 1
        self._on.set()

    def stop(self) -> None:
        """The call has come back."""
        self._on.clear()

    def memory(self) -> int:
        """Own memory of this process in bytes, without what is shared with files."""
        numbers = os.pread(self._statm, 100, 0).split()
        return (int(numbers[1]) - int(numbers[2])) * self._page

    def at(self) -> int | None:
        """The record being worked on."""
        return None if self._progress is None else int.from_bytes(self._progress[:4], sys.byteorder)

    def _run(self) -> None:
        mark: tuple[int, int | None] = (0, None)
        began = 0.0
        while True:
            self._on.wait()
            now = (self._call, self.at())
            if now != mark:
                mark, began = now, time.process_time()
            elif time.process_time() - began > self._seconds and self._on.is_set():
                end({"end": "timeout", "at": now[1]})
            if self.memory() > self._memory:
                end({"end": "memory", "at": now[1]})
            time.sleep(TICK)


# ---- instances


class Instance:
    """One V8 isolate with the prelude in it, for one batch of one rule."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scripts: tuple[str, str], limits: Frame) -> None:
        from py_mini_racer import mini_racer

        self._context = mini_racer(loop)
        self.engine: Any = self._context.__enter__()
        self.engine.set_hard_memory_limit(int(limits["heap_mb"] * MEGABYTE * 0.8))
        prelude, helpers = scripts
        options = {
            "message": limits["message_chars"],
            "console": limits["console_bytes"],
            "result": limits["result_bytes"],
            "answer": MEGABYTE,
        }
        parts: Any = self.engine.eval(f"{prelude}({helpers}, {json.dumps(options)})\n//# sourceURL=switchyard.js")
        self.progress: memoryview = parts[0]
        self.load: Any = parts[1]
        self.feed: Any = parts[2]
        self.step: Any = parts[3]
        self.probe: Any = parts[4]

    def close(self) -> None:
        """Give the isolate back."""
        self._context.__exit__(None, None, None)


class Runner:
    """Keeps one fresh instance ready and answers the parent's frames."""

    def __init__(self, limits: Frame, fences: dict[str, bool]) -> None:
        from py_mini_racer import init_mini_racer

        init_mini_racer(flags=(*FLAGS, f"--max-heap-size={limits['heap_mb']}"))
        self.limits = limits
        self.scripts = ((FOLDER / "prelude.js").read_text().rstrip(), (FOLDER / "helpers.js").read_text().rstrip())
        self.watch = Watch(limits["child_memory_mb"])
        self.loop = asyncio.get_running_loop()
        self.fresh = self.make()
        self.batches = 0
        fences["other_user"] = leave_user()
        fences["dies_with_parent"] = die_with_parent()
        fences.update(self.flags_in_force())

    def make(self) -> Instance:
        """A fresh instance."""
        return Instance(self.loop, self.scripts, self.limits)

    def flags_in_force(self) -> dict[str, bool]:
        """Whether V8 took each flag: an unknown one silently disables all after it."""
        from py_mini_racer import JSEvalException

        engine = self.fresh.engine
        strings_refused = False
        try:
            engine.eval("new Function('return 1')()")
        except JSEvalException as error:
            strings_refused = "EvalError" in str(error)
        heap = engine.heap_stats()["heap_size_limit"] <= (self.limits["heap_mb"] + 1) * MEGABYTE
        depth = engine.eval(
            "(function(){let n = 0; function down() { n += 1; down(); } try { down(); } catch {} return n})()"
        )
        return {"no_code_from_text": strings_refused, "heap_limit": heap, "stack_limit": 100 < depth < 20_000}

    def check(self, frame: Frame) -> None:
        """Answer whether a source is one function body."""
        self.watch.start(None, 1000)
        problem = self.load(frame)
        self.watch.stop()
        send({"problem": problem, "done": True, "retire": self.tired()})

    def load(self, frame: Frame) -> Frame | None:
        """Hand the rule to the instance; returns what is wrong with it."""
        from py_mini_racer import JSEvalException, JSParseException

        inner = f"{INNER}{frame['source']}\n}}"
        outer = f"{HEAD[1:]}{inner})}}"
        lines = frame["source"].count("\n") + 1
        try:
            factory = self.fresh.engine.eval(f"({outer})\n//# sourceURL=rule.js")
            loaded = self.fresh.load(factory, outer, inner, frame["kind"], frame["now"])
        except JSParseException as error:
            return syntax_problem(str(error), lines)
        except JSEvalException:
            loaded = False
        if loaded:
            return None
        return {
            "message": UNBALANCED,
            "line": None,
            "column": None,
        }

    def run(self, frame: Frame, body: bytes) -> None:
        """Answer all records of a frame, slice by slice."""
        limit = self.limits[f"{frame['kind']}_ms"]
        self.watch.start(None, limit)
        problem = self.load(frame)
        if problem is not None:
            self.watch.stop()
            send({"problem": problem, "done": True, "retire": self.tired()})
            return
        start = 0
        for text, lengths in chunks(body, frame["lengths"]):
            self.watch.start(self.fresh.progress, limit)
            count = int(self.fresh.feed(text, json.dumps(lengths), start))
            self._slices(frame, start, count)
            start += count
        self.watch.stop()
        send({"done": True, "retire": self.tired()})

    def _slices(self, frame: Frame, start: int, count: int) -> None:
        limit, done = self.limits[f"{frame['kind']}_ms"], 0
        while done < count:
            self.watch.start(self.fresh.progress, limit)
            began = time.perf_counter_ns()
            results = json.loads(self.guarded(self.fresh.step, frame["slice_ms"]))
            micros = (time.perf_counter_ns() - began) // 1000
            # V8 runs what promises left behind after the call: it must come to an end before we answer.
            self.guarded(self.fresh.engine.eval, "0")
            for offset, result in enumerate(results):
                if isinstance(result, list) and result[3] == 0:
                    result[3] = self.line_of(done + offset)
            send({"from": start + done, "results": results, "micros": micros})
            done += len(results)

    def guarded(self, function: Any, *values: Any) -> Any:
        """Call into V8; ends the process when V8 says it ran out of memory or was interrupted."""
        from py_mini_racer import JSEvalException, JSOOMException

        try:
            return function(*values)
        except JSOOMException:
            end({"end": "memory", "at": self.watch.at()})
        except JSEvalException:
            end({"end": "broken", "at": self.watch.at()})

    def line_of(self, index: int) -> int | None:
        """The line on which a record makes the rule throw a bare value, by running it once more uncaught."""
        from py_mini_racer import JSEvalException, JSOOMException

        try:
            self.fresh.probe(index)
        except JSOOMException:
            end({"end": "memory", "at": self.watch.at()})
        except JSEvalException as error:
            found = re.match(r"rule\.js:(\d+):", str(error))
            return int(found[1]) - 1 if found else None
        return None

    def tired(self) -> bool:
        """True when this process has worked enough and should be replaced."""
        self.batches += 1
        return bool(
            self.batches >= self.limits["recycle_batches"]
            or self.watch.memory() > self.limits["recycle_rss_mb"] * MEGABYTE
            or time.process_time() > self.limits["child_cpu_seconds"] / 2
        )

    def renew(self) -> None:
        """Throw the used instance away and make the next one while the parent is busy with the answer."""
        self.fresh.close()
        self.fresh = self.make()


def chunks(body: bytes, lengths: list[list[int]]) -> Any:
    """Cut the records into texts of about a megabyte, each with [start, middle, end] of its records.

    V8 counts in UTF-16 units, the frame in bytes; for plain ASCII they are the same.
    """
    at, text, places, size = 0, [], [], 0
    for entity, related in lengths:
        first, second = utf16(body[at : at + entity]), utf16(body[at + entity : at + entity + related])
        at += entity + related
        text += [first[0], second[0]]
        places.append([size, size + first[1], size + first[1] + second[1]])
        size += first[1] + second[1]
        if size > MEGABYTE:
            yield "".join(text), places
            text, places, size = [], [], 0
    if places:
        yield "".join(text), places


def utf16(data: bytes) -> tuple[str, int]:
    """The text and its length as V8 counts it. Bytes that are no text become a record that cannot be read."""
    text = data.decode("utf-8", "replace")
    if len(text) == len(data):
        return text, len(text)
    return text, len(text) + sum(1 for char in text if char > "\uffff")


def syntax_problem(text: str, lines: int) -> Frame:
    """Read V8's message ("rule.js:3: SyntaxError: … / source / caret") as line, column and sentence."""
    found = re.match(r"rule\.js:(\d+): (?:SyntaxError: )?(.*)", text)
    rows = text.split("\n")
    line = int(found[1]) - 1 if found else 0
    if found is None or line < 1 or line > lines:
        message = UNBALANCED
        return {"message": message, "line": lines, "column": None}
    column = rows[2].index("^") + 1 if len(rows) > 2 and "^" in rows[2] else None
    return {"message": f"SyntaxError: {found[2][:300]}", "line": line, "column": column}


async def serve(limits: Frame, fences: dict[str, bool]) -> None:
    """Answer frames for ever. One task only: V8 is called from this loop's own thread."""
    runner = Runner(limits, fences)
    send({"hello": fences})
    while True:
        frame, body = read_frame()
        if frame["do"] == "check":
            runner.check(frame)
        else:
            runner.run(frame, body)
        runner.renew()


if __name__ == "__main__":
    main()
