"""What an outside answer means for us: one table, so that no call decides for itself. Pure.

A failure has a kind, and the kind says what happens next (style.md, habit 10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.retry_after import MAX_PAUSE, pause_of, seconds_of_date

__all__ = ["MAX_PAUSE", "Kind", "OutsideFailed", "Reaction", "pause_of", "react", "seconds_of_date"]


class Kind(StrEnum):
    """What happens next."""

    LATER = "later"
    """It may pass: the flow tries again after a pause."""
    SIGN_IN = "sign_in"
    """The credential is not good: all calls stop at once, and a person has to connect again."""
    PERSON = "person"
    """The other side wants something changed there or here: all calls stop, and a person is told what."""
    RECORD = "record"
    """Only this one request is wrong: it becomes an exception, everything else goes on."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """The kind of a failure with its words for people."""

    kind: Kind
    cause: str | Promise
    cure: str | Promise


WAIT = _("Nothing to do: it is tried again by itself.")
RECONNECT = _("Press Connect and approve the access again.")

TABLE: Mapping[int, Reaction] = {
    400: Reaction(Kind.RECORD, _("The other side did not accept a request."), _("Open the Activity tab to see it.")),
    401: Reaction(Kind.SIGN_IN, _("The access was taken back or has ended."), RECONNECT),
    402: Reaction(
        Kind.PERSON,
        _("The plan of the store does not include this access, or the store is suspended."),
        _("Check the plan of the store, then press Connect again."),
    ),
    403: Reaction(Kind.SIGN_IN, _("The access was taken back or has ended."), RECONNECT),
    404: Reaction(Kind.RECORD, _("The record is not there."), _("It may have been deleted on the other side.")),
    408: Reaction(Kind.LATER, _("The other side took too long."), WAIT),
    425: Reaction(Kind.LATER, _("The other side is not ready."), WAIT),
    429: Reaction(Kind.LATER, _("The other side asks for a pause."), WAIT),
    449: Reaction(Kind.LATER, _("The other side is busy with an import."), WAIT),
}
_BROKEN = Reaction(Kind.LATER, _("The other side has a fault."), WAIT)
_ODD = Reaction(Kind.RECORD, _("The other side gave an answer that is not understood."), _("Open the Activity tab."))
UNREACHABLE = Reaction(Kind.LATER, _("The other side cannot be reached."), WAIT)
NOT_ALLOWED = Reaction(
    Kind.PERSON,
    _("The address of the other side must not be called from here."),
    _("Ask whoever runs this installation to check the address and its certificate."),
)
NOT_UNDERSTOOD = Reaction(Kind.LATER, _("The answer of the other side could not be read."), WAIT)
LOCKED = Reaction(Kind.PERSON, _("The stored access cannot be read with the keys of this installation."), RECONNECT)
REFUSED = Reaction(Kind.RECORD, _("The other side refused it."), _("Mend what it names, then try again."))


class OutsideFailed(Exception):
    """A call to an outside system did not bring what was asked for."""

    def __init__(
        self,
        reaction: Reaction,
        *,
        status: int = 0,
        code: str = "",
        message: str = "",
        pause: int | None = None,
        too_large: bool = False,
        ms: int = 0,
    ) -> None:
        super().__init__(message or str(reaction.cause))
        self.reaction = reaction
        self.status = status
        self.code = code
        self.message = message
        self.pause = pause
        self.too_large = too_large
        self.ms = ms

    @property
    def kind(self) -> Kind:
        """Return what happens next."""
        return self.reaction.kind

    def sentence(self) -> str:
        """Return the cause, with what the other side said where it said something."""
        said, cause = self.message.strip().rstrip(".")[:300], str(self.reaction.cause)
        return f"{cause.rstrip('.')} ({said})." if said else cause


class Declined(OutsideFailed):
    """The other side refuses one request for a reason that the connector understands.

    `problem` is the type of exception that tells people: `address_refused`, `sku_unknown` or `request_refused`.
    """

    def __init__(self, problem: str, message: str, *, status: int = 0) -> None:
        super().__init__(REFUSED, status=status, code=problem, message=message)
        self.problem = problem


def react(status: int, code: str = "", *, special: Mapping[tuple[int, str], Reaction] | None = None) -> Reaction:
    """Return the reaction to a status, where the connector's own table may know better."""
    special = special or {}
    own = special.get((status, code)) or special.get((status, ""))
    if own is not None:
        return own
    if status in TABLE:
        return TABLE[status]
    return _BROKEN if status >= 500 else _ODD
