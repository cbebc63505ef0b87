"""A checkout that is made anew where one has been finds that one's data, and none of its keys."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from integrations.connectors.ecwid.sandbox.config import DEFAULT_DATA as STORE
from integrations.connectors.shipbob.sandbox.config import DEFAULT_DATA as WAREHOUSE
from integrations.kit.sandbox.database import below_var
from portal.kit.postgres import place
from portal.kit.postgres.cluster import Cluster
from tools import belonging, sandboxes
from tools.steps import ROOT, Stop

BEGINS = """
import sys
from pathlib import Path
from portal.kit.postgres.cluster import Cluster
from tools import belonging
cluster, var = Cluster(Path(sys.argv[1])), Path(sys.argv[2])
print(belonging.check(cluster, var))
cluster.ensure()
belonging.note(cluster, var)
with cluster.connect("switchyard") as connection:
    found = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'orders_before'").fetchone()
    connection.execute("CREATE TABLE IF NOT EXISTS orders_before ()")
print(found[0])
"""


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in belonging._CHOSEN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A place with data, of which no server runs."""
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    return data.parent


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Path]:
    """A place for a server, removed with what was set aside."""
    path = place.home_below(tmp_path)
    yield path
    for one in path.parent.glob(f"{path.name}*"):
        subprocess.run(["rm", "-rf", str(one)], check=True)


def begin(home: Path, var: Path) -> list[str]:
    """Start as `make run` does; return where data were set aside, and how many of two tables were there before."""
    done = subprocess.run(
        [sys.executable, "-c", BEGINS, str(home), str(var)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_data_of_a_checkout_that_is_gone_are_set_aside_whole_and_can_be_had_again(real: Path, var: Path) -> None:
    assert begin(real, var) == ["None", "0"]
    assert begin(real, var) == ["None", "1"]
    mark = var / belonging.MARK
    mark.rename(var / "kept")
    aside, before = begin(real, var)
    assert (before, Path(aside).parent, Path(aside).name.startswith(f"{real.name}-until-")) == ("0", real.parent, True)
    subprocess.run(["rm", "-rf", str(real)], check=True)
    Path(aside).rename(real)
    (var / "kept").rename(mark)
    assert begin(real, var) == ["None", "1"]


def test_data_and_files_get_the_same_mark(home: Path, var: Path) -> None:
    belonging.note(Cluster(home), var)
    mark = (home / belonging.MARK).read_text()
    assert (len(mark.strip()), (var / belonging.MARK).read_text()) == (16, mark)
    assert belonging.check(Cluster(home), var) is None
    (home / belonging.MARK).unlink()
    belonging.note(Cluster(home), var)
    assert (home / belonging.MARK).read_text() == mark


def test_data_from_before_there_were_marks_belong_to_the_keys_that_are_here(home: Path, var: Path) -> None:
    (var / "credential_key").touch()
    assert belonging.check(Cluster(home), var) is None
    belonging.note(Cluster(home), var)
    (var / belonging.MARK).unlink()
    assert belonging.check(Cluster(home), var) is not None, "Keys that another command has made are no sign by now."


def test_data_from_before_there_were_marks_without_any_keys_are_set_aside(home: Path, var: Path) -> None:
    aside = belonging.check(Cluster(home), var)
    assert aside is not None
    assert ((aside / "data" / "PG_VERSION").exists(), home.exists()) == (True, False)


@pytest.mark.parametrize("name", belonging._CHOSEN)
def test_data_that_somebody_has_chosen_or_has_keys_for_stay(
    home: Path, var: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / belonging.MARK).write_text("another\n")
    monkeypatch.setenv(name, "something")
    assert belonging.check(Cluster(home), var) is None
    belonging.note(Cluster(home), var)
    assert (var / belonging.MARK).read_text() == "another\n"


def test_data_that_are_in_use_are_left_and_the_command_says_so(home: Path, var: Path) -> None:
    handle = os.open(home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    with pytest.raises(Stop, match="is used by programs of a checkout that is gone"):
        belonging.check(Cluster(home), var)
    os.close(handle)
    assert home.exists()


# The sandboxes.


def test_sandboxes_are_kept_where_everything_else_is(monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
    assert sandboxes.FILES == (STORE, WAREHOUSE)
    monkeypatch.delenv("SWITCHYARD_VAR", raising=False)
    assert below_var(STORE) == Path("var") / STORE
    monkeypatch.setenv("SWITCHYARD_VAR", str(var))
    assert below_var(WAREHOUSE) == var / WAREHOUSE


def test_a_demo_from_before_keeps_its_sandboxes_and_a_new_one_begins_with_empty_ones(var: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    with closing(sqlite3.connect(before / WAREHOUSE)) as link:
        link.execute("PRAGMA journal_mode = WAL")
        link.execute("CREATE TABLE parcels AS SELECT 1 AS n")
        link.commit()
        sandboxes.bring_along(var, before=before)
        assert list(var.iterdir()) == []
        (var / "welcome.txt").touch()
        sandboxes.bring_along(var, before=before)
    with closing(sqlite3.connect(var / WAREHOUSE)) as link:
        assert link.execute("SELECT n FROM parcels").fetchone() == (1,)
        link.execute("UPDATE parcels SET n = 2")
        link.commit()
    sandboxes.bring_along(var, before=before)
    with closing(sqlite3.connect(var / WAREHOUSE)) as link:
        assert link.execute("SELECT n FROM parcels").fetchone() == (2,), "What is there already stays."
