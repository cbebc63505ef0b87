"""Faults that can be switched on: once, some times, or until they are switched off."""

import json
from dataclasses import dataclass, field
from typing import Any

from integrations.connectors.ecwid.sandbox.state.database import Database, dump

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


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "rate_limited",
            "Too many requests",
            "Answers 429. How long to wait is told in the form you choose.",
            {"retry_after": "seconds", "seconds": 2},
            {"retry_after": ("seconds", "date", "huge", "garbage", "negative", "missing")},
        ),
        Kind(
            "server_error",
            "Server error",
            "Answers with an error of the server and a web page instead of data.",
            {"status": 502, "body": "html"},
            {"status": ("500", "502", "503", "504", "408"), "body": ("html", "json", "empty")},
        ),
        Kind("slow", "Slow answer", "Waits before it answers.", {"seconds": 30}),
        Kind("cut", "Cut answer", "Sends half of the answer, then hangs up."),
        Kind("duplicates", "Repeated records", "Lists show some records twice on a page."),
        Kind("reordered", "Shuffled pages", "Every page comes in another order.", {"seed": 1}),
        Kind("revoked", "Access taken back", "Answers 403 as if the shop owner had removed the app."),
        Kind("suspended", "Store suspended", "Answers 402 as for a store that is not paid for."),
        Kind(
            "index_lag",
            "Search lags behind",
            "New and changed orders appear in the list later.",
            {"seconds": 20},
            area="store",
        ),
        Kind(
            "unknown_currency",
            "Unknown currency",
            "The store says its currency is one nobody knows.",
            {"currency": "XQQ"},
            area="store",
        ),
        Kind(
            "clock_skew",
            "Clock is wrong",
            "The store's clock runs ahead, or behind with a minus.",
            {"seconds": 300},
            area="store",
        ),
        Kind(
            "state_dropped",
            "Sign-in forgets its state",
            "The way back to the app lacks the state it was given.",
            area="sign-in",
        ),
        Kind("token_refused", "Sign-in code refused", "The code cannot be exchanged for access.", area="sign-in"),
        Kind("fewer_scopes", "Fewer rights granted", "Grants only the rights to see the profile.", area="sign-in"),
    )
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is on: ``remaining`` times, or None for ever; for every call whose path contains ``path``."""

    kind: str
    settings: Json
    path: str = ""
    remaining: int | None = None


class Faults:
    """The panel. One fault of a kind at a time; setting it again replaces it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set(self, kind: str, *, times: int | None = None, path: str = "", **settings: Any) -> None:
        """Switch a fault on. Raises UnknownFault."""
        checked = _checked(kind, settings)
        if times is not None and times < 1:
            raise UnknownFault("A fault happens at least once.")
        self._db.run("INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?)", kind, dump(checked), path, times)

    def clear(self, kind: str | None = None) -> None:
        """Switch one fault off, or all."""
        if kind is None:
            self._db.run("DELETE FROM faults")
        else:
            self._db.run("DELETE FROM faults WHERE kind = ?", kind)

    def active(self) -> list[Fault]:
        """Return what is switched on, in the order of the panel."""
        rows = {row["kind"]: row for row in self._db.rows("SELECT * FROM faults")}
        return [
            Fault(kind, json.loads(rows[kind]["settings"]), rows[kind]["path"], rows[kind]["remaining"])
            for kind in KINDS
            if kind in rows
        ]

    def peek(self, kind: str, path: str = "") -> Fault | None:
        """Return the fault if it is on for this path, without using it up."""
        return next((fault for fault in self.active() if fault.kind == kind and fault.path in path), None)

    def take(self, kind: str, path: str = "") -> Fault | None:
        """Return the fault if it is on for this path, and count it as used once."""
        with self._db.transaction():
            fault = self.peek(kind, path)
            if fault is not None and fault.remaining is not None:
                self._db.run("UPDATE faults SET remaining = remaining - 1 WHERE kind = ?", kind)
                self._db.run("DELETE FROM faults WHERE kind = ? AND remaining <= 0", kind)
            return fault


def _checked(kind: str, settings: Json) -> Json:
    if kind not in KINDS:
        raise UnknownFault(f"There is no fault called {kind}.")
    known = KINDS[kind]
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
