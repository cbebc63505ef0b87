"""Memory at rest: web, worker and V8 pool as `make run` starts them, after each has done some work."""

import socket
import time
import urllib.request
from pathlib import Path

from django.db import transaction

from bench.data import records
from bench.shop import BY, Shop
from bench.table import Figure
from bench.workers import program, until, worker
from orders.ingest.take import take
from portal.events.models import Handoff

_REST = 5.0
"""Seconds of quiet before memory is read."""
_V8 = "automations.scripting.child"


def measure(shop: Shop) -> list[Figure]:
    """Start the programs, give each something to do, let them rest, and read their memory."""
    port = _free_port()
    gunicorn = ["-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "6"]
    with program(gunicorn, {"SWITCHYARD_DB_POOL": "yes"}) as web, worker() as work:
        until(lambda: _answers(port), "The web's answer", 60)
        with transaction.atomic():
            take(shop.source, records(200), by=BY)
        until(lambda: not Handoff.across.exists(), "The end of the rules", 60)
        time.sleep(_REST)
        seen = {"web, two processes and their master": _tree(web), "worker, cluster of two": _tree(work)}
    return _figures(seen)


def _figures(seen: dict[str, list[tuple[str, float]]]) -> list[Figure]:
    figures, total = [], 0.0
    for name, processes in seen.items():
        own = sum(size for command, size in processes if _V8 not in command)
        pool = [size for command, size in processes if _V8 in command]
        total += own + sum(pool)
        figures.append(Figure(f"– {name} ({len(processes) - len(pool)} processes)", f"{own:.0f} MB"))
        if pool:
            figures.append(Figure(f"– V8 of the {name} ({len(pool)} processes)", f"{sum(pool):.0f} MB"))
    head = Figure("memory at rest, shared pages counted once (PSS), without PostgreSQL", f"{total:.0f} MB")
    return [head, *figures]


def _tree(root: int) -> list[tuple[str, float]]:
    """Return command line and memory in MB of a process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        found.append((_command(pid), _megabytes(pid)))
    return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _megabytes(pid: int) -> float:
    """Return the proportional set size, or the resident one where the kernel does not tell it."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
        except OSError:
            continue
        sizes = [int(line.split()[1]) for line in lines if line.startswith(key)]
        if sizes:
            return sizes[0] / 1024
    return 0.0


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
