"""Asking axe-core what a page does to people who cannot see, hear or point."""

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"

FOUND = """async ([asked, within, theme]) => {
  const root = document.documentElement, shown = root.dataset.bsTheme;
  root.dataset.bsTheme = theme || shown;
  await new Promise(requestAnimationFrame);
  const found = (await axe.run(within, asked)).violations;
  root.dataset.bsTheme = shown;
  return found.flatMap(one => one.nodes.map(node => `${one.id}: ${node.target} ${node.html.slice(0, 120)}`));
}"""


STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(still);
}"""


@functools.cache
def _script() -> str:
    return SCRIPT.read_text()


def violations(page: Page, *, rules: list[str] | None = None, within: str = "html", theme: str = "") -> list[str]:
    """Return what axe finds wrong with the page as it stands, a line for each rule and element: of all rules, or some.

    The script is evaluated from outside, because the page's own policy lets no foreign script in. It reads a page's
    style sheets in advance for one rule only, which it leaves out itself unless it is named; so they are not read.
    From then on nothing on the page moves: a colour on its way to another is none that anybody chose.
    `within` names what alone is looked at, as a window that hides a part of what it lies upon; `theme` the one in which
    the page is looked at, whichever it is shown in.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
        page.evaluate(STILL)
    asked: dict[str, Any] = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    asked |= {"runOnly": rules} if rules else {"rules": {"target-size": {"enabled": True}}}  # WCAG 2.2
    found: list[str] = page.evaluate(FOUND, [asked, within, theme])
    return found


def violations_in_both(page: Page) -> list[str]:
    """Return what axe finds wrong with a page in light, and with its colours in dark: they alone are others there."""
    dark = violations(page, rules=["color-contrast", "link-in-text-block"], theme="dark")
    return [*violations(page, theme="light"), *(f"dark: {one}" for one in dark)]
