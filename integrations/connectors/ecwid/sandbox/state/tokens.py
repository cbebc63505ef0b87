"""Codes and tokens: who may call, for which store, with which scopes."""

import secrets
import sqlite3
import string
from collections.abc import Callable
from dataclasses import dataclass

from integrations.connectors.ecwid.sandbox.config import PRIVATE_SCOPES
from integrations.kit.sandbox.database import Database

LETTERS = string.ascii_letters + string.digits


class ExchangeRefused(Exception):
    """The code is unknown, too old, used already, or was given out for another address or store."""


@dataclass(frozen=True, slots=True)
class Token:
    """One access token that still works."""

    token: str
    store_id: int
    scopes: tuple[str, ...]


class Tokens:
    """Hands out codes and tokens and takes them back."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._db = database
        self._clock = clock

    def private(self, store_id: int) -> str:
        """Return the secret token of the store's private application; made on first use, the same ever after."""
        with self._db.transaction():
            row = self._db.row(
                "SELECT token FROM tokens WHERE store_id = ? AND kind = 'private' AND revoked IS NULL", store_id
            )
            return str(row["token"]) if row else self.issue(store_id, PRIVATE_SCOPES, kind="private")

    def issue(self, store_id: int, scopes: tuple[str, ...], *, kind: str = "oauth") -> str:
        """Make a new token."""
        token = "secret_" + "".join(secrets.choice(LETTERS) for _ in range(32))
        self._db.run(
            "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)", token, store_id, kind, " ".join(scopes), self._clock()
        )
        return token

    def find(self, token: str) -> Token | None:
        """Return the token's rights, or None when it does not work."""
        row = self._db.row("SELECT * FROM tokens WHERE token = ? AND revoked IS NULL", token)
        return Token(row["token"], row["store_id"], tuple(row["scopes"].split())) if row else None

    def revoke(self, store_id: int, kind: str) -> int:
        """Take back every token of this kind (``oauth`` or ``private``); returns how many worked until now."""
        return self._db.run(
            "UPDATE tokens SET revoked = ? WHERE store_id = ? AND kind = ? AND revoked IS NULL",
            self._clock(),
            store_id,
            kind,
        )

    def working(self, store_id: int, kind: str) -> int:
        """How many tokens of this kind work."""
        row = self._db.row(
            "SELECT count(*) AS n FROM tokens WHERE store_id = ? AND kind = ? AND revoked IS NULL", store_id, kind
        )
        return int(row["n"]) if row else 0

    def new_code(self, store_id: int, scopes: tuple[str, ...], redirect_uri: str, *, minutes: int) -> str:
        """Make a one-time code that lives ``minutes``."""
        code = secrets.token_urlsafe(24)
        expires = self._clock() + minutes * 60
        self._db.run(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, '')", code, store_id, " ".join(scopes), redirect_uri, expires
        )
        return code

    def exchange(self, code: str, redirect_uri: str, store_id: int | None) -> Token:
        """Turn a code into a token. Raises ExchangeRefused; a second use also ends the token of the first."""
        with self._db.transaction():
            row = self._db.row("SELECT * FROM codes WHERE code = ?", code)
            used = row is not None and bool(row["token"])
            if row is not None and used:
                self._db.run("UPDATE tokens SET revoked = ? WHERE token = ?", self._clock(), row["token"])
            else:
                token = self._first_use(row, redirect_uri, store_id)
        # Raised outside the transaction: the first token must stay dead.
        if used:
            raise ExchangeRefused("Code is invalid or was already used")
        return token

    def _first_use(self, row: sqlite3.Row | None, redirect_uri: str, store_id: int | None) -> Token:
        if row is None or self._clock() > row["expires"] or store_id not in (None, row["store_id"]):
            raise ExchangeRefused("Code is invalid or was already used")
        if redirect_uri != row["redirect_uri"]:
            raise ExchangeRefused("redirect_uri does not match the one the code was given out for")
        scopes = tuple(row["scopes"].split())
        token = self.issue(row["store_id"], scopes)
        self._db.run("UPDATE codes SET token = ? WHERE code = ?", token, row["code"])
        return Token(token, row["store_id"], scopes)
