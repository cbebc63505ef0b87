"""The embedded PostgreSQL server: made, started and stopped, and shared by all processes of a checkout.

Each process that uses the server keeps a shared lock on a file for as long as it lives, and the kernel
drops the lock however the process ends. The last one to leave stops the server, so none is stopped under
somebody else and none is left behind. The server of the tests is removed with its data at that moment.
"""

import atexit
import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from portal.env import WrongSetting
from portal.kit.postgres import account, place, program

START_SECONDS = 120
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}
# For tests alone: a power cut may cost the whole cluster.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


@dataclass(frozen=True)
class Cluster:
    """One embedded server: `home` holds its data, locks and log."""

    home: Path
    safe: bool = True
    database: str = "switchyard"
    superuser: str = "postgres"

    @classmethod
    def below(cls, var: Path, *, safe: bool = True) -> "Cluster":
        """Return the cluster of the checkout whose files are kept in `var`."""
        return cls(place.home_below(var, safe=safe), safe)

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL calls PGDATA."""
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the server's socket, which is its only address."""
        return place.socket_folder(self.home)

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs."""
        return program.folder(self.home) / name

    def ensure(self) -> None:
        """Start the server where needed, and keep it running until this process ends.

        Raises WrongSetting with one sentence when it cannot be started.
        """
        if self.home in _handles:
            return
        account.make_folder(self.home)
        handle = _lock(self.home / "users.lock", fcntl.LOCK_SH)
        try:
            with self._alone("start.lock"):
                # Only now: until the lock was ours, the last one to leave may have removed the folders.
                self._prepare_home()
                if not self.answers():
                    self._start()
                self._create_database()
        except BaseException:
            os.close(handle)
            raise
        _handles[self.home] = handle
        atexit.register(self._leave, os.getpid())

    def answers(self) -> bool:
        """Say whether the server takes connections."""
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str, **options: Any) -> psycopg.Connection[Any]:
        """Open a connection outside Django."""
        return psycopg.connect(
            host=str(self.socket_folder), user=self.superuser, dbname=database, connect_timeout=10, **options
        )

    def stop(self) -> bool:
        """Stop the server, whoever uses it. Returns whether it was running."""
        if not self.answers():
            return False
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_SECONDS), "-m", "fast", "stop")
        return True

    def _leave(self, pid: int) -> None:
        # A forked child inherits this hook but not the right to stop the server.
        if os.getpid() != pid or (handle := _handles.pop(self.home, None)) is None:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self.stop()
            self._forget()
        finally:
            os.close(handle)

    def _forget(self) -> None:
        # What is not safe is not worth keeping either. The locks stay: somebody may be waiting for them. The data get
        # another name first: whoever is ended meanwhile leaves no half of a database that would not start again.
        if self.safe:
            return
        gone = self.home / "data.gone"
        shutil.rmtree(gone, ignore_errors=True)
        if self.data.exists():
            self.data.rename(gone)
        for path in self.home.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def _prepare_home(self) -> None:
        account.make_folder(self.home / "log")
        account.make_folder(self.socket_folder)

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._init()
        settings = TUNING | ({} if self.safe else UNSAFE) | {"unix_socket_directories": str(self.socket_folder)}
        line = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        log = str(self.home / "log" / "start.log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_SECONDS), "-l", log, "-o", line, "start")
        self._wait()

    def _init(self) -> None:
        # The built-in collation sorts alike on every system, whatever its C library.
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        made = self.home / "data.new"  # under another name until it is whole, for the same reason
        shutil.rmtree(made, ignore_errors=True)
        # The socket's folder is private, which is the access control: hence trust.
        self._run("initdb", "-D", str(made), "-U", self.superuser, "--auth=trust", "--no-instructions", *locale)
        if not self.safe:
            shutil.rmtree(self.data, ignore_errors=True)
        try:
            made.rename(self.data)
        except OSError as error:
            raise _failed(f"cannot be put into {self.data} ({(error.strerror or str(error)).lower()})", self.home)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise _failed("does not answer", self.home)
            time.sleep(0.05)

    def _create_database(self) -> None:
        with self.connect("postgres", autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database]).fetchone()
            if found is None:
                connection.execute(f'CREATE DATABASE "{self.database}"')

    def _run(self, name: str, *arguments: str) -> None:
        # A file, not a pipe: the server inherits the output and would keep a pipe open for ever.
        said = self.home / "log" / f"{name}.log"
        with said.open("w") as out:
            command = [str(self.program(name)), *arguments]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", **account.run_as(), check=False
            )
        if done.returncode:
            last = said.read_text(errors="replace").strip().splitlines()[-1:]
            raise _failed(f"fails in {name} ({' '.join(last)[:300]})", self.home)

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        handle = _lock(self.home / name, fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(handle)


_handles: dict[Path, int] = {}


def _lock(file: Path, kind: int) -> int:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, kind)
    return handle


def _failed(problem: str, home: Path) -> WrongSetting:
    return WrongSetting("The embedded database", f"{problem}; its log is in {home / 'log'}.")
