"""The actions of the editor, ready to be drawn: each with its inputs, what was typed and what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from automations.engine.actions import Action, Input, actions
from automations.forms.drafts import KEPT, ActionDraft, RuleDraft
from automations.forms.meaning import hidden
from automations.forms.steps import choices, is_terminal, label
from automations.inputs.kind import Desk, Kind, Said, Shown, Where, first, kinds
from automations.validation import Fault

HOLD, SEND = "hold", "send_for_fulfillment"


@dataclass(frozen=True, slots=True)
class InputView:
    """One input of an action; `more` is what its kind adds (`Kind.show`)."""

    input: Input
    kind: Kind
    name: str
    values: tuple[str, ...]
    errors: tuple[str, ...]
    hidden: bool
    redraws: bool
    focus: bool
    """Whether the person wants to be here now."""
    problems: Sequence[Mapping[str, Any]] = ()
    """Of code: what is wrong with it, line by line."""
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """What the ids of its controls begin with."""
        return self.name.replace(".", "-")

    @property
    def value(self) -> str:
        """The first value as typed."""
        return self.values[0] if self.values else ""

    @property
    def template(self) -> str:
        """What it is drawn with."""
        return self.kind.template

    @property
    def on(self) -> bool:
        """Of a switch: whether it is on."""
        return any(self.values)

    @property
    def unknown(self) -> bool:
        """Of a choice: whether what is stored is none of what is offered."""
        return bool(self.value) and self.value not in dict(self.input.choices)

    @property
    def described_by(self) -> str:
        """Ids of its help and its errors."""
        return " ".join([f"{self.id}-help"] * bool(self.input.help) + [f"{self.id}-errors"] * bool(self.errors))


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action of the rule."""

    index: int
    draft: ActionDraft
    action: Action[Any] | None
    inputs: Sequence[InputView]
    errors: Sequence[str]
    warning: str
    first: bool
    last: bool
    """Whether it cannot go further down: it is the last, or the next one ends the rule."""
    focus: str = ""

    @property
    def label(self) -> str:
        """What it is called."""
        return label(self.draft)

    @property
    def kept(self) -> str:
        """Settings that no input shows, as JSON."""
        return first(self.draft.values, KEPT)


@dataclass(frozen=True, slots=True)
class Offer:
    """An action in the *Add action* menu; `why_not` where it cannot be added now."""

    action: Action[Any]
    why_not: str = ""


def offers(typed: RuleDraft, entity: str) -> list[tuple[str, list[Offer]]]:
    """Return the menu of actions in its groups: those that others may follow, and those that end the rule."""
    ends = next((label(row) for row in typed.actions if is_terminal(row)), "")
    why = _("“{last}” ends this rule already.").format(last=ends) if ends else ""
    found = [Offer(action, why if action.terminal else "") for action in choices(entity)]
    going = [one for one in found if not one.action.terminal]
    ending = [one for one in found if one.action.terminal]
    groups = [(_("Others may follow"), going), (_("Ends the rule"), ending)]
    return [(name, sorted(some, key=lambda one: _(one.action.label))) for name, some in groups if some]


def action_views(
    typed: RuleDraft, faults: Sequence[Fault], where: Where, desk: Desk, *, at: int | None = None, part: str = ""
) -> list[ActionView]:
    """Return the actions in their order; `part` of the one `at` this place is what the person wants now."""
    held, made = False, []
    for index, row in enumerate(typed.actions):
        action = actions.get(row.key) if row.key in actions else None
        said = _said(faults, index)
        wanted = part if index == at else ""
        inputs = _inputs(action, row, index, said, where, desk, wanted) if action else []
        below = typed.actions[index + 1] if index + 1 < len(typed.actions) else None
        made.append(
            ActionView(
                index,
                row,
                action,
                inputs,
                _left(said, inputs, action),
                _warning(row) if held and not row.off else "",
                first=index == 0,
                last=below is None or is_terminal(below) or is_terminal(row),
                focus=wanted,
            )
        )
        held = held or (row.key == HOLD and not row.off)
    return made


def _warning(row: ActionDraft) -> str:
    """Behaviour.md 12: a hold does not end the rule, and what stands behind it does not wait for it."""
    if row.key == SEND:
        return _("Runs at once and ends the hold above. To send the order after the hold, say so in the hold's “Then”.")
    return _("Runs at once: it does not wait for the hold above to end.")


def code_problems(messages: Iterable[str]) -> list[dict[str, Any]]:
    """Return the problems of a piece of code by their lines, for the editor to mark."""
    lines = (re.match(r"Line (\d+): (.*)", message) for message in messages)
    return [{"line": int(line[1]), "text": line[2]} for line in lines if line]


def _said(faults: Sequence[Fault], index: int) -> list[Said]:
    start = f"actions.{index}"
    found = [fault for fault in faults if fault.place == start or fault.place.startswith(f"{start}.")]
    return [(fault.place[len(start) + 1 :], fault.message) for fault in found]


def _left(said: Sequence[Said], inputs: Sequence[InputView], action: Action[Any] | None) -> list[str]:
    """Return the problems that no input shows."""
    owned = {name for one in inputs for name in (one.input.name, *one.kind.settings(one.input))}
    return [words for place, words in said if place.partition(".")[0] not in owned]


def _inputs(
    action: Action[Any], row: ActionDraft, index: int, said: Sequence[Said], where: Where, desk: Desk, wanted: str
) -> list[InputView]:
    """Return the inputs; the first has the focus where the person wants to begin, or the one that is asked for."""
    first_one = next((one.name for one in action.inputs if not hidden(action, one.only, row, where)), "")
    focus = first_one if wanted == "input" else wanted
    return [_input(action, one, row, index, said, where, desk, one.name == focus) for one in action.inputs]


def _input(
    action: Action[Any], input: Input, row: ActionDraft, index: int, said: Sequence[Said], where: Where, desk: Desk,
    focus: bool,
) -> InputView:  # fmt: skip
    kind = kinds.get(input.kind)
    owned = {input.name, *kind.settings(input)}
    mine = [(place, words) for place, words in said if place.partition(".")[0] in owned]
    name = f"a.{index}.{input.name}"
    return InputView(
        input,
        kind,
        name,
        row.values.get(input.name, ()),
        tuple(dict.fromkeys(words for _place, words in mine)),
        hidden=hidden(action, input.only, row, where),
        redraws=kind.redraws or any(one.only and one.only[0] == input.name for one in action.inputs),
        focus=focus,
        problems=code_problems(words for _place, words in mine),
        more=kind.show(Shown(input, row.values, where, name, mine, desk)),
    )
