"""Careful ways into ShipBob's documents. Pure."""

import datetime as dt
from decimal import Decimal
from typing import Any

from integrations.kit.mapped import DoesNotFit
from portal.kit.json import Json


def part(holder: Json, field: str) -> Json:
    """Return a nested object; empty where it is absent. Raises DoesNotFit for anything else."""
    value = holder.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DoesNotFit(field, "must be an object")
    return value


def parts(holder: Json, field: str) -> list[Json]:
    """Return a list of nested objects; empty where it is absent. Raises DoesNotFit for anything else."""
    value = holder.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise DoesNotFit(field, "must be a list of objects")
    return value


def number(holder: Json, field: str) -> int:
    """Return a positive ID. Raises DoesNotFit."""
    value = holder.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise DoesNotFit(field, "must be a positive whole number")
    return value


def count(holder: Json, field: str) -> int:
    """Return a whole number of units; 0 where it is absent. Raises DoesNotFit."""
    value = holder.get(field)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
        raise DoesNotFit(field, "must be a whole number of units")
    return int(value)


def moment(holder: Json, field: str) -> dt.datetime | None:
    """Return a moment with its zone; one without is UTC. Raises DoesNotFit."""
    value = holder.get(field)
    if value is None or value == "":
        return None
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise DoesNotFit(field, "must be a date and time as in ISO 8601") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def text(holder: Json, field: str) -> str:
    """Return a text without the blanks around it; empty where it is absent or something else."""
    value: Any = holder.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
