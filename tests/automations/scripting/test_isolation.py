"""Nothing passes from one record, rule or organization to the next: each row leaves a mark and looks for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from automations.scripting.pool import Pool
from tests.automations.scripting.conftest import Run, request

MARKS = {
    part.split("\n", 1)[0]: part.split("\n", 1)[1]
    for part in Path(__file__).with_name("marks.js").read_text().split("// == ")[1:]
}


@pytest.mark.parametrize("source", MARKS.values(), ids=MARKS.keys())
def test_a_mark_cannot_be_read_by_the_next_record_nor_by_the_next_message(run: Run, source: str) -> None:
    results = run(source, *[b"{}"] * 3) + run(source, *[b"{}"] * 3)
    assert [(result.error, result.value) for result in results] == [(None, True)] * 6


@pytest.mark.parametrize("source", MARKS.values(), ids=MARKS.keys())
def test_a_mark_cannot_be_read_by_another_rule_or_organization(run: Run, source: str) -> None:
    assert run(source, key="one:rule:1:filter")[0].value is True
    assert run(source, key="one:rule:2:filter")[0].value is True
    assert run(source, key="two:rule:1:filter")[0].value is True


def test_the_console_of_a_late_microtask_reaches_nobody(run: Run) -> None:
    source = "console.log(entity.n); Promise.resolve().then(() => console.log('late')); return true"
    results = run(source, b'{"n": 1}', b'{"n": 2}') + run(source, b'{"n": 3}')
    assert [result.console for result in results] == [("1",), ("2",), ("3",)]


def test_a_record_changed_by_the_code_is_whole_for_the_next_rule(pool: Pool) -> None:
    spoil, look = request("entity.total = 0; return true"), request("return entity.total === 150")
    assert [answer[0].value for answer in pool.run([spoil, look, spoil, look])] == [True] * 4


def test_now_of_one_message_is_not_the_next_ones(pool: Pool) -> None:
    ask = request("return {now: helpers.now}", kind="action")
    later = replace(ask, now="2027-01-01T00:00:00+01:00")
    assert [answer[0].value["now"] for answer in pool.run([ask, later])] == [
        "2026-03-04T05:06:07.000Z",
        "2026-12-31T23:00:00.000Z",
    ]
