"""The one evaluator, and it is pure: (rules, records, now) to what is wanted and why.

Live runs, tests and replays are this same call; they differ in where the outcome goes. Each record
is judged by itself, rule after rule, as a generator that stops where it needs the answer of a code
filter. `evaluate` gathers what all records of a batch ask, has it answered together, and lets them
go on: so a batch is the sum of its records by construction, and still costs one call into V8 for a
rule and wave.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from automations.engine import trace
from automations.engine.actions import Context, Refusal
from automations.engine.plan import Write
from automations.engine.rules import ReadyRule, ReadyRules
from orders.lifecycle.order import can_move, refusal
from portal.kit.json import Json


class Answer(Protocol):
    """What running a code filter gives (`automations.scripting.contract.CodeResult`)."""

    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> object: ...  # noqa: D102
    @property
    def error(self) -> str | None: ...  # noqa: D102
    @property
    def line(self) -> int | None: ...  # noqa: D102
    @property
    def console(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def micros(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Question:
    """A code filter to be run on a document."""

    rule: ReadyRule
    document: Json


AnswerAll = Callable[[Sequence[Question]], Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A record to be judged, and the event that asks for it."""

    id: int
    event_id: int
    source: str
    document: Json


@dataclass(slots=True)
class Firing:
    """A rule that matched or failed on a record."""

    rule: ReadyRule
    status: str
    trace: Json
    error: str = ""
    writes: list[Write] = field(default_factory=list)
    micros: int = 0


@dataclass(slots=True)
class Outcome:
    """Everything that came of one record."""

    subject: Subject
    document: Json
    firings: list[Firing] = field(default_factory=list)
    missed: list[tuple[ReadyRule, int]] = field(default_factory=list)
    """Rules that were asked and did not match, with the microseconds each took."""


def evaluate(rules: ReadyRules, subjects: Sequence[Subject], now: dt.datetime, answer: AnswerAll) -> list[Outcome]:
    """Judge records by the rules of a trigger. Reads nothing, writes nothing.

    `answer` runs code filters: one answer per question, in order. Returns an outcome per subject.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = [(index, _judge(rules, subject, now)) for index, subject in enumerate(subjects)]
    answers: list[Answer | None] = [None] * len(waiting)
    while waiting:
        asking, questions = [], []
        for (index, judge), given in zip(waiting, answers, strict=True):
            try:
                questions.append(judge.send(given))
                asking.append((index, judge))
            except StopIteration as stop:
                outcomes[index] = stop.value
        waiting, answers = asking, list(answer(questions)) if questions else []
    return [outcomes[index] for index in range(len(subjects))]


def _judge(rules: ReadyRules, subject: Subject, now: dt.datetime) -> Generator[Question, Answer | None, Outcome]:
    """Judge one record, rule after rule; yields a question where a code filter has to be run."""
    outcome = Outcome(subject, subject.document)
    view, careful = rules.filters.view(outcome.document), False
    for rule, holds in zip(rules.rules, rules.holds, strict=True):
        if not rules.trigger.holds(outcome.document):
            break
        started = time.perf_counter_ns()
        if rule.sources and subject.source not in rule.sources:
            outcome.missed.append((rule, _micros(started)))
            continue
        firing: Firing | None
        if rule.broken:
            firing = Firing(rule, "failed", trace.of_broken(rule.broken), error=rule.broken)
        elif holds is not None:
            firing = _matched(rules, rule, outcome.document, now) if holds(view, now) else None
        else:
            answer = yield Question(rule, outcome.document)
            assert answer is not None
            started = time.perf_counter_ns() - answer.micros * 1000
            firing = _ask_code(rule, answer)
        if firing is None:
            outcome.missed.append((rule, _micros(started)))
            continue
        careful = careful or (firing.status == "failed" and not rule.watch)
        if firing.status != "failed":
            _act(firing, outcome, now, careful=careful)
            view = rules.filters.view(outcome.document)
        firing.micros = _micros(started)
        outcome.firings.append(firing)
    return outcome


def _micros(started: int) -> int:
    return (time.perf_counter_ns() - started) // 1000


def _matched(rules: ReadyRules, rule: ReadyRule, document: Json, now: dt.datetime) -> Firing:
    assert rule.tree is not None
    seen = trace.of_tree(rule.tree, rules.trigger.catalogue, document, now, rules.zone)
    return Firing(rule, "completed", seen)


def _ask_code(rule: ReadyRule, answer: Answer) -> Firing | None:
    if answer.status == "ok" and answer.value is False:
        return None
    told = trace.of_code(answer.value is True, answer.console, answer.micros, answer.error, answer.line)
    if answer.status == "ok":
        return Firing(rule, "completed", told)
    line = f" (line {answer.line})" if answer.line else ""
    return Firing(rule, "failed", told, error=f"The filter could not be judged: {answer.error}{line}")


def _act(firing: Firing, outcome: Outcome, now: dt.datetime, *, careful: bool) -> None:
    """Plan the actions in their order. One that cannot be done undoes the whole rule: all or nothing."""
    steps: list[Json] = []
    firing.trace["actions"] = steps
    document, writes = outcome.document, list[Write]()
    for action, settings in firing.rule.actions:
        try:
            planned = action.plan(settings, Context(document, now, careful, firing.rule.name))
            after = _planned(document, planned)
        except Refusal as reason:
            firing.trace["actions"] = [*trace.undone(steps), trace.refused(action, settings, str(reason))]
            firing.status, firing.error = "refused", str(reason)
            return
        steps.append(trace.done(action, settings, document, after))
        document = after
        writes += planned
    if not firing.rule.watch:
        firing.writes, outcome.document = writes, document


def _planned(document: Json, writes: Sequence[Write]) -> Json:
    for write in writes:
        status = document["status"]
        if status != write.status and not can_move(status, write.status):
            raise Refusal(refusal(status, write.status))
        document = write.on(document)
    return document
