"""One press of a button in the editor: a draft in, a draft out.

`action:add:hold`, `action:up:1`, `action:down:1`, `action:remove:1`, `action:duplicate:1`,
`action:off:1`, `action:on:1`, `action:note:1`,
`action:order` (as they were dragged), `action:row-add:1:hours` and
`action:row-remove:1:hours:0`. An action that ends the rule stays last, whatever is pressed; what was
done instead is said.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from automations.definition import MAX_ACTIONS, ActionSpec
from automations.engine.actions import Action, actions
from automations.forms.drafts import ActionDraft, RuleDraft, action_draft
from automations.inputs.kind import UnknownRow, Where, kinds

LOOKS = ("", "look", "told")


class UnknownStep(ValueError):
    """A button asks for an edit that there is not."""


@dataclass(frozen=True, slots=True)
class Step:
    """The draft after a press, what is to be said of it, and the action that the person is at now."""

    draft: RuleDraft
    said: str = ""
    at: int | None = None
    part: str = ""
    """What of that action is wanted: “input”, “handle”, or the last row of an input by its name."""


def choices(entity: str) -> list[Action[Any]]:
    """Return the actions that serve an entity, for the *Add action* menu."""
    return [action for action in actions.all() if entity in action.entities and not action.hidden]


def step(draft: RuleDraft, do: str, where: Where) -> Step:
    """Return the draft after one press of a button. Raises UnknownStep.

    Presses in a builder (`filter:…`) are the builder's own: `portal.ui.filter_builder.step`.
    """
    part, _dot, rest = do.partition(":")
    if part in LOOKS:
        return Step(draft)
    verb, _dot, what = rest.partition(":")
    if part != "action":
        raise _unknown(do)
    if verb == "add" and what in actions:
        return _add(draft, action_draft(ActionSpec(key=what), where, id=""))
    if verb == "order":
        rows, said = _ended(list(draft.actions))
        return Step(replace(draft, actions=rows), said)
    number, *more = what.split(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 4) or int(number) >= len(draft.actions):
        raise _unknown(do)
    return _change(draft, verb, int(number), more)


def _unknown(do: str) -> UnknownStep:
    return UnknownStep(f"There is no edit “{do[:40]}”.")


def _change(draft: RuleDraft, verb: str, index: int, more: list[str]) -> Step:
    rows = list(draft.actions)
    row = rows[index]
    if verb == "duplicate":
        return _add(draft, row, index + 1)
    if verb in ("off", "on"):
        rows[index] = replace(row, off=verb == "off")
        return Step(replace(draft, actions=tuple(rows)), at=index, part="menu")
    if verb == "note":
        return Step(draft, at=index, part="note")
    if verb == "remove":
        del rows[index]
        left = min(index, len(rows) - 1)
        return Step(replace(draft, actions=tuple(rows)), at=left if rows else None, part="handle")
    if verb in ("up", "down"):
        rows.insert(max(0, index + (-1 if verb == "up" else 1)), rows.pop(index))
        ended, said = _ended(rows)
        return Step(replace(draft, actions=ended), said, _index(ended, row), "handle")
    if verb in ("row-add", "row-remove"):
        rows[index] = _rows(row, verb.removeprefix("row-"), more)
        return Step(replace(draft, actions=tuple(rows)), at=index, part=more[0])
    raise _unknown(verb)


def _index(rows: tuple[ActionDraft, ...], row: ActionDraft) -> int:
    return next(index for index, one in enumerate(rows) if one is row)


def _rows(row: ActionDraft, verb: str, more: list[str]) -> ActionDraft:
    name, number = (*more, "", "")[:2]
    known = actions.get(row.key).inputs if row.key in actions else ()
    input = next((one for one in known if one.name == name), None)
    if input is None or (number and not (number.isascii() and number.isdecimal() and len(number) < 4)):
        raise _unknown(f"{verb}:{name}")
    try:
        return replace(row, values=kinds.get(input.kind).row(input, row.values, verb, int(number or 0)))
    except UnknownRow as error:
        raise UnknownStep(str(error)) from error


def is_terminal(row: ActionDraft) -> bool:
    """Say whether nothing may come after this action."""
    return row.key in actions and actions.get(row.key).terminal


def label(row: ActionDraft) -> str:
    """Return what an action is called."""
    return _(actions.get(row.key).label) if row.key in actions else row.key


def _add(draft: RuleDraft, row: ActionDraft, place: int | None = None) -> Step:
    """Add an action at the end, or at a place; before one that ends the rule."""
    rows = list(draft.actions)
    if len(rows) >= MAX_ACTIONS:
        return Step(draft, _("A rule has at most {count} actions.").format(count=MAX_ACTIONS))
    last = next((one for one in rows if is_terminal(one)), None)
    if last is not None and is_terminal(row):
        words = _("“{last}” ends this rule already; only one action can. Remove it first.")
        return Step(draft, words.format(last=label(last)))
    row = replace(row, id=str(max((int(one.id or 0) for one in rows), default=-1) + 1))
    rows.insert(len(rows) if place is None else place, row)
    ended, moved = _ended(rows)
    said = _("“{name}” was put before “{last}”, which stays last.") if moved and last else ""
    at = max(index for index, one in enumerate(ended) if one is row)
    return Step(replace(draft, actions=ended), said.format(name=label(row), last=label(last or row)), at, "input")


def _ended(rows: list[ActionDraft]) -> tuple[tuple[ActionDraft, ...], str]:
    """Put what ends the rule last, and say so where it was not there."""
    last = [row for row in rows if is_terminal(row)]
    ended = (*(row for row in rows if not is_terminal(row)), *last)
    if ended == tuple(rows):
        return ended, ""
    return ended, _("“{last}” stays last: nothing can come after it.").format(last=label(last[-1]))
