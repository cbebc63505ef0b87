"""The files of the sandboxes: below the folder of files, as everything else that a demo is made of."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tools.steps import ROOT, Stop

FILES = ("sandbox-ecwid.sqlite3", "sandbox-shipbob.sqlite3")


def bring_along(var: Path, *, before: Path = ROOT / "var") -> None:
    """Copy the sandboxes of a demo that ran here while they were kept in the checkout, whatever the folder of files.

    A folder that has had no demo begins with empty sandboxes.
    """
    if before.resolve() == var.resolve() or not (var / "welcome.txt").exists():
        return
    for name in FILES:
        if (before / name).exists() and not (var / name).exists():
            half = var / f"{name}.half"
            try:
                with closing(sqlite3.connect(before / name)) as source, closing(sqlite3.connect(half)) as target:
                    source.backup(target)
                half.rename(var / name)
            except (sqlite3.Error, OSError) as error:
                raise Stop(f"The sandbox in {before / name} cannot be copied to {var} ({error}).")
