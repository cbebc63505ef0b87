"""How many random cases a run tries: few with every test run, many with `make parity`."""

import os

TIMES = int(os.environ.get("SWITCHYARD_PARITY", "1"))


def examples(usual: int) -> int:
    """Return how many examples hypothesis is to try."""
    return usual * TIMES
