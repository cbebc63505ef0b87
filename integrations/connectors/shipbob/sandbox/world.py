"""Everything one running sandbox consists of, put together once."""

import secrets
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from integrations.connectors.shipbob.sandbox.config import READING, SCOPES, WRITING, Config
from integrations.connectors.shipbob.sandbox.limits import Limits
from integrations.connectors.shipbob.sandbox.sender import Sender
from integrations.connectors.shipbob.sandbox.state.bench import Bench, NotPossible
from integrations.connectors.shipbob.sandbox.state.faults import KINDS
from integrations.connectors.shipbob.sandbox.state.orders import Orders
from integrations.connectors.shipbob.sandbox.state.shelf import Shelf
from integrations.connectors.shipbob.sandbox.state.tables import SCHEMA
from integrations.kit.sandbox.database import Database
from integrations.kit.sandbox.faults import Faults
from integrations.kit.sandbox.ledger import Ledger

Json = dict[str, Any]

_READ_ONLY = [scope for scope in SCOPES if not scope.endswith("_write")]
CHANNELS: tuple[Json, ...] = (
    {"id": READING, "name": "Tea & Tins", "application_name": "Dashboard", "scopes": _READ_ONLY},
    {"id": WRITING, "name": "Tea & Tins API", "application_name": "Access token", "scopes": list(SCOPES)},
)


class World:
    """The state behind the pages and the API. ``data`` None keeps it in memory."""

    def __init__(self, config: Config, data: Path | None) -> None:
        self.config = config
        self.database = Database(data, SCHEMA)
        self.faults = Faults(self.database, KINDS)
        self.ledger = Ledger(self.database, config.clock)
        self.limits = Limits(config.rate_limit, config.clock)
        self.shelf = Shelf(self.database, self.now)
        self.shelf.fill(config.pieces)
        self.orders = Orders(self.database, self.shelf, self.faults, self.now)
        self.bench = Bench(self.orders)
        self.sender = Sender(self.database, self.faults, config)
        self.orders.listener = self.sender.tell
        self.closing = threading.Event()
        self._robot: threading.Thread | None = None
        if config.automatic is not None:
            self.automatic = config.automatic
        self._begin()
        if self.sender.subscriptions():
            self.sender.start()

    def now(self) -> float:
        """The warehouse's clock in UNIX seconds."""
        return self.config.clock()

    @property
    def token(self) -> str:
        """The access token that works; made on first use, the same until it is taken back."""
        with self.database.transaction():
            row = self.database.row("SELECT token FROM tokens WHERE revoked IS NULL ORDER BY created DESC")
            if row is not None:
                return str(row["token"])
            made = secrets.token_hex(32).upper() + "-1"
            self.database.run("INSERT INTO tokens VALUES (?, ?, NULL)", made, self.now())
            return made

    def works(self, token: str) -> bool:
        """Say whether a token may call."""
        return self.database.row("SELECT 1 FROM tokens WHERE token = ? AND revoked IS NULL", token) is not None

    def renew_token(self) -> None:
        """Take the token back; a new one is made when it is asked for."""
        self.database.run("UPDATE tokens SET revoked = ? WHERE revoked IS NULL", self.now())

    @property
    def automatic(self) -> float | None:
        """After how many seconds whatever comes is shipped by itself; None: a person packs."""
        row = self.database.row("SELECT value FROM preferences WHERE name = 'automatic'")
        return float(row["value"]) if row and row["value"] else None

    @automatic.setter
    def automatic(self, seconds: float | None) -> None:
        value = "" if seconds is None else str(seconds)
        self.database.run("INSERT OR REPLACE INTO preferences VALUES ('automatic', ?)", value)
        if hasattr(self, "_robot"):
            self._begin()

    def close(self) -> None:
        """End whoever waits or works, then close the file."""
        self.closing.set()
        self.sender.close()
        if self._robot is not None:
            self._robot.join(timeout=2)
        self.database.close()

    def _begin(self) -> None:
        if self.automatic is not None and (self._robot is None or not self._robot.is_alive()):
            self._robot = threading.Thread(target=self._pack_by_itself, name="sandbox-robot", daemon=True)
            self._robot.start()

    def _pack_by_itself(self) -> None:
        while not self.closing.is_set() and (seconds := self.automatic) is not None:
            for number in self.bench.due(self.now() - seconds):
                if self.closing.is_set():
                    return
                with suppress(NotPossible):  # a person was faster
                    self.bench.pack(number)
            self.closing.wait(min(max(seconds / 5, 0.02), 0.5))
