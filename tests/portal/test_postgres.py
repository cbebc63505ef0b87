import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.env import WrongSetting
from portal.kit.postgres import django_settings, place
from portal.kit.postgres.cluster import Cluster

USES_THE_SERVER = """
import sys
from pathlib import Path
from portal.kit.postgres.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]), safe=sys.argv[2] == "safe")
cluster.ensure()
print(cluster.connect("switchyard").execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], flush=True)
sys.stdin.read()
"""


DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def test_an_address_becomes_settings_with_every_part_decoded() -> None:
    url = "postgresql://or%40ders:p%2Fw@db.example:6432/my%20orders?sslmode=require&connect_timeout=3"
    chosen = django_settings(url, var=Path("unused"), pool=False)
    options = chosen.pop("OPTIONS")
    assert chosen == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "my orders",
        "USER": "or@ders",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": 6432,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
    assert options["sslmode"] == "require"
    assert options["connect_timeout"] == "3"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://host/name", "begins with “mysql” instead of “postgresql”"),
        ("localhost/name", "begins with “nothing” instead of “postgresql”"),
        ("postgresql:///name", "names no host"),
        ("postgresql://host", "names no database"),
        ("postgresql://host/", "names no database"),
        ("postgresql://host/a/b", "names no database"),
        ("postgresql://host:port/name", "cannot be read"),
        ("postgresql://host:99999/name", "cannot be read"),
        ("postgresql://[host/name", "cannot be read"),
        ("postgresql://u:p#w@host/name", "cannot be read"),
        ("postgresql://host/name#x", "holds a “#”, which must be written %23"),
        ("postgresql://host/name?sslmode", "has a part after “?” that is not name=value"),
        ("postgresql://host/name?ssl=true", "has the unknown parameter “ssl”"),
    ],
)
def test_a_wrong_address_is_refused_in_one_sentence_without_the_password(url: str, problem: str) -> None:
    with pytest.raises(WrongSetting) as stopped:
        django_settings(url, var=Path("unused"), pool=False)
    cure = "write it like postgresql://user:password@host:5432/name?sslmode=require, or leave it out."
    assert stopped.value.code == f"DATABASE_URL {problem}; {cure}"


def test_a_pool_is_for_web_processes_and_keeps_no_connection_itself(tmp_path: Path) -> None:
    web = django_settings("", var=tmp_path, pool=True)
    worker = django_settings("", var=tmp_path, pool=False)
    assert (web["CONN_MAX_AGE"], worker["CONN_MAX_AGE"]) == (0, 600)
    assert web["OPTIONS"]["pool"]["max_size"] == 12
    assert "pool" not in worker["OPTIONS"]


@pytest.mark.parametrize(
    ("pool", "given", "seconds"), [(True, None, 30), (False, None, 60), (True, 5, 5), (False, 0, 0)]
)
def test_a_statement_has_a_time_limit(tmp_path: Path, pool: bool, given: int | None, seconds: int) -> None:
    chosen = django_settings("", var=tmp_path, pool=pool, statement_timeout=given)
    assert chosen["OPTIONS"]["options"] == (
        f"-c lock_timeout=5s -c statement_timeout={seconds}s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
        " -c max_parallel_workers_per_gather=0"
    )


def test_the_socket_stays_beside_the_data_where_its_path_fits() -> None:
    home = Path("/" + "a" * (107 - len("//run/.s.PGSQL.5432")))
    assert place.socket_folder(home) == home / "run"


def test_the_socket_of_a_deep_checkout_moves_to_a_short_path() -> None:
    home = Path("/" + "a" * (108 - len("//run/.s.PGSQL.5432")))
    folder = place.socket_folder(home)
    assert folder != home / "run"
    assert place.fits(folder)
    assert place.socket_folder(home) == folder


def test_two_deep_checkouts_do_not_share_a_socket() -> None:
    assert place.socket_folder(Path("/", "a" * 200)) != place.socket_folder(Path("/", "b" * 200))


def test_root_keeps_the_data_outside_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = place.home_below(tmp_path)
    assert home.parent in (Path("/var/lib"), Path("/opt"), Path("/srv"))
    assert home.name == f"switchyard-{place.digest(tmp_path)}"


def test_any_other_user_keeps_the_data_in_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert place.home_below(tmp_path) == tmp_path / "postgres"


def test_a_chosen_folder_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SWITCHYARD_DATABASE_FOLDER", str(tmp_path / "volume"))
    assert place.home_below(tmp_path) == tmp_path / "volume"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A place for a server of its own, which is stopped whatever the test does."""
    path = place.home_below(tmp_path)
    yield path
    if path.exists():
        Cluster(path, safe=False).stop()
        subprocess.run(["rm", "-rf", str(path)], check=True)


def use(home: Path, kind: str = "safe") -> tuple["subprocess.Popen[str]", str]:
    """Start a process that uses the server, and return it with the server's start time."""
    command = [sys.executable, "-c", USES_THE_SERVER, str(home), kind]
    process: subprocess.Popen[Any] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def leave(process: "subprocess.Popen[str]") -> None:
    with process:
        process.communicate()
    assert process.returncode == 0


def test_a_safe_server_is_stopped_by_the_last_process_and_waits_for_the_disk_and_keeps_its_data(home: Path) -> None:
    """All of it of one server, since each takes seconds to make."""
    first, began = use(home)
    second, began_for_second = use(home)
    assert began == began_for_second
    assert [(home / name).stat().st_mode & 0o777 for name in ("", "data", "run")] == [0o700, 0o700, 0o700]
    with Cluster(home).connect("switchyard") as connection:
        assert [connection.execute(f"SHOW {name}").fetchone() for name in DURABLE] == [("on",)] * len(DURABLE)
    leave(first)
    assert Cluster(home).answers()
    leave(second)
    assert not Cluster(home).answers()
    assert (home / "data" / "PG_VERSION").read_text() == "18\n"
    is_told_when_it_cannot_start(home)


def is_told_when_it_cannot_start(home: Path) -> None:
    (home / "data" / "postgresql.conf").write_text("shared_buffers = many\n")
    command = [sys.executable, "-c", USES_THE_SERVER, str(home), "safe"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The embedded database fails in pg_ctl (")
    assert done.stderr.endswith(f"; its log is in {home / 'log'}.\n")
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_safe_is_removed_by_the_last_process_to_leave(home: Path) -> None:
    process, _ = use(home, "throw away")
    with Cluster(home).connect("switchyard") as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
    leave(process)
    assert sorted(path.name for path in home.iterdir()) == ["start.lock", "users.lock"]


def test_half_a_database_that_somebody_left_is_in_nobodys_way(home: Path) -> None:
    """Who was ended while he made it, or removed it."""
    for name in ("data", "data.new", "data.gone"):
        (home / name / "base").mkdir(parents=True)
    command = [sys.executable, "-c", USES_THE_SERVER, str(home), "safe"]
    kept = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert "cannot be put into" in kept.stderr, "What may be somebody's orders is not removed."
    assert (home / "data" / "base").exists()
    process, _ = use(home, "throw away")
    leave(process)
    assert sorted(path.name for path in home.iterdir()) == ["start.lock", "users.lock"]


def test_the_throw_away_server_is_never_where_orders_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert place.home_below(tmp_path, safe=False) != place.home_below(tmp_path)
    monkeypatch.setenv("SWITCHYARD_DATABASE_FOLDER", str(tmp_path / "volume"))
    assert place.home_below(tmp_path, safe=False) == tmp_path / "volume-test"


def test_a_killed_process_does_not_keep_the_server_running_for_ever(home: Path) -> None:
    killed, _ = use(home)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    later, _ = use(home)
    leave(later)
    assert not Cluster(home).answers()


def test_two_processes_at_once_start_one_server(home: Path) -> None:
    command = [sys.executable, "-c", USES_THE_SERVER, str(home), "safe"]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    starts = {process.communicate()[0].strip() for process in both}
    assert len(starts) == 1
    assert [process.returncode for process in both] == [0, 0]
