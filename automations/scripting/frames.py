"""The child's side of the wire, on its standard input and output. Standard library only.

From the parent: two lengths (header, body), a JSON header, the records as raw text. To the parent: one length, JSON.
"""

import contextlib
import json
import os
import select
import struct
import threading
from collections.abc import Callable
from typing import Any, NoReturn

Frame = dict[str, Any]

PARENT = os.getppid()
PAIR = struct.Struct(">II")
LENGTH = struct.Struct(">I")
PIECE = 1024 * 1024

_output = threading.Lock()


def read_exactly(count: int) -> bytes:
    """Read from the parent; ends the process when the parent is gone."""
    parts = []
    while count > 0:
        part = os.read(0, min(count, PIECE))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_frame(tidy: Callable[[], None]) -> tuple[Frame, bytes]:
    """Wait for the next frame. A parent that ended without closing is noticed within five seconds."""
    while not wanted(5000):
        tidy()
        if os.getppid() != PARENT:
            os._exit(0)
    header, body = PAIR.unpack(read_exactly(PAIR.size))
    return json.loads(read_exactly(header)), read_exactly(body)


def wanted(milliseconds: int) -> bool:
    """True when the parent has sent something or is gone."""
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    return bool(waiting.poll(milliseconds))


def send(frame: Frame) -> None:
    """Write one frame to the parent."""
    data = json.dumps(frame, separators=(",", ":")).encode()
    with _output:
        _write(LENGTH.pack(len(data)) + data)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def end(frame: Frame) -> NoReturn:
    """Say why this process ends, and end it without asking V8."""
    with contextlib.suppress(OSError):
        send(frame)
    os._exit(0)
