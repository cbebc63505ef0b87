"""`make run` answers each trouble with one sentence, and ends all that it has started."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import browser, install, run, setup, steps, supervisor
from tools.steps import ROOT, Stop

TWO_THAT_WAIT = """
import contextlib, os, signal, sys
from tools import run, supervisor
from tools.supervisor import Program

def wait(code):
    return [sys.executable, "-c", f"import os, signal; {code}"]

run.programs = lambda *_: [
    Program("web", wait("print(os.getpid()); signal.pause()"), {}),
    Program("worker", wait(sys.argv[1]), {}),
]
run.connecting = lambda places: contextlib.nullcontext()
run.healthy = lambda places: sys.argv[2] == "healthy"
run.HEALTH_SECONDS = 0
supervisor.GRACE_SECONDS = 0.5
sys.exit(run.keep_running(run.Places("127.0.0.1", 8000, 8899, run.Path(sys.argv[3]))))
"""
PATIENT = "print(os.getpid()); signal.pause()"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid()); signal.pause()"


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def make_run(var: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    free = dict(zip(("WEB_PORT", "SANDBOX_PORT", "SHIPBOB_SANDBOX_PORT"), map(str, free_ports(3)), strict=True))
    environment = {**os.environ, "SWITCHYARD_VAR": str(var), **free, **variables}
    command = [sys.executable, "-m", "tools.run"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def free_ports(count: int) -> list[int]:
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports


def supervised(var: Path, code: str, health: str = "healthy") -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", TWO_THAT_WAIT, code, health, str(var)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pids(process: "subprocess.Popen[str]") -> list[int]:
    """Return the process ids that the two print, as soon as both have."""
    assert process.stdout is not None
    found: list[int] = []
    while len(found) < 2:
        word = process.stdout.readline().rpartition("|")[2].strip()
        found += [int(word)] if word.isdecimal() else []
    return found


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("variable", ["WEB_PORT", "SANDBOX_PORT", "SHIPBOB_SANDBOX_PORT"])
def test_a_busy_port_is_named_with_the_variable_to_change(tmp_path: Path, busy_port: int, variable: str) -> None:
    done = make_run(tmp_path, **{variable: str(busy_port)})
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {busy_port} cannot be used (address already in use); "
        f"choose another one, for example: make run {variable}={busy_port + 1}\n"
    )


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    done = make_run(tmp_path, WEB_PORT="http")
    assert (done.returncode, done.stderr) == (1, "WEB_PORT is “http”; write a whole number from 1 to 65535.\n")


def test_a_wrong_database_address_is_one_sentence(tmp_path: Path) -> None:
    done = make_run(tmp_path, DATABASE_URL="mysql://root:hidden@localhost/shop")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL begins with “mysql” instead of “postgresql”;")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    done = make_run(tmp_path, DATABASE_URL=f"postgresql://shop:hidden@127.0.0.1:{port}/shop")
    assert done.returncode == 1
    assert done.stderr.startswith("The database of DATABASE_URL cannot be used: ")
    assert "Connection refused" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped:
        steps.check_disk(tmp_path / "not" / "there", 10**9)
    assert str(stopped.value).startswith(f"The disk of {tmp_path} has ")
    assert str(stopped.value).endswith("MB left and 1000000000 MB are needed; make room and try again.")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = make_run(tmp_path / "file" / "var")
    assert done.returncode == 1
    assert done.stderr == (
        f"Nothing can be kept in {tmp_path}/file/var (Not a directory); SWITCHYARD_VAR names another folder.\n"
    )


def test_an_old_python_is_one_sentence() -> None:
    assert setup.problem((3, 9, 2), {"venv", "ensurepip"}) == (
        "Switchyard needs Python 3.11 or newer and this is 3.9.2; name another one, "
        "for example: make run PYTHON=python3.11"
    )


def test_a_python_without_venv_is_one_sentence() -> None:
    assert setup.problem((3, 11, 2), {"venv"}) == (
        "This Python lacks its venv or ensurepip module; install it "
        "(on Debian and Ubuntu: apt-get install python3-venv) and try again."
    )


def test_a_good_python_is_no_problem() -> None:
    assert setup.problem((3, 14, 0), {"venv", "ensurepip"}) == ""


def test_what_is_in_order_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    mark.write_text(install._fingerprint(lock))
    assert install._is_fresh(mark, install._fingerprint(lock))
    lock.write_text("a==2")
    assert not install._is_fresh(mark, install._fingerprint(lock))


def test_a_browser_that_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHYARD_BROWSER", "/bin/false")
    with pytest.raises(Stop, match=r"SWITCHYARD_BROWSER is “/bin/false”, which does not start"):
        browser.path()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_all_programs_and_is_a_success(tmp_path: Path, number: signal.Signals) -> None:
    process = supervised(tmp_path, PATIENT)
    started = pids(process)
    process.send_signal(number)
    said, complaints = process.communicate()
    assert (process.returncode, complaints) == (0, "")
    assert said.endswith("Stopping …\n")
    assert [pid for pid in started if lives(pid)] == []


def test_a_program_that_does_not_want_to_end_is_killed(tmp_path: Path) -> None:
    process = supervised(tmp_path, STUBBORN)
    started = pids(process)
    process.terminate()
    complaints = process.communicate()[1]
    assert process.returncode == 0
    assert complaints == "worker does not end and is killed.\n"
    assert [pid for pid in started if lives(pid)] == []


def test_lines_of_two_programs_do_not_run_into_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(sys.stdout, "write", written.append)
    with subprocess.Popen(["printf", "one\\ntwo\\n"], stdout=subprocess.PIPE, text=True) as process:
        supervisor._follow("web", process)
    assert written == ["web | one\n", "web | two\n"]


def test_a_program_that_ends_is_named_and_stops_the_others(tmp_path: Path) -> None:
    process = supervised(tmp_path, "print(os.getpid()); raise SystemExit(3)")
    started = pids(process)
    complaints = process.communicate()[1]
    assert process.returncode == 1
    assert complaints == "\nworker ended with code 3; the others are stopped too.\n"
    assert [pid for pid in started if lives(pid)] == []


def test_a_program_that_is_killed_is_named(tmp_path: Path) -> None:
    process = supervised(tmp_path, PATIENT)
    os.kill(pids(process)[0], signal.SIGKILL)
    complaints = process.communicate()[1]
    assert process.returncode == 1
    assert "was killed by SIGKILL; the others are stopped too." in complaints


def test_a_portal_that_never_answers_ends_the_command(tmp_path: Path) -> None:
    process = supervised(tmp_path, PATIENT, health="ill")
    complaints = process.communicate()[1]
    assert process.returncode == 1
    assert complaints.startswith("The portal does not answer at http://localhost:8000/ after 0 s;")


def test_the_welcome_names_the_address_the_login_and_what_to_try(tmp_path: Path) -> None:
    (tmp_path / "welcome.txt").write_text("Sign in as olive@example.com.\n")
    process = supervised(tmp_path, PATIENT)
    assert process.stdout is not None
    said = ""
    while "Ctrl-C stops it." not in said:
        said += process.stdout.readline()
    process.terminate()
    process.communicate()
    assert "Switchyard is running at http://localhost:8000/\nSign in as olive@example.com.\nCtrl-C stops it." in said


def test_the_sandboxes_are_the_only_private_addresses_that_calls_may_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_PRIVATE_HOSTS", raising=False)
    chosen = run.Places("127.0.0.1", 8000, 8899, Path("var")).environment()
    assert chosen["ALLOWED_PRIVATE_HOSTS"].split(",") == ["127.0.0.1:8899", "127.0.0.1:8900"]
    assert chosen["ECWID_API_URL"] == "http://127.0.0.1:8899/api/v3"
    assert chosen["ECWID_OAUTH_URL"] == "http://127.0.0.1:8899/api/oauth"
    assert chosen["SWITCHYARD_SANDBOX_URL"] == "http://127.0.0.1:8899"
    assert chosen["SHIPBOB_API_URL"] == chosen["SWITCHYARD_WAREHOUSE_SANDBOX_URL"] == "http://127.0.0.1:8900"
