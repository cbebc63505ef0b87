"""What goes into users' code and what may come out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["filter", "action"]
Status = Literal["ok", "error", "timeout", "memory", "refused"]


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """One rule's code and the records it is to be run on, one evaluation each.

    `key` names the instance: organization, rule version and place ("filter", "action:0"). It is used to
    hold the right rule to account, never to share anything between requests. `entities` and `related`
    are JSON texts in UTF-8; `related` is either absent or one text for each entity. `now` is the instant
    that the run has recorded, in ISO 8601 with a zone.
    """

    key: str
    source: str
    kind: Kind
    entities: Sequence[bytes]
    now: str
    related: Sequence[bytes] | None = None

    def __post_init__(self) -> None:
        if self.related is not None and len(self.related) != len(self.entities):
            raise ValueError("related must hold one text for each entity")


@dataclass(frozen=True, slots=True)
class CodeResult:
    """The outcome of one evaluation.

    `value` is a bool for filters and a JSON object (exact decimals) for actions, and None unless the
    status is "ok". `line` and `column` count from 1 in the user's own text. `micros` is the time of
    the code itself (in a batch: its share), `waited_micros` the time before a child was free for it.
    """

    status: Status
    value: Any = None
    error: str | None = None
    line: int | None = None
    column: int | None = None
    console: tuple[str, ...] = ()
    micros: int = 0
    waited_micros: int = 0

    @property
    def ok(self) -> bool:
        """True when the code ran and gave an allowed value."""
        return self.status == "ok"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a source cannot be saved, and where. `line` and `column` count from 1."""

    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Whether this machine can hold users' code in; code rules stay off when it cannot.

    `capabilities` says which fences stand: other user, no network, memory and time limits.
    """

    ok: bool
    why: str | None = None
    capabilities: dict[str, bool] = field(default_factory=dict)
