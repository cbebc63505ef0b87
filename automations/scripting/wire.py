"""Framed messages over two pipes, with a time by which each must have come.

To the child: two lengths, a JSON header, the records as raw bytes. From the child: one length, JSON.
What the child says is not trusted: a frame that is too large or is no JSON object is an error.
"""

import contextlib
import fcntl
import json
import os
import select
import struct
import time
from collections.abc import Sequence
from typing import Any

Frame = dict[str, Any]

PAIR = struct.Struct(">II")
LENGTH = struct.Struct(">I")
PIPE_SIZE = 1024 * 1024
LARGEST_ANSWER = 8 * 1024 * 1024


class Gone(Exception):
    """The child has closed its pipe: it has ended or is ending."""


class Late(Exception):
    """The child did not answer in time."""


class Malformed(Exception):
    """The child answered something that is not a frame."""


class Pipes:
    """Both directions to one child. Not for two threads at once."""

    def __init__(self, write_fd: int, read_fd: int) -> None:
        self._write_fd, self._read_fd = write_fd, read_fd
        os.set_blocking(write_fd, False)
        os.set_blocking(read_fd, False)
        _widen(write_fd)
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(write_fd, select.POLLOUT)
        self._readable.register(read_fd, select.POLLIN)
        self._buffer = bytearray()

    def close(self) -> None:
        """Close both ends on our side; the child reads the end of its input and ends."""
        os.close(self._write_fd)
        os.close(self._read_fd)

    def send(self, header: Frame, body: Sequence[bytes], deadline: float) -> None:
        """Write one frame. Raises Gone, or Late when the child does not read (`deadline`: time.monotonic())."""
        head = json.dumps(header, separators=(",", ":")).encode()
        texts = b"".join(body)
        view = memoryview(PAIR.pack(len(head), len(texts)) + head + texts)
        while view:
            _wait(self._writable, deadline)
            try:
                view = view[os.write(self._write_fd, view) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Gone from error

    def receive(self, deadline: float) -> Frame:
        """Read the next frame. Raises Gone, Late or Malformed."""
        size = LENGTH.unpack(self._take(LENGTH.size, deadline))[0]
        if size > LARGEST_ANSWER:
            raise Malformed(f"an answer of {size} bytes")
        try:
            frame = json.loads(self._take(size, deadline))
        except (ValueError, RecursionError) as error:
            raise Malformed(str(error)) from error
        if not isinstance(frame, dict):
            raise Malformed("not an object")
        return frame

    def _take(self, size: int, deadline: float) -> bytes:
        while len(self._buffer) < size:
            _wait(self._readable, deadline)
            try:
                part = os.read(self._read_fd, 256 * 1024)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Gone from error
            if not part:
                raise Gone
            self._buffer += part
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _widen(fd: int) -> None:
    """Let a whole batch fit into the pipe, where the system allows: each refill costs two switches of process."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _wait(poll: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise Late
