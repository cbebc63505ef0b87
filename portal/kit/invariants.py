"""What must always be true, each as one statement that finds whatever breaks it (reliability.md A).

An app declares its own beside its models; `manage.py check_invariants` asks all of them, on a
running system as well as after a fault.
"""

from dataclasses import dataclass

from django.db import connection

from portal.kit.registry import Registry

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, and the SQL whose rows (one text each) are what breaks it."""

    key: str
    says: str
    sql: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that is broken, and by what: at most `SHOWN` examples."""

    invariant: Invariant
    by: list[str]


invariants: Registry[Invariant] = Registry("invariant")


def invariant(key: str, says: str, sql: str) -> Invariant:
    """Declare a promise; returns the declaration."""
    return invariants.register(key, Invariant(key, says, sql))


def broken() -> list[Broken]:
    """Ask every invariant; return those that do not hold now, with examples."""
    found = []
    with connection.cursor() as cursor:
        for one in invariants.all():
            cursor.execute(f"SELECT * FROM ({one.sql}) AS broken LIMIT {SHOWN}")  # noqa: S608 - our own constants
            rows = [str(row[0]) for row in cursor.fetchall()]
            if rows:
                found.append(Broken(one, rows))
    return found
