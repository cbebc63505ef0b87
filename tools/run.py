"""`make run`: database, web, worker, the sandbox store and warehouse, until Ctrl-C or until one of them ends."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from portal import env
from portal.kit import postgres
from tools import belonging, sandboxes
from tools.steps import PYTHON, ROOT, Stop, check_disk, step
from tools.supervisor import Ended, Program, StopAsked, Supervisor

HEALTH_SECONDS = 60
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
FIRST_USE_MEBIBYTES = 1024
LATER_MEBIBYTES = 256


def main() -> int:
    """Run everything; return the exit code: 0 after a stop that was asked for."""
    # Until the programs run, both ways to stop end the step that is under way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        places = Places.read()
        places.check()
        prepare(places)
        return keep_running(places)
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 0


class Places:
    """The addresses and folders of one `make run`."""

    def __init__(self, host: str, web_port: int, sandbox_port: int, var: Path, warehouse_port: int = 8900) -> None:
        self.host = host
        self.web_port = web_port
        self.sandbox_port = sandbox_port
        self.warehouse_port = warehouse_port
        self.var = var

    @classmethod
    def read(cls) -> "Places":
        """Read them from the environment. Raises WrongSetting."""
        store = env.number("SANDBOX_PORT", 8899, low=1, high=65_535)
        return cls(
            env.text("WEB_HOST", "127.0.0.1"),
            env.number("WEB_PORT", 8000, low=1, high=65_535),
            store,
            Path(env.text("SWITCHYARD_VAR", str(ROOT / "var"))),
            env.number("SHIPBOB_SANDBOX_PORT", store + 1 if store < 65_535 else store - 1, low=1, high=65_535),
        )

    @property
    def address(self) -> str:
        """What is typed into the browser."""
        host = "localhost" if self.host in (*EVERYWHERE, "127.0.0.1") else self.host
        return f"http://{host}:{self.web_port}/"

    @property
    def sandbox(self) -> str:
        """The sandbox store's address."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def warehouse(self) -> str:
        """The sandbox warehouse's address."""
        return f"http://127.0.0.1:{self.warehouse_port}"

    def check(self) -> None:
        """Raise Stop for a busy port, a full disk, or a folder that cannot be written."""
        check_port(self.host, self.web_port, "WEB_PORT")
        check_port("127.0.0.1", self.sandbox_port, "SANDBOX_PORT")
        check_port("127.0.0.1", self.warehouse_port, "SHIPBOB_SANDBOX_PORT")
        check_writable(self.var)
        check_disk(self.var, LATER_MEBIBYTES if (self.var / "static").exists() else FIRST_USE_MEBIBYTES)

    def environment(self) -> dict[str, str]:
        """Return the settings that let the portal work with the sandboxes, and them call it; set ones win."""
        here = self.address.rstrip("/")
        chosen = {
            "ECWID_API_URL": f"{self.sandbox}/api/v3",
            "ECWID_OAUTH_URL": f"{self.sandbox}/api/oauth",
            "ECWID_CLIENT_ID": "sandbox-client",
            "ECWID_CLIENT_SECRET": f"sandbox-secret-{secrets.token_hex(8)}",
            "ECWID_WEBHOOK_URL": f"{here}/hooks/ecwid",
            "SWITCHYARD_PUBLIC_URL": here,
            "SHIPBOB_API_URL": self.warehouse,
            "ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{self.sandbox_port},127.0.0.1:{self.warehouse_port}",
            "SWITCHYARD_SANDBOX_URL": self.sandbox,
            "SWITCHYARD_WAREHOUSE_SANDBOX_URL": self.warehouse,
        }
        return {name: os.environ.get(name) or value for name, value in chosen.items()}


def check_port(host: str, port: int, variable: str) -> None:
    """Raise Stop where another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(
                f"Port {port} cannot be used ({(error.strerror or str(error)).lower()}); "
                f"choose another one, for example: make run {variable}={port + 1}"
            )


def check_writable(folder: Path) -> None:
    """Raise Stop where files cannot be kept in the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
    except OSError as error:
        raise Stop(f"Nothing can be kept in {folder} ({error.strerror}); SWITCHYARD_VAR names another folder.")


def prepare(places: Places) -> None:
    """Start the database and bring tables, static files and the demo organization up to date."""
    with step("Starting the database"):
        connect_database(places.var)
    sandboxes.bring_along(places.var)
    environment = {**child_environment(places), "SWITCHYARD_STATEMENT_TIMEOUT": "0"}  # a migration may take long
    done = subprocess.run([str(PYTHON), "-m", "tools.prepare"], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def connect_database(var: Path) -> None:
    """Start the embedded server, or reach the one of DATABASE_URL. Raises Stop or WrongSetting."""
    chosen = postgres.django_settings(env.text("DATABASE_URL"), var=var, pool=False)
    if "CLUSTER" in chosen:
        cluster = chosen["CLUSTER"]
        if aside := belonging.check(cluster, var):
            print(
                f"\n  The database here was made by a checkout that is gone, with its keys. It is kept in {aside}; a "
                "fresh one is made.",
                flush=True,
            )
        cluster.ensure()
        belonging.note(cluster, var)
        return
    parameters = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    known = {name: chosen[key] for name, key in parameters.items() if chosen[key]}
    try:
        psycopg.connect(**known, **{"connect_timeout": 10, **chosen["OPTIONS"]}).close()
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise Stop(f"The database of DATABASE_URL cannot be used: {reason}")


def child_environment(places: Places) -> dict[str, str]:
    """Return the whole environment of the programs."""
    return {**os.environ, **places.environment(), "DJANGO_SETTINGS_MODULE": "portal.settings"}


def programs(places: Places, environment: Mapping[str, str]) -> list[Program]:
    """Return what is run beside each other."""
    python = str(PYTHON)
    gunicorn = ["-m", "gunicorn", "portal.wsgi", "--bind", f"{places.host}:{places.web_port}", "--log-level", "warning"]
    threads = [
        "--worker-class",
        "gthread",
        "--workers",
        env.text("WEB_WORKERS", "2"),
        "--threads",
        "6",
        "--no-control-socket",
    ]
    store = ["-m", "integrations.connectors.ecwid.sandbox", "--port", str(places.sandbox_port)]
    warehouse = ["-m", "integrations.connectors.shipbob.sandbox", "--port", str(places.warehouse_port)]
    return [
        Program("web", [python, *gunicorn, *threads], {**environment, "SWITCHYARD_DB_POOL": "yes"}),
        Program("worker", [python, "manage.py", "work"], environment),
        Program("sandbox", [python, *store], environment),
        Program("warehouse", [python, *warehouse], environment),
    ]


def keep_running(places: Places) -> int:
    """Run the programs until one ends (1) or a stop is asked for (0)."""
    supervisor = Supervisor(ROOT)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.ask_to_stop())
    print("· Starting web, worker, sandbox store and sandbox warehouse …", flush=True)
    supervisor.start(programs(places, child_environment(places)))
    try:
        ended = until_healthy(supervisor, places)
        if ended is None:
            with connecting(places):
                ended = supervisor.wait()
    except StopAsked:
        print("\nStopping …", flush=True)
        return 0
    finally:
        supervisor.stop()
    if ended:
        print(f"\n{ended.name} {ended.words()}; the others are stopped too.", file=sys.stderr, flush=True)
    return 1


def until_healthy(supervisor: Supervisor, places: Places) -> Ended | None:
    """Say where to go as soon as the portal answers. Returns a program that ended before that."""
    deadline = time.monotonic() + HEALTH_SECONDS
    while not healthy(places):
        if ended := supervisor.wait(0.1):
            return ended
        if time.monotonic() > deadline:
            raise Stop(f"The portal does not answer at {places.address} after {HEALTH_SECONDS} s; see its lines above.")
    print(f"\nSwitchyard is running at {places.address}\n{welcome(places.var)}\nCtrl-C stops it.\n", flush=True)
    return None


@contextmanager
def connecting(places: Places) -> Iterator[None]:
    """Close the demo's loop on first use, beside what runs: shop and warehouse connected, some orders on their way.

    What goes wrong is told in a sentence and stops nothing: people can connect both by hand.
    """
    command = [str(PYTHON), "manage.py", "connect_sandboxes", "--if-new"]
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(places), start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def healthy(places: Places) -> bool:
    """Say whether the portal answers its health address."""
    host = "127.0.0.1" if places.host in EVERYWHERE else places.host
    try:
        with urllib.request.urlopen(f"http://{host}:{places.web_port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def welcome(var: Path) -> str:
    """Return what the demo organization says: the login, and what to try."""
    file = var / "welcome.txt"
    return file.read_text().strip() if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
