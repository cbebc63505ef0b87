"""What each process of a run would pay for again: the migrations, and a collector of garbage that reads every module.

Both together were a fifth of the suite's time.
"""

import contextlib
import gc
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.plugin import blocking_manager_key

YOUNG = 20_000
"""How many new objects there may be before the youngest are looked through; Python's own 700 is for small programs."""


def collect_garbage() -> None:
    """Look for garbage from now on, but never again in what is there now: modules and tests stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()


def run_led_by(config: pytest.Config) -> str | None:
    """Return the name of the run whose parallel processes this one has started; None where it runs tests itself."""
    session = config.pluginmanager.getplugin("dsession")
    return str(session.nodemanager.testrunuid)[:8] if session is not None else None


def template_of(run: str) -> str:
    """Return the name of the database that the parallel processes of a run copy."""
    return f"test_{run}_template"


def migrate_template(config: pytest.Config, run: str) -> None:
    """Migrate the database to copy, once, while the processes that will copy it are loading their tests."""
    with _at_template(config, run) as connection:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()  # what is open cannot be copied


def drop_template(config: pytest.Config, run: str) -> None:
    """Drop the database that was copied."""
    with _at_template(config, run) as connection:
        connection.creation.destroy_test_db(verbosity=0)


@contextmanager
def _at_template(config: pytest.Config, run: str) -> Iterator[BaseDatabaseWrapper]:
    connection = connections["default"]
    own, name = connection.settings_dict, template_of(run)
    here, there = mock.patch.dict(own, NAME=name), mock.patch.dict(own["TEST"], NAME=name)
    with config.stash[blocking_manager_key].unblock(), here, there:
        yield connection


def load_each_from_another_place(config: pytest.Config) -> None:
    """Import the tests beginning at another file in each process, so that what one has compiled the others read.

    What cannot be imported is told by pytest, which comes to it afterwards.
    """
    number, count = (int(os.environ[f"PYTEST_XDIST_WORKER{part}"].removeprefix("gw")) for part in ("", "_COUNT"))
    given = (Path(config.invocation_params.dir, one.partition("::")[0]) for one in config.args)
    files = sorted({file for one in given for file in (one.rglob("test_*.py") if one.is_dir() else [one])})
    start = number * len(files) // count
    for file in [*files[start:], *files[:start]]:
        with contextlib.suppress(Exception):
            importlib.import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))
