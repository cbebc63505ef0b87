"""Print the path of a Chromium for the browser tests, installing one where there is none.

What is tried, in this order: SWITCHYARD_BROWSER; the headless Chromium inside an npm package, which takes half the
processor time of a whole browser without its window; a Chromium or Chrome of the system; Debian's package, as root;
Playwright's own download.
"""

import glob
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from tools.install import node, npm_ci
from tools.steps import ROOT, Stop, check_disk, quietly, step

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGED = ROOT / "var" / "browser"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def main() -> None:
    """Print the path, or end with one sentence."""
    print(path())


def path() -> str:
    """Return the path of a browser that starts. Raises Stop."""
    if chosen := os.environ.get("SWITCHYARD_BROWSER"):
        if not starts(chosen):
            raise Stop(f"SWITCHYARD_BROWSER is “{chosen}”, which does not start as a browser.")
        return chosen
    for way in (_packaged, _from_npm, _system, _downloaded, _from_debian, _from_playwright):
        if (found := _tried(way)) and starts(found):
            return found
    raise Stop(
        "No browser was found for the browser tests and none could be installed; "
        "install Chromium, or set SWITCHYARD_BROWSER to the path of one."
    )


def starts(program: str) -> bool:
    """Say whether the tests can drive the program: a stub, or a missing library, shows here."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=30_000).close()
    except Error:
        return False
    return True


def _tried(way: Callable[[], str | None]) -> str | None:
    try:
        return way()
    except Stop as stop:
        print(stop, file=sys.stderr)
        return None


def _system() -> str | None:
    found = [shutil.which(name) for name in NAMES] + [place for place in PLACES if Path(place).exists()]
    return next((program for program in found if program), None)


def _downloaded() -> str | None:
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(Path.home() / ".cache" / "ms-playwright"))
    return next(iter(sorted(glob.glob(f"{cache}/chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def _packaged() -> str | None:
    wrapper = PACKAGED / "run"
    return str(wrapper) if wrapper.exists() else None


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    check_disk(Path("/usr"), 1024)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with _announced("Installing Chromium with apt-get"):
        quietly(["apt-get", "update", "-q"], "apt-get update fails.", env=quiet)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
        quietly(install, "apt-get has no Chromium.", env=quiet)
    return shutil.which("chromium")


def _from_npm() -> str | None:
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return None
    folder = ROOT / "tools" / "browser"
    with _announced("Installing the Chromium of an npm package"):
        npm_ci(folder)
        PACKAGED.mkdir(parents=True, exist_ok=True)
        packed = folder / "node_modules" / "@sparticuz" / "chromium" / "bin"
        quietly([node(), str(folder / "unpack.mjs"), str(packed), str(PACKAGED)], "Chromium could not be unpacked.")
        _write_wrapper()
        shutil.rmtree(folder / "node_modules")
    return _packaged()


def _write_wrapper() -> None:
    # Its own copies of the libraries that a bare machine lacks come last, after the system's.
    wrapper = PACKAGED / "run"
    here = f'here="{PACKAGED}"\nexport LD_LIBRARY_PATH="${{LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}}$here/lib"\n'
    fonts = '[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here"\n'
    wrapper.write_text(f'#!/bin/sh\n{here}{fonts}exec "$here/chromium" "$@"\n')
    wrapper.chmod(0o755)


def _from_playwright() -> str | None:
    with _announced("Downloading Chromium with Playwright"):
        quietly([sys.executable, "-m", "playwright", "install", "chromium"], "Playwright cannot download a browser.")
    return _downloaded()


@contextmanager
def _announced(words: str) -> Iterator[None]:
    with redirect_stdout(sys.stderr), step(words):  # standard output is the path alone
        yield


if __name__ == "__main__":
    main()
