"""Reading the documentation as a test needs it: pages, tables, links, and the names of code in them."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from django.apps import apps

from tools.steps import ROOT

DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HOUSES = "portal|orders|automations|integrations|tools|tests|bench"
_PATH = re.compile(rf"(?:{_HOUSES}|docs|static|templates)/[\w./-]*|[\w-]+\.(?:md|toml|json|py)|Makefile")
_DOTTED = re.compile(rf"(?:{_HOUSES})(?:\.\w+)+")
MADE_LATER = ("static/dist",)
"""Named in the pages, but made by `make` and not kept in the repository."""


def pages() -> list[str]:
    """Return every page of the documentation, as a path below the repository."""
    return sorted(str(page.relative_to(ROOT)) for page in [ROOT / "README.md", *DOCS.rglob("*.md")] if page.is_file())


@cache
def text(page: str) -> str:
    """Return a page without its examples of code."""
    return _FENCE.sub("", (ROOT / page).read_text())


def links(page: str) -> list[str]:
    """Return where a page's links lead within the repository: path and, behind #, heading."""
    return [link for link in _LINK.findall(text(page)) if "://" not in link and not link.startswith("mailto:")]


def headings(path: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def code(page: str) -> list[str]:
    """Return what stands in backticks on a page."""
    return _CODE.findall(text(page))


def rows(page: str, first: str) -> list[list[str]]:
    """Return the cells of the table whose first heading is `first`, row by row. Raises ValueError."""
    lines = text(page).splitlines()
    for number, line in enumerate(lines):
        if line.startswith(f"| {first} |"):
            return list(_table(lines[number + 2 :]))
    raise ValueError(f"{page} has no table that begins with “{first}”.")


def _table(lines: list[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def keys(page: str, first: str) -> list[str]:
    """Return what stands in backticks in the first column of that table."""
    return [name for row in rows(page, first) for name in _CODE.findall(row[0])]


def missing(name: str) -> bool:
    """Say whether something in backticks names a file, module or member that does not exist."""
    if _PATH.fullmatch(name):
        return not _is_file(name)
    return bool(_DOTTED.fullmatch(name)) and not _is_code(name)


def _is_file(name: str) -> bool:
    if name.startswith(MADE_LATER) or (ROOT / name).exists():
        return True
    # A bare file name is explained by what stands around it; it has to exist somewhere.
    return "/" not in name and any(name == Path(known).name for known in _files())


@cache
def _files() -> tuple[str, ...]:
    folders = ("portal", "orders", "automations", "integrations", "tools", "tests", "bench", "docs")
    return tuple(str(path) for folder in folders for path in (ROOT / folder).rglob("*.*"))


def _is_code(name: str) -> bool:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = _module(".".join(parts[:length]))
        if module is not None:
            return _has(module, parts[length:]) or _is_model(parts)
    return False


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _has(holder: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(holder, name):
            return False
        holder = getattr(holder, name)
    return True


def _is_model(parts: list[str]) -> bool:
    return len(parts) == 2 and parts[1].lower() in apps.all_models.get(parts[0], {})
