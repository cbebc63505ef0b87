"""Whether a page as it stands is fit for everybody: in light and in dark, read by machine, and on a telephone.

Who changes a page looks at it, too: with PICTURES=<folder>, pictures of those that have a name are kept there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.axe import violations_in_both

PHONE: ViewportSize = {"width": 360, "height": 780}
_SCHEMES: tuple[Literal["dark"], Literal["light"]] = ("dark", "light")


def fits_everybody(page: Page, name: str = "") -> None:
    """Fail where somebody cannot read the page, or where it is wider than a telephone."""
    _pictures(page, name)
    assert violations_in_both(page) == []
    fits_a_phone(page, name)


def fits_a_phone(page: Page, name: str = "") -> None:
    """Fail where something sticks out on a telephone, or cannot be read or pressed there."""
    with _phone(page):
        _pictures(page, name and f"{name}-phone")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations_in_both(page) == []


@contextmanager
def _phone(page: Page) -> Iterator[None]:
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(PHONE)
    yield
    page.set_viewport_size(before)


def _pictures(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES", "") if name else ""
    for scheme in _SCHEMES if folder else ():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)
