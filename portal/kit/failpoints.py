"""Named places where a test can make this process die or fail (reliability.md E5).

Does nothing unless SWITCHYARD_FAILPOINTS names the place: `take.before_commit=kill,holds.released=raise`.
`name=kill@3` waits for the third pass.
"""

import os
import signal


class FailpointReached(RuntimeError):
    """A test asked for a failure here."""


def _parse(text: str) -> dict[str, tuple[str, int]]:
    points: dict[str, tuple[str, int]] = {}
    for part in filter(None, text.split(",")):
        name, _, act = part.partition("=")
        act, _, pass_number = act.partition("@")
        points[name] = (act or "raise", int(pass_number or 1))
    return points


_points = _parse(os.environ.get("SWITCHYARD_FAILPOINTS", ""))
_seen: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Die by signal 9, or raise FailpointReached, where the environment asks for it."""
    if name not in _points:
        return
    act, wanted = _points[name]
    _seen[name] = _seen.get(name, 0) + 1
    if _seen[name] != wanted:
        return
    if act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointReached(name)
