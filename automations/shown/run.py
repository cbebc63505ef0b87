"""A run as its page shows it: one sentence, the steps, where code failed, where the time went. Pure but for words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automations.definition import Definition
from automations.engine.actions import actions
from automations.models import Run
from portal.kit.json import Json
from portal.ui.components import diff_rows
from portal.ui.explained import Line, why_lines

AROUND = 3
"""Lines of code that are shown before and after the one that failed."""
_OUTCOMES = {
    "done": ("completed", "Done"),
    "refused": ("refused", "Refused"),
    "undone": ("disabled", "Undone"),
    "failed": ("failed", "Failed"),
    "off": ("disabled", "Switched off"),
    "watched": ("paused", "Only watched"),
}


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of code as it stands in an excerpt."""

    number: int
    text: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a rule's code in which it failed, and all of it."""

    title: str
    lines: list[CodeLine]
    code: str

    @property
    def shortened(self) -> bool:
        """Whether there is more code than is shown."""
        return len(self.lines) < len(self.code.split("\n"))


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a run."""

    label: str
    words: str
    tone: str
    """The status whose look its outcome has."""
    outcome: str
    reason: str
    changes: Sequence[Json]
    left: Sequence[tuple[str, str]]
    """Fields that stayed as a person has set them: (field, who)."""
    notes: Sequence[str]
    console: str
    micros: int | None


@dataclass(frozen=True, slots=True)
class Spent:
    """One line of where the time went, in microseconds. `apart`: it is no part of the whole."""

    label: str
    micros: int
    apart: bool = False

    @property
    def told(self) -> str:
        """The time in words: µs below a millisecond, else ms."""
        if self.micros < 1000:
            return f"{self.micros} µs"
        return f"{self.micros / 1000:,.1f} ms"


def sentence(run: Run) -> str:
    """Return what happened, in one sentence."""
    told = run.trace.get("filter", {})
    error = (_error(told) if not told.get("outcome") else "") or run.error
    names = {"rule": run.rule_name, "record": run.entity_label, "error": error.rstrip(". ")}
    if run.status == Run.Status.REFUSED:
        text = _("“{rule}” matched {record}, and nothing was done: {error}.")
    elif run.status == Run.Status.FAILED and not told.get("outcome"):
        text = _("“{rule}” could not be judged on {record}: {error}.")
    elif run.status == Run.Status.FAILED:
        text = _("“{rule}” matched {record}, and then failed; nothing was done: {error}.")
    elif run.status == Run.Status.WAITING:
        text = _("“{rule}” matched {record} and waits for its condition: {did}.")
    elif _has(run, "watched"):
        text = _("“{rule}” matched {record}. It only watches; it would have done this: {did}.")
    elif _has(run, "done"):
        text = _("“{rule}” matched {record} and did this: {did}.")
    else:
        text = _("“{rule}” matched {record}, and no action was to be done.")
    return text.format(did=_did(run), **names)


def _has(run: Run, outcome: str) -> bool:
    return any(step["outcome"] == outcome for step in run.trace.get("actions", ()))


def _did(run: Run) -> str:
    words = [one["words"] for one in run.trace.get("actions", ()) if one["outcome"] in ("done", "watched")]
    return _(", then ").join(words)


def filter_lines(trace: Json) -> list[Line]:
    """Return the conditions of a simple filter with the values they saw, indented by depth."""
    why = trace.get("filter", {}).get("why")
    return why_lines(why) if why else []


def steps(trace: Json) -> list[Step]:
    """Return the actions in their order."""
    return [_step(one) for one in trace.get("actions", ())]


def _step(one: Json) -> Step:
    tone, outcome = _OUTCOMES.get(one["outcome"], ("skipped", one["outcome"]))
    left = one.get("left", ())
    fields = diff_rows([{"op": "remove", "path": field["path"], "old": None} for field in left])
    return Step(
        label=_(one["label"]),
        words=one["words"],
        tone=tone,
        outcome=_(outcome),
        reason=one.get("reason") or _error(one),
        changes=one.get("changes", ()),
        left=[(row.path, field["name"]) for row, field in zip(fields, left, strict=True)],
        notes=one.get("notes", ()),
        console="\n".join(one.get("console", ())),
        micros=one.get("micros"),
    )


def _error(one: Json) -> str:
    if not one.get("error"):
        return ""
    return _("Line {line}: {error}").format(**one) if one.get("line") else str(one["error"])


def excerpts(trace: Json, definition: Definition) -> list[Excerpt]:
    """Return where code failed: of the filter, and of each action whose code did."""
    return list(_excerpts(trace, definition))


def _excerpts(trace: Json, definition: Definition) -> Iterator[Excerpt]:
    told = trace.get("filter", {})
    if told.get("error") and definition.filter.kind == "code":
        yield _excerpt(_("Filter"), definition.filter.code, told.get("line"))
    for one, spec in zip(trace.get("actions", ()), definition.actions, strict=False):
        code = _code_of(spec.key, spec.settings) if one.get("error") else ""
        if code:
            yield _excerpt(_(one["label"]), code, one.get("line"))


def _code_of(key: str, settings: Json) -> str:
    """Return the code of an action; nothing where it has none or cannot be read any more."""
    action = actions.get(key) if key in actions else None
    if action is None or action.code is None:
        return ""
    try:
        return action.code(action.settings.model_validate(settings))
    except ValueError:
        return ""


def _excerpt(title: str, code: str, line: int | None) -> Excerpt:
    every = [CodeLine(number, text, number == line) for number, text in enumerate(code.split("\n"), start=1)]
    first = max(0, line - 1 - AROUND) if line else 0
    last = line + AROUND if line else 2 * AROUND + 1
    return Excerpt(title, every[first:last], code)


def spent(run: Run) -> list[Spent]:
    """Return where the time went: the whole, the code of filter and actions, and the wait, which is apart."""
    told, taken = run.trace.get("filter", {}), run.trace.get("actions", ())
    code = sum(one.get("micros", 0) for one in taken)
    waited = told.get("waitedMicros", 0) + sum(one.get("waitedMicros", 0) for one in taken)
    lines = [Spent(_("The whole rule"), run.micros)]
    if told.get("kind") == "code":
        lines.append(Spent(_("of it the filter's code"), told.get("micros", 0)))
    if any("micros" in one for one in taken):
        lines.append(Spent(_("of it the actions' code"), code))
    if waited:
        lines.append(Spent(_("Before it: waiting for its turn"), waited, apart=True))
    return lines


def counted(number: int) -> str:
    """Return “3 runs”."""
    return ngettext("{n} run", "{n} runs", number).format(n=f"{number:,}")
