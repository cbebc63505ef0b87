"""What each process of a run would pay for again: the migrations, and a collector of garbage that reads every module.

Both together were a fifth of the suite's time.
"""

import gc
from unittest import mock

import pytest
from django.db import connections
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
    connection = connections["default"]
    own = connection.settings_dict
    with (
        config.stash[blocking_manager_key].unblock(),
        mock.patch.dict(own),
        mock.patch.dict(own["TEST"], NAME=template_of(run)),
    ):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()  # what is open cannot be copied


def drop_template(config: pytest.Config, run: str) -> None:
    """Drop the database that was copied."""
    with config.stash[blocking_manager_key].unblock():
        connections["default"].creation._destroy_test_db(template_of(run), verbosity=0)
