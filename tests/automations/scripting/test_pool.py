"""The pool: who is blamed, what is asked again, what happens when children die or are all busy."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from automations.scripting import pool as pool_module
from automations.scripting.contract import CodeResult
from automations.scripting.limits import Limits
from automations.scripting.pool import Pool
from automations.scripting.wire import Gone, Late, Malformed, Pipes
from automations.scripting.worker import Worker
from tests.automations.scripting.conftest import PATIENT, SMALL, Run, request

NUMBERS = [b'{"n": %d}' % number for number in range(200)]
EVEN = "return entity.n % 2 === 0"


@pytest.fixture
def own_pool() -> Iterator[Pool]:
    """A pool that a test may break."""
    pool = Pool(PATIENT)
    yield pool
    pool.close()


def worker_of(pool: Pool) -> Worker:
    (worker,) = pool._alive
    return worker


def statuses(results: list[CodeResult]) -> list[str]:
    return [result.status for result in results]


@pytest.mark.parametrize("bad", [0, 57, 199])
def test_one_record_that_never_ends_fails_alone(run: Run, bad: int) -> None:
    results = run(f"if (entity.n === {bad}) for (;;) {{}}; {EVEN}", *NUMBERS)
    assert [index for index, status in enumerate(statuses(results)) if status == "timeout"] == [bad]
    assert [result.value for result in results if result.ok] == [n % 2 == 0 for n in range(200) if n != bad]


def test_one_record_that_leaves_endless_work_behind_fails_alone(run: Run) -> None:
    results = run(f"if (entity.n === 57) (async () => {{ for (;;) await null }})(); {EVEN}", *NUMBERS)
    assert [index for index, status in enumerate(statuses(results)) if status == "timeout"] == [57]
    assert statuses(results).count("ok") == 199


def test_endless_work_left_behind_at_the_end_of_a_slice_is_not_the_next_records(own_pool: Pool) -> None:
    own_pool.limits = replace(PATIENT, slice_ms=0)
    source = "if (entity.n === 3) (async () => { for (;;) await null })(); return true"
    results = own_pool.run([request(source, *NUMBERS[:6])])[0]
    assert statuses(results) == ["ok"] * 3 + ["timeout"] + ["ok"] * 2


@pytest.mark.parametrize("bomb", ["all.push({a: [1, 2, 3]})", "all.push(...new Array(2 ** 12).fill(1.5))"])
def test_one_record_that_takes_all_memory_fails_alone(small_pool: Pool, bomb: str) -> None:
    source = f"if (entity.n === 57) {{ const all = []; for (;;) {bomb} }}; {EVEN}"
    results = small_pool.run([request(source, *NUMBERS)])[0]
    assert [index for index, status in enumerate(statuses(results)) if status == "memory"] == [57]
    assert statuses(results).count("ok") == 199


def test_a_crash_without_a_word_is_found_and_fails_alone(small_pool: Pool) -> None:
    source = f"if (entity.n === 57) 'x'.repeat(2 ** 28).split(''); {EVEN}"
    results = small_pool.run([request(source, *NUMBERS)])[0]
    assert [index for index, status in enumerate(statuses(results)) if status == "memory"] == [57]
    assert statuses(results).count("ok") == 199


def test_a_child_killed_while_idle_is_replaced_without_a_trace(own_pool: Pool) -> None:
    own_pool.run([request("return true")])
    os.kill(worker_of(own_pool).pid, signal.SIGKILL)
    assert own_pool.run([request("return true")])[0][0].ok


def killed_while_it_works(pool: Pool, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The next `times` messages reach a child that is killed before it can answer."""
    left = [times]
    send = Pipes.send

    def stop_and_send(pipes: Pipes, *values: object) -> None:
        worker = worker_of(pool)
        if left[0] > 0:
            left[0] -= 1
            os.kill(worker.pid, signal.SIGSTOP)
            send(pipes, *values)  # type: ignore[arg-type]
            os.kill(worker.pid, signal.SIGKILL)
        else:
            send(pipes, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(Pipes, "send", stop_and_send)
    monkeypatch.setattr(pool, "_prepare_spare", lambda: None)


def test_a_child_killed_in_mid_call_costs_the_innocent_nothing(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    own_pool.run([request("return true")])
    killed_while_it_works(own_pool, monkeypatch, times=1)
    results = own_pool.run([request(EVEN, *NUMBERS)])[0]
    assert [result.value for result in results] == [n % 2 == 0 for n in range(200)]


def test_a_record_whose_child_is_killed_twice_is_an_error(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    own_pool.run([request("return true")])
    killed_while_it_works(own_pool, monkeypatch, times=2)
    results = own_pool.run([request(EVEN, *NUMBERS[:3])])[0]
    assert [(result.status, result.error) for result in results] == [
        ("error", "The script process ended twice while it ran this record."),
        ("ok", None),
        ("ok", None),
    ]


def test_a_child_that_hangs_is_killed_at_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(replace(PATIENT, filter_ms=50, slice_ms=0, grace_ms=300))
    try:
        pool.run([request("return true")])
        os.kill(worker_of(pool).pid, signal.SIGSTOP)
        assert pool.run([request("return true")])[0][0].ok
    finally:
        pool.close()


NONSENSE: tuple[dict[str, object], ...] = (
    {"from": 0, "results": [True] * 7, "micros": 1},
    {"from": 0, "results": "x"},
    {"from": 0, "results": [["ok", "yes", None, None, None, []]]},
    {"from": 0, "results": [["ok"]]},
    {"from": "0", "results": [True]},
)


def test_an_answer_that_makes_no_sense_ends_the_child(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    liars: dict[int, dict[str, object]] = {}
    true_answer = Worker.ask

    def ask(worker: Worker, *values: Any) -> Iterator[Any]:
        return iter([liars[worker.pid]]) if worker.pid in liars else true_answer(worker, *values)

    monkeypatch.setattr(Worker, "ask", ask)
    own_pool.run([request("return true")])
    for frame in NONSENSE:  # one pool for all: the child after each liar is an honest one, until it lies in its turn
        liar = worker_of(own_pool).pid
        liars[liar] = frame
        assert own_pool.run([request("return true")])[0][0].ok, frame
        assert liar not in {worker.pid for worker in own_pool._alive}, frame


def test_when_all_children_stay_busy_the_waiting_is_told_apart(own_pool: Pool) -> None:
    own_pool.limits = replace(PATIENT, queue_seconds=0.05)
    own_pool._slots.get()
    (result,) = own_pool.run([request("return true")])[0]
    assert (result.status, result.error) == ("refused", "Not run: no script process was free within 0.05 s.")
    own_pool._slots.put(None)
    assert own_pool.run([request("return true")])[0][0].ok


def test_waiting_for_a_child_is_counted_apart_from_the_codes_own_time(own_pool: Pool) -> None:
    (result,) = own_pool.run([request("return true")])[0]
    assert result.waited_micros > 10_000  # a process had to start
    assert result.micros < result.waited_micros


def test_many_threads_share_the_children(own_pool: Pool) -> None:
    answers: dict[int, list[bool]] = {}

    def ask(number: int) -> None:
        answers[number] = [
            own_pool.run([request(f"return entity.total === 150 && {number} === {number}")])[0][0].ok for _ in range(5)
        ]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: [True] * 5 for number in range(8)}
    assert len(own_pool._alive) == 1


def test_a_child_outlives_the_thread_that_asked_first(own_pool: Pool) -> None:
    thread = threading.Thread(target=lambda: own_pool.run([request("return true")]))
    thread.start()
    thread.join()
    pid = worker_of(own_pool).pid
    own_pool.run([request("return true")])
    assert worker_of(own_pool).pid == pid


def test_a_fork_makes_children_of_its_own_and_leaves_the_parents_alone(own_pool: Pool) -> None:
    own_pool.run([request("return true")])
    pid = worker_of(own_pool).pid
    fork = os.fork()
    if fork == 0:
        good = own_pool.run([request("return true")])[0][0].ok and worker_of(own_pool).pid != pid
        own_pool.close()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert own_pool.run([request("return true")])[0][0].ok
    assert worker_of(own_pool).pid == pid


def test_a_child_is_replaced_after_its_share_of_batches() -> None:
    pool = Pool(replace(PATIENT, recycle_batches=2))
    try:
        pids = []
        for _ in range(4):
            pool.run([request("return true")])
            pids.append({worker.pid for worker in pool._alive})
        assert pids[1] == pids[3] == set()
        assert pids[0] != pids[2]
    finally:
        pool.close()


def test_code_that_loses_too_many_children_pauses_and_others_go_on() -> None:
    pool = Pool(replace(PATIENT, filter_ms=20, losses_per_minute=3, losses_per_request=3))
    try:
        assert statuses(pool.run([request("for (;;) {}", *[b"{}"] * 4, key="bad")])[0]) == ["timeout"] * 3 + ["refused"]
        (paused,) = pool.run([request("for (;;) {}", key="bad")])[0]
        assert (paused.status, paused.error) == (
            "refused",
            "Not run: this code broke its limits too often in the last minute.",
        )
        assert pool.run([request("return true", key="good")])[0][0].ok
    finally:
        pool.close()


def test_the_self_test_passes_and_names_the_fences(own_pool: Pool) -> None:
    tested = own_pool.self_test()
    assert (tested.ok, tested.why) == (True, None)
    assert tested.capabilities["no_code_from_text"]
    assert tested.capabilities["heap_limit"]
    assert own_pool.self_test() is tested


def test_a_machine_where_code_is_not_fenced_in_refuses_it(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automations.scripting.worker.MUST_STAND", ("a_fence_that_is_missing",))
    (result,) = own_pool.run([request("return true")])[0]
    assert result.status == "refused"
    assert result.error == "Not run: The script process is not fenced in as it must be (a_fence_that_is_missing)."
    assert not own_pool.self_test().ok


def dying(pool: Pool, monkeypatch: pytest.MonkeyPatch, *, deaths: int) -> None:
    """Let another hand kill the next children before they are ready."""
    start, left = pool._new, [None] * deaths

    def started() -> Worker:
        worker = start()
        if left:
            left.pop()
            os.kill(worker.pid, signal.SIGKILL)
        return worker

    monkeypatch.setattr(pool, "_new", started)


@pytest.mark.parametrize(("deaths", "status"), [(2, "ok"), (3, "refused")])
def test_a_child_that_dies_at_its_start_is_started_again_a_few_times(
    own_pool: Pool, monkeypatch: pytest.MonkeyPatch, deaths: int, status: str
) -> None:
    dying(own_pool, monkeypatch, deaths=deaths)
    assert statuses(own_pool.run([request("return true")])[0]) == [status]


def test_a_machine_is_not_given_up_because_another_hand_killed_a_child(
    own_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying(own_pool, monkeypatch, deaths=3)
    assert own_pool.self_test().ok
    dying(own_pool, monkeypatch, deaths=9)
    own_pool._tested = None
    assert not own_pool.self_test().ok
    assert not own_pool.self_test().ok
    own_pool._test_again = 0.0
    assert own_pool.self_test().ok


def test_a_closed_pool_refuses(own_pool: Pool) -> None:
    own_pool.close()
    assert own_pool.run([request("return true")])[0][0].status == "refused"


def test_the_child_knows_nothing_of_us(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "marker")
    own_pool.run([request("return true")])
    pid = worker_of(own_pool).pid
    with open(f"/proc/{pid}/environ", "rb") as environment:
        names = {entry.split(b"=")[0] for entry in environment.read().split(b"\0") if entry}
    assert names == {b"PATH", b"TZ", b"LANG"}
    with open(f"/proc/{pid}/maps") as maps:
        assert "django" not in maps.read()


def test_the_limits_of_the_child_are_in_force(own_pool: Pool) -> None:
    own_pool.run([request("return true")])
    with open(f"/proc/{worker_of(own_pool).pid}/limits") as limits:
        rows = {line[:26].strip(): line[26:].split()[0] for line in limits}
    assert rows["Max data size"] == str(1024**3)
    assert rows["Max cpu time"] == "60"
    assert rows["Max file size"] == rows["Max core file size"] == "0"
    assert rows["Max open files"] == "16"


def test_the_default_pool_is_one_per_process() -> None:
    assert pool_module.default_pool() is pool_module.default_pool()


def test_a_process_that_ends_leaves_no_child_behind() -> None:
    program = (
        "from automations.scripting.pool import *\n"
        "pool = default_pool()\n"
        "assert run_batch([CodeRequest('k', 'return true', 'filter', [b'{}'], '2026-01-01T00:00:00Z')])[0][0].ok\n"
        "print(*[worker.pid for worker in pool._alive])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def pipes() -> tuple[Pipes, int, int]:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    return Pipes(ours_out, ours_in), theirs_in, theirs_out


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"\x00\x00\x00\x02[]", Malformed),
        (b"\x00\x00\x00\x02{x", Malformed),
        (b"\xff\xff\xff\xff", Malformed),
        (b"\x00\x00\x00\x09{}", Late),
        (b"", Late),
    ],
)
def test_what_is_not_a_frame_is_not_taken(answer: bytes, problem: type[Exception]) -> None:
    ours, theirs_in, theirs_out = pipes()
    os.write(theirs_out, answer)
    try:
        with pytest.raises(problem):
            ours.receive(time.monotonic() + 0.05)
        os.close(theirs_out)
        os.close(theirs_in)
        with pytest.raises(Gone):
            ours.send({}, [], time.monotonic() + 1)
    finally:
        ours.close()


def test_stated_defaults() -> None:
    limits = Limits()
    assert (limits.filter_ms, limits.action_ms, limits.grace_ms, limits.heap_mb) == (250, 1_000, 750, 64)
    assert (limits.source_bytes, limits.entity_bytes, limits.result_bytes) == (65_536, 1_048_576, 262_144)
    assert (limits.result_depth, limits.console_bytes, limits.losses_per_minute) == (64, 16_384, 20)
    assert SMALL.milliseconds("action") == 5_000
