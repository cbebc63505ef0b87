"""Runs users' code in child processes of its own: keeps, feeds, ends and replaces them.

A child serves one message at a time and is thrown away after a time-out, a memory error or an answer that
makes no sense. Nothing a child says is trusted, nothing secret is ever sent to it.
"""

import atexit
import contextlib
import os
import queue
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings

from automations.scripting.contract import CodeRequest, CodeResult, Kind, Problem, SelfTest, Status
from automations.scripting.job import Job, Portion
from automations.scripting.limits import KILOBYTE, Limits
from automations.scripting.proof import prove
from automations.scripting.wire import Frame, Gone, Late, Malformed
from automations.scripting.worker import DiedAtStart, NotStarted, Worker

MINUTE = 60.0
STARTS = 3
"""How often a child is started that dies before it says that it is ready: another hand may have ended it."""
CRASHES = {-4, -5, -6, -7, -11}  # V8 ends its process by one of these signals when memory runs out
OUT_OF_TIME = {-24}  # the processor time of the process is used up


class Pool:
    """A few children, shared by all threads of this process.

    A fork starts without children and makes its own. `children` is how many may work at once.
    """

    def __init__(self, limits: Limits | None = None, children: int = 1) -> None:
        self.limits = limits or Limits()
        self.children = children
        _all_pools.add(self)
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._slots: queue.Queue[Worker | None] = queue.Queue()
        for _ in range(self.children):
            self._slots.put(None)
        self._alive: set[Worker] = set()
        self._spare: Future[Worker] | None = None
        self._starter: ThreadPoolExecutor | None = None
        self._losses: deque[tuple[float, str]] = deque()
        self._tested: SelfTest | None = None
        self._test_again = 0.0
        self._closed = False

    # ---- what others call

    def run(self, requests: Sequence[CodeRequest]) -> list[list[CodeResult]]:
        """Answer each request: one list per request, one result per record, in order.

        Never raises for what code does; a closed pool and a machine without script processes refuse.
        """
        return [self.answer(request) for request in requests]

    def check(self, source: str, kind: Kind) -> Problem | None:
        """What is wrong with a source, without running it on anything; None when it can be saved."""
        problem = self._unfit(source)
        if problem is not None:
            return problem
        header = {"do": "check", "source": source, "kind": kind, "now": "2000-01-01T00:00:00Z"}
        try:
            with self.child() as worker:
                told = self._last(worker, header)
        except (NotStarted, queue.Empty) as error:
            return Problem(str(error) or "All script processes are busy. Please try again.")
        return None if told is None else Problem(str(told["message"]), told["line"], told["column"])

    def self_test(self) -> SelfTest:
        """Prove that a loop and a memory bomb are stopped and that work goes on after them.

        Once for a process where it is proved; a failure is looked at again after a minute.
        """
        if self._tested is None or (not self._tested.ok and time.monotonic() > self._test_again):
            self._tested = prove(self)
            self._test_again = time.monotonic() + MINUTE
        return self._tested

    def close(self) -> None:
        """End all children. A closed pool refuses."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
            starter, self._starter = self._starter, None
        if spare is not None:
            with contextlib.suppress(Exception):
                self._end(spare.result())
        for worker in list(self._alive):
            self._end(worker)
        if starter is not None:
            starter.shutdown()

    # ---- one request

    def answer(self, request: CodeRequest) -> list[CodeResult]:
        """Answer one request."""
        job = Job(request, self.limits)
        problem = self._unfit(request.source)
        if problem is not None:
            job.refuse_rest("refused", problem.message)
        while job.open:
            if self._paused(request.key):
                job.refuse_rest("refused", "Not run: this code broke its limits too often in the last minute.")
                break
            try:
                with self.child(job) as worker:
                    self._portion(job, worker)
            except queue.Empty:
                job.refuse_rest(
                    "refused", f"Not run: no script process was free within {self.limits.queue_seconds:g} s."
                )
            except NotStarted as error:
                job.refuse_rest("refused", f"Not run: {error}")
        return job.results()

    def _portion(self, job: Job, worker: Worker) -> None:
        portion = job.next_portion()
        header, body = job.message(portion)
        patience = (job.limits.milliseconds(job.request.kind) + job.limits.slice_ms + job.limits.grace_ms) / 1000
        try:
            for frame in worker.ask(header, body, patience):
                self._heard(job, portion, worker, frame)
        except Late:
            self._lost(job, portion, worker, "timeout")
        except Malformed:
            self._lost(job, portion, worker, "error")
        except Gone:
            code = worker.ended_by_itself()
            status: Status | None = "memory" if code in CRASHES else "timeout" if code in OUT_OF_TIME else None
            self._lost(job, portion, worker, status, certain=status is not None)

    def _heard(self, job: Job, portion: Portion, worker: Worker, frame: Frame) -> None:
        if "results" in frame:
            job.take(portion, frame)
        elif frame.get("problem"):
            problem = frame["problem"]
            job.refuse_rest("error", str(problem["message"]), problem["line"], problem["column"])
        elif "end" in frame:
            status: Status | None = frame["end"] if frame["end"] in ("timeout", "memory") else None
            self._lost(job, portion, worker, status, frame.get("at"), certain=status is not None)

    def _lost(
        self,
        job: Job,
        portion: Portion,
        worker: Worker,
        status: Status | None,
        at: int | None = None,
        *,
        certain: bool = False,
    ) -> None:
        worker.retired = True
        with self._lock:
            self._losses.append((time.monotonic(), job.request.key))
        job.lose(portion, status, at, certain=certain)
        self._prepare_spare()

    def _paused(self, key: str) -> bool:
        """Too many children were lost in the last minute, and this key is among those that lost them."""
        with self._lock:
            while self._losses and self._losses[0][0] < time.monotonic() - MINUTE:
                self._losses.popleft()
            return len(self._losses) >= self.limits.losses_per_minute and any(key == lost for _, lost in self._losses)

    def _unfit(self, source: str) -> Problem | None:
        try:
            size = len(source.encode())
        except UnicodeEncodeError:
            return Problem("The code contains half of a character (a lone surrogate).")
        if size > self.limits.source_bytes:
            return Problem(f"The code is larger than {self.limits.source_bytes // KILOBYTE} KB.")
        return None

    def _last(self, worker: Worker, header: Frame) -> Frame | None:
        patience = (self.limits.action_ms + self.limits.grace_ms) / 1000
        try:
            frame = list(worker.ask(header, [], patience))[-1]
        except (Gone, Late, Malformed):
            frame = {"end": "lost"}
        if "end" in frame:
            worker.retired = True
            return {
                "message": "The code could not be read within its limits: it is nested too deep.",
                "line": None,
                "column": None,
            }
        return frame.get("problem")

    # ---- children

    @contextlib.contextmanager
    def child(self, job: Job | None = None) -> Iterator[Worker]:
        """Lend a child that is ready. Raises queue.Empty when all stay busy, NotStarted when none can be had."""
        began = time.monotonic()
        worker = self._slots.get(timeout=self.limits.queue_seconds)
        try:
            worker = self._ready(worker)
            if job is not None:
                job.waited_micros += int((time.monotonic() - began) * 1_000_000)
            yield worker
        except BaseException:
            # Whatever happened, an answer may still be on its way: this child cannot be asked again.
            if worker is not None:
                worker.retired = True
            raise
        finally:
            if worker is not None and worker.retired:
                self._end(worker)
                worker = None
            self._slots.put(worker)

    def _ready(self, worker: Worker | None) -> Worker:
        if self._closed:
            raise NotStarted("The script processes have been shut down.")
        if worker is not None and worker.usable():
            return worker
        if worker is not None:
            self._end(worker)
        for _ in range(STARTS - 1):
            with contextlib.suppress(DiedAtStart):
                return self._greeted()
        return self._greeted()

    def _greeted(self) -> Worker:
        worker = self._new()
        try:
            worker.greet()
        except NotStarted:
            self._end(worker)
            raise
        return worker

    def _new(self) -> Worker:
        with self._lock:
            coming, self._spare = self._spare, None
        try:
            return (coming or self._start()).result(self.limits.start_seconds)
        except (OSError, TimeoutError, RuntimeError) as error:
            raise NotStarted("The script process could not be started.") from error

    def _start(self) -> "Future[Worker]":
        """Start a child from a thread that lives as long as the pool: the child dies with its starting thread."""
        with self._lock:
            if self._starter is None:
                self._starter = ThreadPoolExecutor(1, thread_name_prefix="script-starter")
            return self._starter.submit(self._spawn)

    def _spawn(self) -> Worker:
        worker = Worker(self.limits)
        with self._lock:
            self._alive.add(worker)
        return worker

    def _prepare_spare(self) -> None:
        """Have the next child start already: code that broke its limits once may do it again."""
        if self._spare is None and not self._closed:
            self._spare = self._start()

    def _end(self, worker: Worker) -> None:
        with self._lock:
            known = worker in self._alive
            self._alive.discard(worker)
        if known:
            worker.finish()

    def _forget(self) -> None:
        """In a fork: the children belong to the parent."""
        for worker in self._alive:
            with contextlib.suppress(OSError):
                worker.forget()
        self._reset()


# ---- the pool of this process

_all_pools: "weakref.WeakSet[Pool]" = weakref.WeakSet()
_default: Pool | None = None
_default_lock = threading.Lock()


def default_pool() -> Pool:
    """The pool of this process, made on first use with the limits that are set, and closed at its end."""
    global _default
    with _default_lock:
        if _default is None:
            _default = Pool(Limits(**settings.SCRIPT_LIMITS), settings.SCRIPT_PROCESSES)
            atexit.register(_default.close)
        return _default


def run_batch(requests: Sequence[CodeRequest]) -> list[list[CodeResult]]:
    """Answer requests through the pool of this process. See Pool.run."""
    return default_pool().run(requests)


def _after_fork() -> None:
    global _default_lock
    _default_lock = threading.Lock()
    for pool in list(_all_pools):
        pool._forget()


os.register_at_fork(after_in_child=_after_fork)
