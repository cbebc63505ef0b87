"""The life of one request: what is still to be answered, what was lost, who is to blame.

An evaluation that ends its process fails alone. When the child names the record, only the answers of that
slice are asked for again; when it died without a word, the rest is asked for carefully, one answer at a
time, so that the second death has a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from automations.scripting.contract import CodeRequest, CodeResult, Status
from automations.scripting.limits import KILOBYTE, MEGABYTE, Limits
from automations.scripting.wire import Frame, Malformed
from portal.kit import json as kit_json


@dataclass(frozen=True, slots=True)
class Portion:
    """The records of one message, by their place in the request."""

    indexes: list[int]
    careful: bool


class Job:
    """One request being answered."""

    def __init__(self, request: CodeRequest, limits: Limits) -> None:
        self.request, self.limits = request, limits
        self.waited_micros = 0
        self.losses = 0
        self._results: list[CodeResult | None] = [None] * len(request.entities)
        self._careful = False
        self._refuse_oversized()
        self._pending = [index for index, result in enumerate(self._results) if result is None]

    # ---- what is to be sent

    @property
    def open(self) -> bool:
        """True while records wait for their answer."""
        return bool(self._pending)

    def next_portion(self) -> Portion:
        """The next records to send, at most a portion's worth of text and at least one."""
        taken, size = 0, 0
        for index in self._pending:
            size += len(self.request.entities[index]) + len(self._related(index))
            if taken and size > self.limits.portion_bytes:
                break
            taken += 1
        return Portion(self._pending[:taken], self._careful)

    def message(self, portion: Portion) -> tuple[Frame, list[bytes]]:
        """The portion as header and texts."""
        body: list[bytes] = []
        lengths = []
        for index in portion.indexes:
            entity, related = self.request.entities[index], self._related(index)
            body += (entity, related)
            lengths.append([len(entity), len(related)])
        header = {
            "do": "run",
            "key": self.request.key,
            "source": self.request.source,
            "kind": self.request.kind,
            "now": self.request.now,
            "lengths": lengths,
            "slice_ms": 0 if portion.careful else self.limits.slice_ms,
        }
        return header, body

    def _related(self, index: int) -> bytes:
        return b"" if self.request.related is None else self.request.related[index]

    # ---- what has come back

    def take(self, portion: Portion, frame: Frame) -> None:
        """Keep the answers of one slice. Raises Malformed when they are not what was asked for."""
        first, answers = frame.get("from"), frame.get("results")
        if not isinstance(first, int) or not isinstance(answers, list) or not answers:
            raise Malformed("no answers")
        indexes = portion.indexes[first : first + len(answers)]
        if len(indexes) != len(answers):
            raise Malformed("more answers than records")
        micros = int(frame.get("micros", 0)) // len(answers)
        # Most answers are a bare true or false: two values stand for all of those of a slice.
        yes, no = (CodeResult("ok", flag, micros=micros, waited_micros=self.waited_micros) for flag in (True, False))
        for index, answer in zip(indexes, answers, strict=True):
            if answer is not True and answer is not False:
                self._settle(index, self._result(answer, micros))
            elif self._results[index] is None:
                self._results[index] = yes if answer else no
        self._drop_settled()

    def refuse_rest(self, status: Status, message: str, line: int | None = None, column: int | None = None) -> None:
        """Answer everything that is still open with one sentence."""
        for index in self._pending:
            self._settle(index, CodeResult(status, error=message, line=line, column=column))
        self._pending = []

    def lose(self, portion: Portion, status: Status | None, at: int | None, *, certain: bool) -> None:
        """The child ended in this portion: at the record with this place in it, or without a word.

        `certain` is False when something else may have ended it: then a record is asked for once more.
        """
        self.losses += 1
        waiting = [index for index in portion.indexes if self._results[index] is None]
        if portion.careful:
            self._blame(waiting[0], status)
        elif certain and at is not None and 0 <= at < len(portion.indexes):
            self._blame(portion.indexes[at], status)
        elif certain and len(waiting) == 1:
            self._blame(waiting[0], status)
        else:
            self._careful = True
        self._drop_settled()
        if self.losses >= self.limits.losses_per_request and self.open:
            self.refuse_rest("refused", f"Not run: this code broke its limits {self.losses} times among these records.")

    def results(self) -> list[CodeResult]:
        """All answers, in the order of the records."""
        missing = CodeResult("error", error="The script process gave no answer.")
        return [result or missing for result in self._results]

    # ---- inside

    def _blame(self, index: int, status: Status | None) -> None:
        # What was ended has used up its time: it counts against the time that its record and organization have.
        spent = self.limits.milliseconds(self.request.kind) * 1000 if status == "timeout" else 0
        self._settle(index, CodeResult(status or "error", error=self._words(status), micros=spent))

    def _words(self, status: Status | None) -> str:
        if status == "timeout":
            return f"The code did not finish within {self.limits.milliseconds(self.request.kind)} ms."
        if status == "memory":
            return f"The code used more memory than it may ({self.limits.heap_mb} MB)."
        return "The script process ended twice while it ran this record."

    def _settle(self, index: int, result: CodeResult) -> None:
        if self._results[index] is None:
            self._results[index] = _waited(result, self.waited_micros)

    def _drop_settled(self) -> None:
        self._pending = [index for index in self._pending if self._results[index] is None]

    def _refuse_oversized(self) -> None:
        largest = self.limits.entity_bytes
        for index, entity in enumerate(self.request.entities):
            if len(entity) > largest or len(self._related(index)) > largest:
                message = f"The record is larger than {largest // MEGABYTE or 1} MB."
                self._settle(index, CodeResult("refused", error=message))

    def _result(self, answer: Any, micros: int) -> CodeResult:
        try:
            status, value, error, line, column, console = answer
        except (TypeError, ValueError) as problem:
            raise Malformed("not an answer") from problem
        lines = tuple(map(str, console))
        if status != "ok":
            return CodeResult("error", None, str(error), _number(line), _number(column), lines, micros)
        if self.request.kind == "filter":
            if value is not True and value is not False:
                raise Malformed("a filter's answer that is neither true nor false")
            return CodeResult("ok", value, console=lines, micros=micros)
        return self._changes(str(value), lines, micros)

    def _changes(self, text: str, lines: Sequence[str], micros: int) -> CodeResult:
        if len(text.encode("utf-8", "replace")) > self.limits.result_bytes:
            problem = f"The result is larger than {self.limits.result_bytes // KILOBYTE} KB."
            return CodeResult("error", error=problem, console=tuple(lines), micros=micros)
        if _depth(text) > self.limits.result_depth:
            problem = f"The result is nested more than {self.limits.result_depth} levels deep."
            return CodeResult("error", error=problem, console=tuple(lines), micros=micros)
        try:
            value = kit_json.loads(text)
        except kit_json.NotJson as error:
            return CodeResult("error", error=f"The result is not JSON: {error}", console=tuple(lines), micros=micros)
        return CodeResult("ok", value, console=tuple(lines), micros=micros)


def _waited(result: CodeResult, micros: int) -> CodeResult:
    return replace(result, waited_micros=micros) if micros else result


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _depth(text: str) -> int:
    """How deep a JSON text nests; brackets inside texts do not count."""
    deepest = depth = 0
    inside = escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif inside:
            escaped, inside = char == "\\", char != '"'
        elif char == '"':
            inside = True
        elif char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    return deepest
