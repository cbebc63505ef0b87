"""The shape of an action, and the registry of those there are. Pure.

An action is one module in `automations/actions/`. It says what it is, validates its settings when a
rule is saved, plans what it would do, and puts itself in words; it never writes.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from automations.engine.plan import Write
from portal.filters.fields import Catalogue
from portal.kit.json import Json
from portal.kit.registry import Registry

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may look at."""

    document: Json
    now: dt.datetime
    careful: bool
    """A rule before this one could not be judged: nothing may go to fulfillment unseen."""
    rule_name: str
    zone: dt.tzinfo = dt.UTC
    """The organization's timezone."""
    catalogue: Catalogue | None = None
    trigger: str = ""
    answer: Any = None
    """What the action's code returned; None for actions without code."""


class Refusal(ValueError):
    """The action cannot be done to this record; the message says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Input:
    """One setting as the rule editor shows it; `kind` names its widget (`automations.inputs`)."""

    name: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    only: tuple[str, str] | None = None
    """Shown only while the setting of the first name has the second value."""


Check = Callable[[Any, "Trigger", "Organization | None"], Iterable[tuple[str, str]]]
"""(settings, trigger, organization) to what is wrong: (name of the setting, sentence with the cure)."""


@dataclass(frozen=True, slots=True)
class Action(Generic[S]):
    """An action as rules use it."""

    key: str
    label: str
    entities: frozenset[str]
    settings: type[S]
    plan: Callable[[S, Context], Sequence[Write]]
    words: Callable[[S], str]
    inputs: tuple[Input, ...] = ()
    terminal: bool = False
    """Nothing may come after it in a rule."""
    reversible: bool = True
    help: str = ""
    code: Callable[[S], str] | None = None
    """JavaScript that runs first; what it returns is `Context.answer`."""
    check: Check | None = None
    """What is wrong with the settings beyond their types, asked when a rule is saved."""
    hidden: bool = False
    """Not offered in the editor."""


actions: Registry[Action[Any]] = Registry("action")
