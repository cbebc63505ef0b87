"""Asking axe-core what a page does to people who cannot see, hear or point."""

import functools
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"


@functools.cache
def _script() -> str:
    return SCRIPT.read_text()


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands, a line for each rule and element.

    The script is evaluated from outside, because the page's own policy lets no foreign script in.
    """
    page.evaluate(_script())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"]]
