"""The shape of an action, and the registry of those there are. Pure.

An action is one module in `automations/actions/`. It says what it is, validates its settings when a
rule is saved, plans what it would do, and puts itself in words; it never writes.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from automations.engine.plan import Write
from portal.kit.json import Json
from portal.kit.registry import Registry

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may look at."""

    document: Json
    now: dt.datetime
    careful: bool
    """A rule before this one could not be judged: nothing may go to fulfillment unseen."""
    rule_name: str


class Refusal(ValueError):
    """The action cannot be done to this record; the message says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Input:
    """One setting as the rule editor shows it: a number, or a choice among (value, label) pairs."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""


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


actions: Registry[Action[Any]] = Registry("action")
