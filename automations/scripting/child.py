"""The process in which users' code runs: standard library and V8, nothing of the portal.

It fences itself in before V8 starts, then answers frames from its parent. When an evaluation passes its limit
the child says which record it was and ends: an engine that was interrupted once is never used again.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from automations.scripting.fences import die_with_parent, fence, leave_user
from automations.scripting.frames import Frame, end, read_frame, send, wanted
from automations.scripting.watch import Watch

FLAGS = ("--single-threaded", "--jitless", "--disallow-code-generation-from-strings", "--stack-size=500")
FOLDER = Path(__file__).parent
MEGABYTE = 1024 * 1024
SHELF = 2  # fresh instances kept ready: making one takes longer than most rules run
KEPT = 12  # instances kept for their rules
OUTER = 'function(){"use strict";return ('
INNER = "function(entity, related, helpers){\n"
UNBALANCED = "Brackets, quotes or comments do not match: one is opened and not closed, or closed twice."


def main() -> None:
    """Fence in, start V8, answer until the parent closes the pipe. V8 is loaded behind the fences only."""
    limits = json.loads(sys.argv[2])
    fences = fence(limits)
    asyncio.run(serve(limits, fences))


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
        self.answer: Any = parts[0]
        self.progress: memoryview = parts[1]

        self.born = time.monotonic()
        self.used = 0
        self.loaded = False

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
        self.kept: dict[tuple[str, ...], Instance] = {}
        self.instance = self.make()
        self.shelf = [self.instance]
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

        engine = self.instance.engine
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
        """Hand the rule to the instance unless it has it already; returns what is wrong with its text."""
        from py_mini_racer import JSEvalException, JSParseException

        if self.instance.loaded:
            return None
        inner = f"{INNER}{frame['source']}\n}}"
        outer = f"{OUTER}{inner})}}"
        try:
            factory = self.instance.engine.eval(f"({outer})\n//# sourceURL=rule.js")
        except JSParseException as error:
            return syntax_problem(str(error), frame["source"].count("\n") + 1)
        except JSEvalException:
            return {"message": UNBALANCED, "line": None, "column": None}
        order = {"outer": outer, "inner": inner, "kind": frame["kind"]}
        self.instance.loaded = self.call(order, "", factory) is not None
        return None if self.instance.loaded else {"message": UNBALANCED, "line": None, "column": None}

    def run(self, frame: Frame, body: bytes) -> None:
        """Answer all records of a frame, slice by slice."""
        self.watch.start(None, self.limits[f"{frame['kind']}_ms"])
        problem = self.load(frame)
        first = 0
        if problem is None:
            for text, lengths in chunks(body, frame["lengths"]):
                self.slices(frame, text, lengths, first)
                first += len(lengths)
        self.watch.stop()
        self.instance.used += first
        send({"problem": problem, "done": True, "retire": self.tired()})

    def slices(self, frame: Frame, text: str, lengths: list[list[int]], first: int) -> None:
        """Answer one chunk of records, of which the first has this place in the frame."""
        order: Frame = {"now": frame["now"], "lengths": lengths, "first": first, "slice": frame["slice_ms"]}
        done = 0
        while done < len(lengths):
            self.watch.start(self.instance.progress, self.limits[f"{frame['kind']}_ms"])
            began = time.perf_counter_ns()
            results = self.call(order, text)
            micros = (time.perf_counter_ns() - began) // 1000
            self.settle(results, done)
            send({"from": first + done, "results": results, "micros": micros})
            done += len(results)
            order, text = {"slice": frame["slice_ms"]}, ""

    def call(self, order: Frame, text: str, factory: Any = None) -> Any:
        """One call into the instance; ends the process when V8 ran out of memory or was interrupted."""
        from py_mini_racer import JSEvalException, JSOOMException

        message = f"{json.dumps(order)}\n{text}"
        try:
            answer = self.instance.answer(message) if factory is None else self.instance.answer(message, factory)
            # V8 runs what promises left behind after the call: that must come to an end before we answer.
            self.instance.engine.eval("0")
        except JSOOMException:
            end({"end": "memory", "at": self.watch.at()})
        except JSEvalException:
            end({"end": "broken", "at": self.watch.at()})
        return json.loads(answer)

    def settle(self, results: list[Any], done: int) -> None:
        """Find the missing lines of answers in which a bare value was thrown."""
        for offset, result in enumerate(results):
            if isinstance(result, list) and result[3] == 0:
                result[3] = self.line_of(done + offset)

    def line_of(self, index: int) -> int | None:
        """The line on which a record makes the rule throw a bare value, by running it once more uncaught."""
        from py_mini_racer import JSEvalException, JSOOMException

        try:
            self.instance.answer(json.dumps({"probe": index}) + "\n")
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

    def take(self, frame: Frame) -> None:
        """Choose the instance for a frame: the one that this rule has, or a fresh one."""
        kept = self.kept.pop(name_of(frame), None)
        if kept is not None and self.may_stay(kept, len(frame.get("lengths", ()))):
            self.instance = kept
            return
        if kept is not None:
            kept.close()
        self.instance = self.shelf.pop() if self.shelf else self.make()

    def may_stay(self, instance: Instance, more: int = 0) -> bool:
        """Whether an instance may answer more records of its rule."""
        young = time.monotonic() - instance.born < self.limits["instance_seconds"]
        return instance.loaded and young and instance.used + more <= self.limits["instance_evaluations"]

    def put_away(self, frame: Frame) -> None:
        """Keep the used instance for its rule or give it back; make fresh ones while the parent wants nothing."""
        if frame["do"] == "run" and self.may_stay(self.instance, 1):
            self.kept[name_of(frame)] = self.instance
        else:
            self.instance.close()
        self.tidy(KEPT if self.watch.memory() < self.limits["recycle_rss_mb"] * MEGABYTE / 2 else 0)
        while len(self.shelf) < SHELF and not wanted(0):
            self.shelf.append(self.make())

    def tidy(self, most: int = KEPT) -> None:
        """Give back the kept instances that are too old or too many, the longest unused first."""
        for name in list(self.kept):
            if len(self.kept) > most or not self.may_stay(self.kept[name]):
                self.kept.pop(name).close()


def name_of(frame: Frame) -> tuple[str, ...]:
    """What an instance belongs to: one version of one rule of one organization, and nothing else."""
    return tuple(str(frame.get(part, "")) for part in ("key", "kind", "source"))


def chunks(body: bytes, lengths: list[list[int]]) -> Iterator[tuple[str, list[list[int]]]]:
    """Cut the records into texts of about a megabyte, each with the lengths of its records and related documents.

    The frame counts bytes, V8 counts UTF-16 units; for plain ASCII they are the same and nothing is looked at.
    """
    start = 0
    for part in _parts(lengths):
        end = start + sum(map(sum, part))
        piece = body[start:end]
        if piece.isascii():
            yield piece.decode("ascii"), part
        else:
            yield _counted(piece, part)
        start = end


def _parts(lengths: list[list[int]]) -> Iterator[list[list[int]]]:
    part: list[list[int]] = []
    size = 0
    for pair in lengths:
        part.append(pair)
        size += pair[0] + pair[1]
        if size > MEGABYTE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _counted(piece: bytes, part: list[list[int]]) -> tuple[str, list[list[int]]]:
    texts, counts, at = [], [], 0
    for entity, related in part:
        # Bytes that are no text become a record that cannot be read as JSON, or is read with marks in it.
        pair = [piece[at : at + entity], piece[at + entity : at + entity + related]]
        decoded = [data.decode("utf-8", "replace") for data in pair]
        counts.append([len(text) + sum(char > "\uffff" for char in text) for text in decoded])
        texts += decoded
        at += entity + related
    return "".join(texts), counts


def syntax_problem(text: str, lines: int) -> Frame:
    """Read V8's message ("rule.js:3: SyntaxError: … / source / caret") as line, column and sentence."""
    found = re.match(r"(?:rule\.js|<anonymous>):(\d+): (?:SyntaxError: )?(.*)", text)
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
        frame, body = read_frame(runner.tidy)
        runner.take(frame)
        if frame["do"] == "check":
            runner.check(frame)
        else:
            runner.run(frame, body)
        runner.put_away(frame)
