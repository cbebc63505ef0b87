"""Prepare what is missing, with nothing but Python and its standard library: `make setup`.

This file must be readable by any Python 3, so that an old one gets a sentence instead of a traceback.
"""

import os
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def problem(version, modules):
    # type: (tuple[int, ...], set[str]) -> str
    """Return one sentence when this Python cannot be used, or nothing."""
    if tuple(version[:2]) < OLDEST:
        found = ".".join(str(part) for part in version[:3])
        return (
            "Switchyard needs Python 3.11 or newer and this is " + found + "; name another one, "
            "for example: make run PYTHON=python3.11"
        )
    if not {"venv", "ensurepip"} <= set(modules):
        return (
            "This Python lacks its venv or ensurepip module; install it "
            "(on Debian and Ubuntu: apt-get install python3-venv) and try again."
        )
    return ""


def present(names):
    # type: (list[str]) -> set[str]
    """Return those of the modules that this Python has."""
    from importlib.util import find_spec

    return {name for name in names if find_spec(name)}


if __name__ == "__main__":
    sentence = problem(tuple(sys.version_info[:3]), present(["venv", "ensurepip"]))
    if sentence:
        sys.exit(sentence)
    sys.path.insert(0, ROOT)
    from tools.install import main

    main(sys.argv[1:])
