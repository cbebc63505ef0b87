"""Faults that can be switched on: once, some times, or until they are switched off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.kit.sandbox.database import Database, dump

Json = dict[str, Any]


class UnknownFault(ValueError):
    """There is no fault or setting of this name, or its value does not fit."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to misbehave. ``settings`` are the names with their default; ``choices`` limits a setting to a list."""

    key: str
    label: str
    about: str
    settings: Json = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    area: str = "api"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is on: ``remaining`` times, or None for ever; for every call whose path contains ``path``."""

    kind: str
    settings: Json
    path: str = ""
    remaining: int | None = None


class Faults:
    """The panel. One fault of a kind at a time; setting it again replaces it."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind]) -> None:
        self._db = database
        self._kinds = kinds
        self._any = self._db.row("SELECT 1 FROM faults") is not None

    def set(self, kind: str, *, times: int | None = None, path: str = "", **settings: Any) -> None:
        """Switch a fault on. Raises UnknownFault."""
        checked = self._checked(kind, settings)
        if times is not None and times < 1:
            raise UnknownFault("A fault happens at least once.")
        self._db.run("INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?)", kind, dump(checked), path, times)
        self._any = True

    def clear(self, kind: str | None = None) -> None:
        """Switch one fault off, or all."""
        if kind is None:
            self._db.run("DELETE FROM faults")
        else:
            self._db.run("DELETE FROM faults WHERE kind = ?", kind)

    def active(self) -> list[Fault]:
        """Return what is switched on, in the order of the panel."""
        if not self._any:  # asked several times in each call, and nearly always nothing is on
            return []
        rows = {row["kind"]: row for row in self._db.rows("SELECT * FROM faults")}
        return [
            Fault(kind, json.loads(rows[kind]["settings"]), rows[kind]["path"], rows[kind]["remaining"])
            for kind in self._kinds
            if kind in rows
        ]

    def peek(self, kind: str, path: str = "") -> Fault | None:
        """Return the fault if it is on for this path, without using it up."""
        return next((fault for fault in self.active() if fault.kind == kind and fault.path in path), None)

    def take(self, kind: str, path: str = "") -> Fault | None:
        """Return the fault if it is on for this path, and count it as used once."""
        if not self._any:
            return None
        with self._db.transaction():
            fault = self.peek(kind, path)
            if fault is not None and fault.remaining is not None:
                self._db.run("UPDATE faults SET remaining = remaining - 1 WHERE kind = ?", kind)
                self._db.run("DELETE FROM faults WHERE kind = ? AND remaining <= 0", kind)
            return fault

    def _checked(self, kind: str, settings: Json) -> Json:
        if kind not in self._kinds:
            raise UnknownFault(f"There is no fault called {kind}.")
        known = self._kinds[kind]
        return dict(known.settings) | {name: _value(known, name, value) for name, value in settings.items()}


def _value(kind: Kind, name: str, value: Any) -> Any:
    if name not in kind.settings:
        raise UnknownFault(f"{kind.label} has no setting {name}.")
    if name in kind.choices and str(value) not in kind.choices[name]:
        raise UnknownFault(f"{name} is one of {', '.join(kind.choices[name])}.")
    if not isinstance(kind.settings[name], int):
        return str(value)
    try:
        return float(value) if "." in str(value) else int(value)
    except ValueError:
        raise UnknownFault(f"{name} is a number.") from None
