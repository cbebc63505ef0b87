"""Asking axe-core what a page does to people who cannot see, hear or point."""

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

SCRIPT = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"

FOUND = """async ([asked, within]) => {
  for (let frame = 0; frame < 5; frame++) {
    document.getAnimations().filter(one => one instanceof CSSTransition).forEach(one => one.finish());
    await new Promise(requestAnimationFrame);
  }
  return (await axe.run(within, asked)).violations.flatMap(
    one => one.nodes.map(node => `${one.id}: ${node.target} ${node.html.slice(0, 120)}`));
}"""


@functools.cache
def _script() -> str:
    return SCRIPT.read_text()


def violations(page: Page, *, rules: list[str] | None = None, within: str = "html") -> list[str]:
    """Return what axe finds wrong with the page as it stands, a line for each rule and element: of all rules, or some.

    The script is evaluated from outside, because the page's own policy lets no foreign script in. It reads a page's
    style sheets in advance for one rule only, which it leaves out itself unless it is named; so they are not read.
    Colours on their way to others are let arrive first: those inside set out when those around them are there.
    `within` names what alone is looked at, as a window that hides a part of what it lies upon.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    asked: dict[str, Any] = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    asked |= {"runOnly": rules} if rules else {"rules": {"target-size": {"enabled": True}}}  # WCAG 2.2
    found: list[str] = page.evaluate(FOUND, [asked, within])
    return found


def violations_in_both(page: Page) -> list[str]:
    """Return what axe finds wrong with a page in light, and with its colours in dark: they alone are others there."""
    _choose(page, "light")
    found = violations(page)
    _choose(page, "dark")
    found += [f"dark: {one}" for one in violations(page, rules=["color-contrast", "link-in-text-block"])]
    _choose(page, "light")
    return found


def _choose(page: Page, theme: str) -> None:
    """Show the page in a theme as the menu of themes does, with no colour still on its way to the other."""
    page.evaluate("theme => document.dispatchEvent(new CustomEvent('theme:choose', {detail: theme}))", theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    page.evaluate("document.getAnimations().forEach(one => { try { one.finish() } catch { one.cancel() } })")
