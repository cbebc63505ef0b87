"""A directory that a custom system and we share: /inbound, /outbound, /processed, /error.

Files are written under another name and then renamed. Whoever brings the directory to the other side (SFTP, a share)
is the machine's own affair.
"""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.custom.files import written
from integrations.custom.files.sheet import MAX_BYTES, Wrong, errors
from integrations.custom.files.take import KINDS, OUT, NotTaken, take_file
from integrations.models import Integration
from portal.kit.clock import now
from portal.kit.failpoints import failpoint

FOLDERS = ("inbound", "outbound", "processed", "error")
RESTS = 30.0
"""Seconds for which a file must not have changed before it is read."""
_NAME = re.compile(r"(?P<kind>[a-z_]+)_\d{8}T\d{6}Z_\d{1,9}\.csv")


class Busy(RuntimeError):
    """Another process works on the directory."""


def take_in(integration: Integration, root: Path, *, rests: float = RESTS) -> Iterator[str]:
    """Take in what lies in /inbound, oldest name first; yields a sentence for each file. Raises Busy."""
    with _held(root):
        for path in sorted((root / "inbound").iterdir()):
            if path.suffix == ".csv" and not path.name.startswith(".") and _rests(path, rests):
                yield _take_one(integration, root, path)


def _rests(path: Path, rests: float) -> bool:
    return path.is_file() and not path.is_symlink() and time.time() - path.stat().st_mtime >= rests


def _take_one(integration: Integration, root: Path, path: Path) -> str:
    found = _NAME.fullmatch(path.name)
    if found is None:
        kinds = ", ".join(KINDS.get(integration.connector, ()))
        told = f"The name is none of ours: it is kind_yyyymmddThhmmssZ_number.csv, and kind is one of {kinds}."
        return _refused(root, path, told)
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        row, fresh = take_file(integration, found["kind"], path.name, data)
    except NotTaken as refused:
        return _refused(root, path, str(refused))
    failpoint("exchange.before_move")
    if row.errors and fresh:
        _write(root / "error" / f"{path.name}.errors.csv", row.errors.encode())
    _move(path, root / ("processed" if row.taken else "error"))
    return f"{path.name}: {_words(row.rows, row.refused)}" if fresh else f"{path.name}: taken before, left alone."


def _words(rows: int, refused: int) -> str:
    return f"{rows - refused} of {rows} rows taken." if refused else f"{rows} rows taken."


def _refused(root: Path, path: Path, told: str) -> str:
    _write(root / "error" / f"{path.name}.errors.csv", errors([Wrong(1, "", told)]).encode())
    _move(path, root / "error")
    return f"{path.name}: refused. {told}"


def _move(path: Path, folder: Path) -> None:
    """Move a file; one of the same name that is there already stays, too."""
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}.{number}{path.suffix}"
    os.replace(path, target)


def write_out(integration: Integration, root: Path) -> Iterator[str]:
    """Write what waits for the other side into /outbound; yields a sentence for each file. Raises Busy, NotTaken."""
    with _held(root):
        for kind in OUT.get(integration.connector, ()):
            batch = written.waiting(integration, kind)
            if batch is None:
                continue
            name = _free(root / "outbound", kind)
            _write(root / "outbound" / name, batch.data)
            failpoint("exchange.before_note")
            written.note(integration, batch, name, hashlib.sha256(batch.data).hexdigest())
            yield f"{name}: {len(batch.ids)} written."


def _free(folder: Path, kind: str) -> str:
    stamp, number = now().strftime("%Y%m%dT%H%M%SZ"), 1
    while (folder / f"{kind}_{stamp}_{number}.csv").exists():
        number += 1
    return f"{kind}_{stamp}_{number}.csv"


def _write(path: Path, data: bytes) -> None:
    """Write a file whole: readers see it under its name only when all of it is there."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """Make the folders, and keep other processes out. Raises Busy."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("Another process exchanges files in this directory just now.") from error
        yield
