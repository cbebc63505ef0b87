"""The one evaluator, and it is pure: (rules, records, now) to what is wanted and why.

Live runs, tests and replays are this same call; they differ in where the outcome goes. Each record
is judged by itself, rule after rule, as a generator that stops where it needs the answer of a code
filter. `evaluate` gathers what all records of a batch ask, has it answered together, and lets them
go on: so a batch is the sum of its records by construction, and still costs one call into V8 for a
rule and wave.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from automations.engine import trace
from automations.engine.actions import Context, Refusal
from automations.engine.budget import Budget
from automations.engine.plan import FINAL, Move, PlaceHold, Write, without_pinned
from automations.engine.rules import ReadyAction, ReadyRule, ReadyRules
from portal.kit.json import Json

ORDER_CODE_MICROS = Budget().order_micros
"""How long code may run for one record in one evaluation, all rules together (reliability.md C3)."""


MOST_AN_HOUR = 20
"""How often a rule may run for one record within an hour; what runs more often goes in circles."""
CIRCLES = (
    f"It has run {MOST_AN_HOUR} times within an hour for this record and is not run again before that hour is over: "
    "rules or programs may be answering each other."
)


class Answer(Protocol):
    """What running code gives (`automations.scripting.contract.CodeResult`)."""

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
    @property
    def waited_micros(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Question:
    """Code to be run on a document: a filter, or an action. `key` names its V8 instance."""

    key: str
    code: str
    kind: str
    document: Json
    related: Json


AnswerAll = Callable[[Sequence[Question]], Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A record to be judged, and what asks for it. Everything that the evaluation may depend on."""

    id: int
    event_id: int | None
    source: str
    document: Json
    """With the member `portal.filters.fields.BEFORE` on triggers that know of changes."""
    related: Json = field(default_factory=dict)
    pinned: Mapping[str, str] = field(default_factory=dict)
    ran: frozenset[int] = frozenset()
    """Rules that run once for a record and have run for this one."""
    own: frozenset[str] = frozenset()
    """Rules, by public ID, whose after-effect alone asks for this: they are not asked."""
    circling: frozenset[int] = frozenset()
    """Rules that have run so often for this record lately that they must be going in circles."""


@dataclass(slots=True)
class Firing:
    """A rule that matched or failed on a record."""

    rule: ReadyRule
    status: str
    trace: Json
    error: str = ""
    writes: list[Write] = field(default_factory=list)
    micros: int = 0
    timed_out: bool = False
    not_run: bool = False
    """Its code was not run at all: no process was free, or its time was used up. Not the fault of the rule."""
    disagrees: str = ""
    """The rule whose effect this one would have contradicted; it was refused for that."""


@dataclass(slots=True)
class Outcome:
    """Everything that came of one record."""

    subject: Subject
    document: Json
    firings: list[Firing] = field(default_factory=list)
    missed: list[tuple[ReadyRule, int]] = field(default_factory=list)
    """Rules that were asked and did not match, with the microseconds each took."""
    code_micros: int = 0
    code_limit: int = ORDER_CODE_MICROS
    asleep_ns: int = 0
    """How long this record waited for answers, its own code included."""
    final: tuple[str, ReadyRule] | None = None
    """What cannot be taken back any more, and the rule that did it."""


def evaluate(
    rules: ReadyRules, subjects: Sequence[Subject], now: dt.datetime, answer: AnswerAll, *,
    code_micros: int = ORDER_CODE_MICROS,
) -> list[Outcome]:  # fmt: skip
    """Judge records by the rules of a trigger. Reads nothing, writes nothing.

    `answer` runs code: one answer per question, in order. Returns an outcome per subject.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = [(index, _judge(rules, subject, now, code_micros)) for index, subject in enumerate(subjects)]
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


def _judge(
    rules: ReadyRules, subject: Subject, now: dt.datetime, code_micros: int
) -> Generator[Question, Answer | None, Outcome]:
    """Judge one record, rule after rule; yields a question where code has to be run."""
    outcome = Outcome(subject, subject.document, code_limit=code_micros)
    view, careful = rules.filters.view(outcome.document), False
    for rule, holds in zip(rules.rules, rules.holds, strict=True):
        if not rules.trigger.holds(outcome.document):
            break
        if (rule.once and rule.rule_id in subject.ran) or rule.public_id in subject.own:
            continue
        clock = _Clock(outcome)
        if rule.sources and subject.source not in rule.sources:
            outcome.missed.append((rule, clock.micros()))
            continue
        firing: Firing | None
        if rule.broken:
            firing = Firing(rule, "failed", trace.of_broken(rule.broken), error=rule.broken)
        elif holds is not None:
            firing = _matched(rules, rule, outcome.document, now) if holds(view, now) else None
        else:
            answer = yield from _ask(outcome, f"{rule.key}:filter", rule.code, "filter")
            firing = _of_code(rule, answer)
        if firing is None:
            outcome.missed.append((rule, clock.micros()))
            continue
        if firing.status != "failed" and rule.rule_id in subject.circling:
            firing.status, firing.error = "refused", CIRCLES
        elif firing.status != "failed":
            yield from _act(rules, firing, outcome, now, careful=careful)
            view = rules.filters.view(outcome.document)
        careful = careful or (firing.status == "failed" and not rule.watch)
        firing.micros = clock.micros()
        outcome.firings.append(firing)
    return outcome


class _Clock:
    """The time that a rule takes for a record: its own, and that of its code; not that of waiting for it."""

    __slots__ = ("asleep", "code", "outcome", "started")

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.asleep, self.code = outcome, outcome.asleep_ns, outcome.code_micros
        self.started = time.perf_counter_ns()

    def micros(self) -> int:
        """Return the microseconds since the start."""
        awake = time.perf_counter_ns() - self.started - (self.outcome.asleep_ns - self.asleep)
        return awake // 1000 + self.outcome.code_micros - self.code


@dataclass(frozen=True, slots=True)
class _Spent:
    """The answer of code that is not run any more."""

    error: str | None
    status: str = "refused"
    value: object = None
    line: int | None = None
    console: tuple[str, ...] = ()
    micros: int = 0
    waited_micros: int = 0


def _ask(outcome: Outcome, key: str, code: str, kind: str) -> Generator[Question, Answer | None, Answer]:
    """Have code run on the record as it is now, as long as there is time for it."""
    if outcome.code_micros >= outcome.code_limit:
        seconds = outcome.code_limit / 1_000_000
        return _Spent(f"The rules have used {seconds:g} s of code on this record: no more is run.")
    asked = time.perf_counter_ns()
    answer = yield Question(key, code, kind, outcome.document, outcome.subject.related)
    assert answer is not None
    outcome.asleep_ns += time.perf_counter_ns() - asked
    outcome.code_micros += answer.micros
    return answer


def _matched(rules: ReadyRules, rule: ReadyRule, document: Json, now: dt.datetime) -> Firing:
    assert rule.tree is not None
    seen = trace.of_tree(rule.tree, rules.trigger.catalogue, document, now, rules.zone)
    return Firing(rule, "completed", seen)


def _told(answer: Answer) -> Json:
    return trace.of_answer(answer.console, answer.micros, answer.waited_micros, answer.error, answer.line)


def _of_code(rule: ReadyRule, answer: Answer) -> Firing | None:
    if answer.status == "ok" and answer.value is False:
        return None
    told = trace.of_code(answer.value is True, _told(answer))
    if answer.status == "ok":
        return Firing(rule, "completed", told)
    error = f"The filter could not be judged: {_why(answer)}"
    timed_out, not_run = answer.status == "timeout", answer.status == "refused"
    return Firing(rule, "failed", told, error=error, timed_out=timed_out, not_run=not_run)


def _why(answer: Answer) -> str:
    waited_micros = answer.waited_micros
    waited = f" It had waited {waited_micros // 1000} ms for its turn." if waited_micros >= 1000 else ""
    return f"{answer.error}{f' (line {answer.line})' if answer.line else ''}{waited}"


def _act(
    rules: ReadyRules, firing: Firing, outcome: Outcome, now: dt.datetime, *, careful: bool
) -> Generator[Question, Answer | None, None]:
    """Plan the actions in their order. One that cannot be done undoes the whole rule: all or nothing."""
    rule, steps, final = firing.rule, list[Json](), outcome.final
    firing.trace["actions"] = steps
    start, writes = outcome.document, list[Write]()
    for index, one in enumerate(rule.actions):
        if one.off:
            steps.append(trace.switched_off(one))
            continue
        value, told = None, dict[str, object]()
        if one.code:
            answer = yield from _ask(outcome, f"{rule.key}:action:{index}", one.code, "action")
            value, told = answer.value, _told(answer)
            if answer.status != "ok":
                _undo(firing, outcome, start, [*trace.undone(steps), trace.failed(one, told)])
                firing.status, firing.timed_out = "failed", answer.status == "timeout"
                firing.not_run = answer.status == "refused"
                firing.error = f"“{one.action.label}” could not be carried out: {_why(answer)}"
                return
        before = outcome.document
        context = Context(
            before, now, careful, rule.name, rules.zone, rules.trigger.catalogue, rules.trigger.key, value
        )
        try:
            planned = _plan(rule, one, context, outcome)
        except Refusal as reason:
            _undo(firing, outcome, start, [*trace.undone(steps), trace.refused(one, str(reason), told)])
            firing.status, firing.error = "refused", str(reason)
            firing.disagrees = reason.rule if isinstance(reason, _Opposite) else ""
            outcome.final = final
            return
        steps.append(trace.done(one, planned, before, outcome.document, told))
        writes += planned
    if rule.watch:
        _undo(firing, outcome, start, trace.watched(steps))
        outcome.final = final
        return
    firing.writes = writes
    if any(isinstance(write, PlaceHold) and write.kind == "conditional" for write in writes):
        firing.status = "waiting"


def _undo(firing: Firing, outcome: Outcome, start: Json, steps: list[Json]) -> None:
    outcome.document, firing.trace["actions"] = start, steps


class _Opposite(Refusal):
    """Another rule has done the opposite in this evaluation, and that cannot be taken back."""

    def __init__(self, rule: str, did: str) -> None:
        super().__init__(f"The rule “{rule}” above has {did} it already, which cannot be taken back: it came first.")
        self.rule = rule


def _plan(rule: ReadyRule, one: ReadyAction, context: Context, outcome: Outcome) -> list[Write]:
    """Plan one action and make its writes on the document of the outcome. Raises Refusal."""
    writes: list[Write] = []
    for planned in one.action.plan(one.settings, context):
        write = without_pinned(planned, outcome.subject.pinned)
        _agree(write, outcome, rule)
        if reason := write.against(outcome.document):
            raise Refusal(reason)
        outcome.document = write.on(outcome.document)
        writes.append(write)
    return writes


def _agree(write: Write, outcome: Outcome, rule: ReadyRule) -> None:
    """Two rules of one evaluation cannot ask for opposite things that cannot be taken back (design.md 7)."""
    did = FINAL.get(write.status) if isinstance(write, Move) else None
    if did is None:
        return
    if outcome.final is not None and outcome.final[0] != did and outcome.final[1] is not rule:
        raise _Opposite(outcome.final[1].name, outcome.final[0])
    outcome.final = outcome.final or (did, rule)
