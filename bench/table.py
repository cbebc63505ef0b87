"""The one table: printed, and written between two markers of docs/performance.md."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench import data, database

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
LOAD = os.getloadavg()[0]
"""What else the machine had to do before the run began: above 0.5, figures are too low."""
PARTS = ("Django", "psycopg", "django-q2", "mini-racer", "pydantic")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured row."""

    what: str
    measured: str
    goal: str = ""
    met: bool | None = None
    """None: there is no goal to meet."""

    @property
    def verdict(self) -> str:
        """The goal, and whether it is met."""
        return f"{self.goal} {'✔' if self.met else '✘'}" if self.met is not None else self.goal


def show(figures: Sequence[Figure]) -> str:
    """Return the table as text for a terminal."""
    wide = max(len(figure.what) for figure in figures)
    middle = max(len(figure.measured) for figure in figures)
    lines = [f"{one.what:<{wide}}  {one.measured:>{middle}}  {one.verdict}".rstrip() for one in figures]
    return "\n".join((_setting(), "", *lines))


def markdown(figures: Sequence[Figure]) -> str:
    """Return the table as Markdown."""
    rows = [f"| {one.what} | {one.measured} | {one.verdict} |" for one in figures]
    return "\n".join((_setting(), "", "| what | measured | goal |", "| --- | ---: | --- |", *rows))


def markers(name: str) -> tuple[str, str]:
    """Return the lines between which a table stands."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def write(figures: Sequence[Figure], name: str = "bench") -> None:
    """Put the table of this name into the page; the rest stays. Raises ValueError without its markers."""
    page, (begin, end) = PAGE.read_text(), markers(name)
    head, found, rest = page.partition(begin)
    _old, found_end, tail = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{PAGE.name} must hold the lines {begin} and {end}.")
    PAGE.write_text(f"{head}{begin}\n{markdown(figures)}\n{end}{tail}")


def _setting() -> str:
    server = str(database.scalar("SHOW server_version")).split()[0]
    parts = ", ".join(f"{name} {version(name)}" for name in PARTS)
    safe = ", ".join(f"{name} {value}" for name, value in database.safety().items())
    return (
        f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d} on {os.cpu_count()} cores "
        f"({_processor()}; load before the run {LOAD:.1f}), "
        f"Python {platform.python_version()}, PostgreSQL {server} ({safe}), {parts}; {data.origin()}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
